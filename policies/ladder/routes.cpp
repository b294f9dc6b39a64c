// SPDX-License-Identifier: Apache-2.0
// A frontend with a default_backend sends what no rule wants there: that is its main road. Without one the rules share
// the traffic among them, and each of their backends may be the busiest.
#include "policies/ladder/routes.h"

#include <algorithm>

namespace preflight::ladder {
namespace {

using haproxy::Proxy;
using haproxy::ProxyKind;

bool has_frontend(const Proxy& proxy) { return proxy.kind == ProxyKind::frontend || proxy.kind == ProxyKind::listen; }

bool has_backend(const Proxy& proxy) { return proxy.kind == ProxyKind::backend || proxy.kind == ProxyKind::listen; }

/// Made for each request: it may be the name of any backend.
bool is_computed(std::string_view name) { return name.find("%[") != std::string_view::npos; }

}  // namespace

Routes::Routes(const haproxy::Config& config) {
  Backends backends;  // that have servers: a backend without any answers by itself
  for (const Proxy& proxy : config.proxies) {
    if (!proxy.disabled && has_backend(proxy) && !proxy.servers.empty()) backends.emplace(proxy.name, &proxy);
  }
  for (const Proxy& proxy : config.proxies) {
    if (!proxy.disabled && has_frontend(proxy) && !proxy.binds.empty()) lead(proxy, backends);
  }
  if (any_ == Road::none) return;
  for (const auto& [name, backend] : backends) mark(backend, any_);
}

Road Routes::of(const Proxy& proxy) const {
  const auto found = roads_.find(&proxy);
  return found == roads_.end() ? Road::none : found->second;
}

void Routes::mark(const Proxy* proxy, Road road) {
  auto& known = roads_.try_emplace(proxy, road).first->second;
  known = std::max(known, road);
}

void Routes::lead(const Proxy& frontend, const Backends& backends) {
  const auto find = [&](std::string_view name) {
    const auto found = backends.find(name);
    return found == backends.end() ? nullptr : found->second;
  };
  const Proxy* standard = find(frontend.default_backend);
  if (standard != nullptr) mark(standard, Road::main);
  bool leads_on = !frontend.servers.empty() || standard != nullptr;
  const Road by_rule = leads_on ? Road::aside : Road::main;
  for (const auto& name : frontend.use_backends) {
    const bool computed = is_computed(name);
    const Proxy* backend = computed ? nullptr : find(name);
    if (computed) any_ = std::max(any_, by_rule);
    if (backend != nullptr) mark(backend, by_rule);
    leads_on = leads_on || backend != nullptr || (computed && !backends.empty());
  }
  mark(&frontend, leads_on ? Road::main : Road::aside);
}

}  // namespace preflight::ladder
