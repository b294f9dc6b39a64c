// SPDX-License-Identifier: Apache-2.0
// With -m and without maxconn haproxy divides the memory by what a connection costs, rounds down to two digits, and
// falls back to what the descriptors allow only where it cannot have them all (set_global_maxconn in src/limits.c,
// before 3.1 at the end of init() in src/haproxy.c).
#include <algorithm>
#include <array>

#include "policies/demand/parts.h"
#include "policies/demand/start_limits.h"
#include "probes/base/text.h"

namespace preflight::demand {
namespace {

using haproxy::Number;
using haproxy::Version;

constexpr std::int64_t kMebibyte = std::int64_t{1024} * 1024;
constexpr double kUsable = 0.97;                              // MEM_USABLE_RATIO
constexpr std::int64_t kSession = std::int64_t{16} * 1024;    // SSL_SESSION_MAX_COST, on each side
constexpr std::int64_t kHandshake = std::int64_t{76} * 1024;  // SSL_HANDSHAKE_MAX_COST, one at a time
constexpr std::int64_t kCacheEntry = 200;                     // of tune.ssl.cachesize
constexpr std::int64_t kCacheSize = 20000;                    // SSLCACHESIZE
constexpr std::int64_t kUriLength = 1024;                     // REQURI_LEN
constexpr std::int64_t kCookieLength = 64;                    // CAPTURE_LEN
constexpr std::int64_t kMost = INT32_MAX;                     // numbers beyond are accidents, and must not overflow

/// sizeof(struct stream) + 2 x sizeof(struct channel) + 2 x sizeof(struct connection), as compiled for x86-64 from each
/// release's headers, but 2.6 as Debian 12 ships it, seen at the byte where maxconn changes. The next digit of maxconn
/// is hardly ever decided by them: a connection's two buffers are 32 KiB.
struct Structures {
  Version since;
  std::int64_t bytes;
};
constexpr std::array kStructures = {
    Structures{{3, 4, 0}, 1792}, Structures{{3, 3, 0}, 1648}, Structures{{3, 2, 0}, 1576}, Structures{{3, 1, 0}, 1552},
    Structures{{3, 0, 0}, 1472}, Structures{{2, 9, 0}, 1440}, Structures{{2, 8, 0}, 1416}, Structures{{2, 7, 0}, 1536},
    Structures{{2, 6, 0}, 1520}, Structures{{2, 5, 0}, 1712}, Structures{{0, 0, 0}, 1688}};

std::int64_t structures_of(const Version& version) {
  const auto* const found = std::find_if(kStructures.begin(), kStructures.end(),
                                         [&](const Structures& entry) { return version >= entry.since; });
  return found->bytes;
}

std::int64_t value_or(const std::optional<Number>& number, std::int64_t standard) {
  return number ? std::clamp<std::int64_t>(number->value, 0, kMost) : standard;
}

/// The buffer size as haproxy aligns it: to two pointers.
std::int64_t buffer_size(const haproxy::Global& global, const haproxy::BinaryFacts& binary) {
  const auto bytes = value_or(global.bufsize, binary.bufsize);
  return (bytes + 15) / 16 * 16;
}

/// A written length leaves room for the NUL; the standard ones have it in them.
std::int64_t text_length(const std::optional<Number>& number, std::int64_t standard) {
  return number ? value_or(number, 0) + 1 : standard;
}

/// Bytes of one connection without TLS.
std::int64_t clear_cost(const haproxy::Global& global, const haproxy::BinaryFacts& binary) {
  return structures_of(binary.version) + text_length(global.log_uri_length, kUriLength) +
         2 * text_length(global.cookie_length, kCookieLength) + 2 * buffer_size(global, binary);
}

/// "1234" is 1200.
std::int64_t two_digits(std::int64_t value) {
  std::int64_t unit = 1;
  for (; value >= 100; value /= 10) unit *= 10;
  return value * unit;
}

/// What `-m` leaves for connections, and what one of them takes of it.
struct Budget {
  std::int64_t usable = 0;
  std::int64_t each = 1;

  [[nodiscard]] std::int64_t connections() const { return std::min(usable / each, kMost); }
};

Budget budget_of(const Scope& scope, const haproxy::BinaryFacts& binary) {
  const auto& global = scope.config.global;
  const auto sides = tls_sides(scope, TlsSides::Of::prepared).count();
  std::int64_t memory = std::min(*scope.instance.command_line.memory_mib, kMost) * kMebibyte;
  if (sides != 0) memory -= kCacheEntry * value_or(global.ssl_cache_size, kCacheSize);
  memory -= value_or(global.maxzlibmem, 0) * kMebibyte;
  Budget budget{static_cast<std::int64_t>(static_cast<double>(memory) * kUsable), clear_cost(global, binary)};
  if (sides == 0) return budget;
  if (const auto encrypted = value_or(global.maxsslconn, 0); encrypted != 0) {
    budget.usable -= (kSession + kHandshake) * encrypted;
  } else {
    budget.each += sides * kSession + kHandshake;
  }
  return budget;
}

/// Whether haproxy may have that many descriptors (check_if_maxsock_permitted).
Result<bool> permitted(std::int64_t descriptors, const Scope& scope) {
  const auto& ceiling = scope.config.global.fd_hard_limit;
  if (ceiling && ceiling->value > 0 && descriptors > ceiling->value) return false;
  const auto limits = start_limits(scope.instance, scope.facts);
  if (!limits) return tl::make_unexpected(limits.error());
  const auto wanted = static_cast<std::uint64_t>(descriptors);
  if (wanted <= limits->nofile.hard) return true;
  if (!limits->may_raise || !*limits->may_raise) return limits->may_raise;
  const auto most = scope.facts.sysctls.integer("fs.nr_open");
  if (!most) return tl::make_unexpected(most.error());
  return descriptors <= *most;
}

Result<bool> suffices(std::int64_t maxconn, const Scope& scope, const std::vector<Term>& fixed) {
  const auto need = file_descriptors(scope, fixed, Quantity{maxconn, Basis::automatic, {}});
  if (!need) return tl::make_unexpected(need.error());
  return permitted(need->value, scope);
}

std::string arithmetic(const Scope& scope, const Budget& budget) {
  return "-m " + grouped(*scope.instance.command_line.memory_mib) + ": " + grouped(budget.usable) + " bytes usable / " +
         grouped(budget.each) + " a connection, rounded down to two digits";
}

}  // namespace

Result<Quantity> maxconn_from_memory(const Scope& scope, const std::vector<Term>& fixed,
                                     const Result<Quantity>& by_descriptors) {
  if (!scope.instance.binary) return tl::make_unexpected(scope.instance.binary.error());
  const Budget budget = budget_of(scope, *scope.instance.binary);
  const auto wanted = budget.usable > 0 ? two_digits(budget.connections()) : 0;
  if (wanted == 0) return fail(std::errc::not_enough_memory, "-m", "leaves no memory for a single connection");
  const auto enough = suffices(wanted, scope, fixed);
  if (!enough) return tl::make_unexpected(enough.error());
  if (*enough) return sum_of({{arithmetic(scope, budget), wanted, {}}}, Basis::automatic);
  if (!by_descriptors) return tl::make_unexpected(by_descriptors.error());
  const auto reduced = two_digits(std::min(budget.connections(), by_descriptors->value));
  const auto fits = suffices(reduced, scope, fixed);
  if (!fits) return tl::make_unexpected(fits.error());
  // where even that many descriptors are refused, haproxy goes back to the first number and fails with it
  if (!*fits) return sum_of({{arithmetic(scope, budget), wanted, {}}}, Basis::automatic);
  return sum_of({{"what the descriptors allow, rounded down to two digits", reduced, {}}}, Basis::automatic);
}

}  // namespace preflight::demand
