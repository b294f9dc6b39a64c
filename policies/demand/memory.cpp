// SPDX-License-Identifier: Apache-2.0
// Memory by the rule of HAProxy's own introduction ("Sizing"): 20,000 busy connections a gigabyte in clear, 8,000 with
// TLS towards the clients or the servers, 5,000 with both, what the kernel buffers included. A connection thus takes
// 50,000 bytes, and each side with TLS another 75,000.
#include "policies/demand/parts.h"
#include "probes/base/text.h"

namespace preflight::demand {
namespace {

constexpr std::int64_t kGigabyte = 1'000'000'000;
constexpr std::int64_t kClear = kGigabyte / 20'000;
constexpr std::int64_t kTlsSide = kGigabyte / 8'000 - kClear;
static_assert(kClear + 2 * kTlsSide == kGigabyte / 5'000);

Term share(std::string_view what, std::int64_t connections, std::int64_t bytes, haproxy::Origin origin) {
  return {grouped(connections) + " x " + grouped(bytes) + " bytes " + std::string(what), connections * bytes,
          std::move(origin)};
}

}  // namespace

Result<Quantity> memory(const Scope& scope, const Result<Quantity>& maxconn) {
  if (!maxconn) return tl::make_unexpected(maxconn.error());
  const auto connections = maxconn->value;
  const auto origin = maxconn->terms.empty() ? haproxy::Origin{} : maxconn->terms.front().origin;
  const auto sides = tls_sides(scope, TlsSides::Of::spoken);
  std::vector<Term> terms{share("a connection", connections, kClear, origin)};
  if (sides.clients) terms.push_back(share("for TLS towards clients", connections, kTlsSide, *sides.clients));
  if (sides.servers) terms.push_back(share("for TLS towards servers", connections, kTlsSide, *sides.servers));
  return sum_of(std::move(terms), maxconn->basis);
}

}  // namespace preflight::demand
