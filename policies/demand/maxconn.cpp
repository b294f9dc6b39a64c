// SPDX-License-Identifier: Apache-2.0
// The global maxconn in force: -n, else the configuration, else what haproxy computes from the limit it was started
// with (compute_ideal_maxconn in src/limits.c) or from the memory that -m allows: a ceiling and not a wish.
#include <algorithm>

#include "policies/demand/parts.h"
#include "policies/demand/start_limits.h"

namespace preflight::demand {
namespace {

constexpr std::int64_t kFloor = 100;                      // DEFAULT_MAXCONN
constexpr std::uint64_t kDefaultFdHardLimit = 1'048'576;  // DEFAULT_MAXFD, since 3.1
constexpr haproxy::Version kHasDefaultFdHardLimit{3, 1, 0};

bool has_memory_limit(const Scope& scope) { return scope.instance.command_line.memory_mib.value_or(0) > 0; }

/// The limit that haproxy divides by two: the hard one, unless it is infinite, and no more than fd-hard-limit.
std::uint64_t usable_limit(const Limits& limits, const Scope& scope) {
  auto usable = std::max(limits.soft, limits.hard);
  if (usable == kUnlimited) usable = limits.soft;
  const auto& global = scope.config.global;
  if (global.fd_hard_limit && global.fd_hard_limit->value > 0) {
    return std::min(usable, static_cast<std::uint64_t>(global.fd_hard_limit->value));
  }
  const bool bounded = scope.instance.binary && scope.instance.binary->version >= kHasDefaultFdHardLimit;
  if (bounded && !global.ulimit_n && !has_memory_limit(scope)) return std::min(usable, kDefaultFdHardLimit);
  return usable;
}

Result<Quantity> by_descriptors(const Scope& scope, const std::vector<Term>& fixed) {
  const auto limits = start_limits(scope.instance, scope.facts);
  if (!limits) return tl::make_unexpected(limits.error());
  const auto limit = static_cast<std::int64_t>(usable_limit(limits->nofile, scope));
  const auto taken = sum_of(fixed, Basis::automatic).value;
  // `maxpipes` is not looked at here, although it decides the pipes that are made in the end; pipes are optional, and
  // left out where they would not fit
  const auto spliced = spliced_connections(scope.config);
  const auto wanted = spliced ? 2 * pipes_for(*spliced) : 0;
  const auto pipes = wanted < limit - taken ? wanted : 0;
  const auto remain = limit - taken - pipes;
  const auto engines = engine_descriptors(scope);
  // a splicing proxy without a bound makes a pipe for every four connections: five descriptors for two connections
  const auto computed = spliced ? remain / (2 + engines) : 2 * remain / (5 + 2 * engines);
  Quantity result{std::max(computed, kFloor), Basis::automatic, {}};
  result.terms = {{"descriptor limit of " + limits->source, limit, {}}, {"taken by the rest", -(taken + pipes), {}}};
  return result;
}

/// haproxy keeps it in an int; a larger number is an accident, and must not overflow our sums.
Quantity given(std::string label, std::int64_t value, Basis basis, haproxy::Origin origin = {}) {
  return sum_of({{std::move(label), std::min<std::int64_t>(value, INT32_MAX), std::move(origin)}}, basis);
}

}  // namespace

Result<Quantity> maxconn(const Scope& scope, const Result<std::vector<Term>>& fixed) {
  if (const auto& option = scope.instance.command_line.maxconn; option && *option > 0) {
    return given("-n on the command line", *option, Basis::configured);
  }
  if (const auto& written = scope.config.global.maxconn; written && written->value > 0) {
    const bool assumed = scope.instance.source == haproxy::ConfigSource::assumed;
    return given("maxconn", written->value, assumed ? Basis::assumed : Basis::configured, written->origin);
  }
  if (!fixed) return tl::make_unexpected(fixed.error());
  const auto limited = by_descriptors(scope, *fixed);
  return has_memory_limit(scope) ? maxconn_from_memory(scope, *fixed, limited) : limited;
}

}  // namespace preflight::demand
