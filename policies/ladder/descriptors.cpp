// SPDX-License-Identifier: Apache-2.0
// haproxy reserves two descriptors a connection before it starts, and with strict-limits refuses to start when it may
// not have them all; without, it starts and fails when the last one is taken.
#include <algorithm>

#include "policies/demand/start_limits.h"
#include "policies/ladder/parts.h"
#include "probes/base/text.h"

namespace preflight::ladder {
namespace {

constexpr std::int64_t kStandardStreams = 3;
constexpr std::int64_t kPerThread = 3;
constexpr haproxy::Version kOnlyRaises{2, 6, 12};

/// A number of descriptors, and who sets it.
struct Ceiling {
  std::int64_t value = 0;
  std::string source;
  haproxy::Origin origin{};
};

std::int64_t clamped(std::uint64_t value) {
  return value > static_cast<std::uint64_t>(INT64_MAX) ? INT64_MAX : static_cast<std::int64_t>(value);
}

void lower(Ceiling& ceiling, const std::optional<haproxy::Number>& bound, std::string_view name) {
  if (!bound || bound->value <= 0 || bound->value >= ceiling.value) return;
  ceiling = {bound->value, std::string(name), bound->origin};
}

/// `ulimit-n` is what haproxy asks for then, whatever it might have; newer programs only ever raise the soft limit.
void apply_ulimit(Ceiling& ceiling, const StartLimits& limits, const Scene& scene) {
  const auto& written = scene.config().global.ulimit_n;
  if (!written || written->value <= 0) return;
  const auto& binary = scene.instance().binary;
  if (binary && binary->version >= kOnlyRaises && clamped(limits.nofile.soft) >= written->value) {
    if (clamped(limits.nofile.soft) < ceiling.value) ceiling = {clamped(limits.nofile.soft), limits.source, {}};
  } else {
    lower(ceiling, written, "ulimit-n");
  }
}

/// The most descriptors haproxy could get: its hard limit, or fs.nr_open where its starter may raise that.
Result<Ceiling> ceiling_of(const Scene& scene) {
  const auto limits = start_limits(scene.instance(), scene.facts);
  if (!limits) return tl::make_unexpected(limits.error());
  if (!limits->may_raise) return tl::make_unexpected(limits->may_raise.error());
  Ceiling ceiling{clamped(limits->nofile.hard), limits->source, {}};
  if (*limits->may_raise || limits->nofile.hard == kUnlimited) {
    const auto nr_open = scene.facts.sysctls.integer("fs.nr_open");
    if (!nr_open) return tl::make_unexpected(nr_open.error());
    if (*limits->may_raise || *nr_open < ceiling.value) {
      ceiling = {std::max(*nr_open, limits->nofile.hard == kUnlimited ? 0 : ceiling.value), "fs.nr_open", {}};
    }
  }
  lower(ceiling, scene.config().global.fd_hard_limit, "fd-hard-limit");
  apply_ulimit(ceiling, *limits, scene);
  return ceiling;
}

using Fixed = Result<std::vector<Term>>;

/// The highest maxconn for which haproxy would ask for no more than `limit`.
std::int64_t highest_maxconn(const Scene& scene, const Fixed& fixed, std::int64_t limit) {
  const auto fits = [&](std::int64_t maxconn) {
    const auto need = demand::file_descriptors(scene.scope(), fixed, Quantity{maxconn, Basis::configured, {}});
    return need && need->value <= limit;
  };
  std::int64_t low = 0;
  std::int64_t high = std::min(limit / 2 + 1, kBeyondReach);
  while (low + 1 < high) {
    const auto middle = low + (high - low) / 2;
    (fits(middle) ? low : high) = middle;
  }
  return low;
}

std::vector<Term> terms_of(const Ceiling& ceiling, std::int64_t taken, std::string_view by) {
  return {{"descriptor limit of " + ceiling.source, ceiling.value, ceiling.origin},
          {"taken by " + std::string(by), -taken, {}}};
}

/// Without strict-limits haproxy runs with what it got: then the descriptors it really holds decide.
bool starts_with_too_few(const Scene& scene, std::int64_t highest) {
  return !scene.config().global.strict_limits && scene.demand.maxconn && scene.demand.maxconn->value > highest;
}

/// Each check is a connection of its own, now and then.
std::int64_t checks_in(const haproxy::Config& config) {
  std::int64_t checks = 0;
  for (const auto& proxy : config.proxies) {
    if (proxy.disabled) continue;
    for (const auto& server : proxy.servers) {
      checks += (server.settings.check ? server.count : 0) + (server.settings.agent_check ? server.count : 0);
    }
  }
  return checks;
}

Result<void> fill(Rung& rung, const Scene& scene) {
  const auto ceiling = ceiling_of(scene);
  if (!ceiling) return tl::make_unexpected(ceiling.error());
  const auto fixed = demand::fixed_descriptors(scene.scope());
  if (!fixed) return tl::make_unexpected(fixed.error());
  const auto highest = highest_maxconn(scene, fixed, ceiling->value);
  const auto need = demand::file_descriptors(scene.scope(), fixed, Quantity{highest, Basis::configured, {}});
  rung.connections = highest;
  rung.terms = terms_of(*ceiling, need->value - 2 * highest, "the rest");
  if (!starts_with_too_few(scene, highest)) return {};
  const auto held = held_at_idle(scene.scope());
  if (!held) return tl::make_unexpected(held.error());
  const auto checks = checks_in(scene.config());
  rung.connections = std::max<std::int64_t>((ceiling->value - *held - checks) / 2, 0);
  rung.terms = terms_of(*ceiling, *held, "streams, listeners and threads");
  if (checks != 0) rung.terms.push_back({"for health checks", -checks, {}});
  rung.then = "haproxy started with too few descriptors: accept and connect fail, and healthy servers are marked DOWN";
  rung.brief = "more accepts fail";
  return {};
}

std::int64_t open_listeners(const std::vector<haproxy::Bind>& binds, const demand::Scope& scope, std::int64_t threads) {
  std::int64_t count = 0;
  for (const auto& bind : binds) count += demand::listeners_of(bind, scope, threads);
  return count;
}

}  // namespace

Result<std::int64_t> held_at_idle(const demand::Scope& scope) {
  const auto threads = demand::threads(scope);
  if (!threads) return tl::make_unexpected(threads.error());
  std::int64_t held = kStandardStreams + kPerThread * threads->value;
  for (const auto& proxy : scope.config.proxies) {
    if (!proxy.disabled) held += open_listeners(proxy.binds, scope, threads->value);
  }
  held += open_listeners(scope.config.global.stats_sockets, scope, threads->value);
  for (const auto& peers : scope.config.peers) {
    if (!peers.disabled && demand::is_local(peers, scope)) held += open_listeners(peers.binds, scope, threads->value);
  }
  const bool supervised = scope.instance.command_line.master_worker || scope.config.global.master_worker.has_value();
  return held + (supervised ? 1 : 0);
}

Result<std::int64_t> connections_now(const Scene& scene) {
  std::int64_t connections = 0;
  for (const ProcessFacts* worker : scene.instance().workers()) {
    if (!worker->open_descriptors) return tl::make_unexpected(worker->open_descriptors.error());
    const auto held = held_at_idle(scene.scope());
    if (!held) return tl::make_unexpected(held.error());
    connections += std::max<std::int64_t>((clamped(*worker->open_descriptors) - *held) / 2, 0);
  }
  return connections;
}

void add_descriptors(const Scene& scene, std::vector<Rung>& rungs) {
  Rung rung = rung_of(Limit::file_descriptors, subject::instance(scene.instance().name), "descriptors");
  if (const auto filled = fill(rung, scene); !filled) {
    rung.connections = tl::make_unexpected(filled.error());
    rung.terms.clear();
  }
  for (const ProcessFacts* worker : scene.instance().workers()) {
    if (!worker->open_descriptors) continue;
    rung.in_use = std::max(rung.in_use.value_or(0), clamped(*worker->open_descriptors));
  }
  rungs.push_back(std::move(rung));
}

}  // namespace preflight::ladder
