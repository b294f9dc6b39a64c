// SPDX-License-Identifier: Apache-2.0
// The statistics page names every server, its address and its state. Any `stats` line turns it on, a `stats` line of a
// proxy's own drops the passwords that its defaults section set, and a page in `defaults` is on every listener.
#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "policies/check.h"
#include "policies/listening.h"
#include "policies/named_files.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kReferences[] = {"HAProxy configuration manual: stats enable, stats auth, stats admin",
                                            "HAProxy configuration manual: http-request auth"};

using haproxy::Proxy;
using haproxy::ProxyKind;

/// A listener by which other hosts come in without a certificate.
bool is_open(const haproxy::Bind& bind) { return beyond_loopback(bind) && !bind.verifies_clients; }

const haproxy::Bind* open_bind(const Proxy& proxy) {
  const auto found = std::find_if(proxy.binds.begin(), proxy.binds.end(), is_open);
  return found == proxy.binds.end() ? nullptr : &*found;
}

/// Who leads strangers to which backend, built once: a configuration may have proxies by the thousand.
class Doors {
 public:
  explicit Doors(const haproxy::Config& config) {
    for (const auto& proxy : config.proxies) {
      const bool guarded = proxy.disabled || proxy.access_rule;
      const auto* const bind = guarded ? nullptr : open_bind(proxy);
      if (bind == nullptr) continue;
      for (const auto& backend : proxy.open_backends) {
        if (backend.value.find("%[") != std::string::npos) any_.emplace(bind);
        to_.emplace(backend.value, bind);
      }
    }
  }

  /// The listener by which a stranger reaches the proxy's page; null when none does.
  [[nodiscard]] const haproxy::Bind* to(const Proxy& proxy) const {
    if (proxy.kind != ProxyKind::backend) {
      if (const auto* const own = open_bind(proxy)) return own;
    }
    if (proxy.kind == ProxyKind::frontend) return nullptr;
    const auto found = to_.find(proxy.name);
    if (found != to_.end()) return found->second;
    return any_.empty() ? nullptr : *any_.begin();
  }

 private:
  std::map<std::string_view, const haproxy::Bind*> to_;
  std::set<const haproxy::Bind*> any_;
};

/// One page may be on many proxies that inherit it.
struct Page {
  const Proxy* proxy = nullptr;  // the first one where a stranger sees it, else the first one
  const haproxy::Bind* door = nullptr;
  std::size_t open = 0;  // proxies where a stranger sees it
};

Detail detail_of(const Page& page) {
  const auto& stats = *page.proxy->stats_page;
  Detail detail;
  detail.where.origin = stats.origin;
  detail.observed = Measure(stats.uri + " on " + endpoint_of(*page.door) + ", without a password");
  detail.expected = Expectation{Relation::equal, Measure(std::string("`stats auth`, a rule or a loopback address"))};
  if (page.open > 1) {
    detail.evidence.push_back(std::to_string(page.open) + " proxies have this page; proxy " + page.proxy->name +
                              " is the first");
  }
  return detail;
}

Outcome judge(const Page& page) {
  if (page.door == nullptr) return Pass{};
  Detail detail = detail_of(page);
  if (page.proxy->stats_page->admin) {
    detail.why = "everybody who reaches this page may switch servers off";
    return Fail{Severity::error, std::move(detail)};
  }
  detail.why = "everybody who reaches this page sees every server, its address and its state";
  return Fail{Severity::warning, std::move(detail)};
}

void judge_pages(const haproxy::Config& config, Outcomes& outcomes) {
  const Doors doors(config);
  std::map<std::pair<std::string_view, std::uint32_t>, Page> pages;  // by the line that turned it on
  for (const auto& proxy : config.proxies) {
    if (!proxy.stats_page || proxy.disabled) continue;
    const auto& stats = *proxy.stats_page;
    Page& page = pages[{*stats.origin.file, stats.origin.line}];
    if (page.proxy == nullptr) page.proxy = &proxy;
    const bool guarded = stats.auth || proxy.access_rule;
    const auto* const door = guarded ? nullptr : doors.to(proxy);
    if (door == nullptr) continue;
    if (page.open++ != 0) continue;
    page.proxy = &proxy;
    page.door = door;
  }
  for (const auto& [line, page] : pages) outcomes.push_back({subject::proxy(page.proxy->name), judge(page)});
}

Outcomes evaluate(const Case& c) {
  auto outcomes = for_each_configuration(
      c, [](const haproxy::InstanceFacts& instance, Outcomes& found) { judge_pages(*instance.config, found); });
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"no proxy shows a statistics page"});
  return worst_of_each_subject(std::move(outcomes));
}

}  // namespace

extern constinit const Check stats_page_is_guarded{
    .id = "stats_page_is_guarded",
    .title = "Strangers do not see the statistics page",
    .rationale =
        "The page tells an attacker every server behind this host, and with `stats admin` it switches them off. "
        "One `stats` line of a frontend's own is enough to lose the passwords that `defaults` set.",
    .advice =
        "Add `stats auth` beside the other `stats` lines of the section, refuse strangers with an http-request rule, "
        "or bind the page to 127.0.0.1.",
    .severity = Severity::error,
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
