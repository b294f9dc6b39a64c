// SPDX-License-Identifier: Apache-2.0
// Two proxies on one address and port both start, because haproxy sets SO_REUSEPORT, and the kernel deals connections
// to either: half of the requests reach the wrong frontend. `haproxy -c` does not see it.
#include <algorithm>
#include <map>
#include <tuple>

#include "policies/check.h"
#include "policies/demand/parts.h"
#include "policies/listening.h"
#include "policies/overlapping_binds.h"
#include "probes/host/route.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kV6Only = "net.ipv6.bindv6only";
constexpr std::string_view kSysctls[] = {kV6Only};
constexpr std::string_view kReferences[] = {"HAProxy configuration manual: bind, noreuseport",
                                            "socket(7), SO_REUSEPORT"};

constexpr haproxy::Version kSharesOneSocket{2, 8, 0};

/// One bind with the threads it is limited to; none: all of them.
struct Claim {
  const PortDemand* demand = nullptr;
  const demand::ThreadSet* threads = nullptr;

  [[nodiscard]] const haproxy::Bind& bind() const { return *demand->bind; }
};

std::string_view text_of(const std::optional<haproxy::Text>& text) {
  return text ? std::string_view(text->value) : std::string_view();
}

/// What makes two binds meet, however their ports lie.
auto place_of(const Claim& claim) {
  const auto& bind = claim.bind();
  return std::make_tuple(protocol_of(bind), *bind.address.ip, text_of(bind.interface), text_of(bind.network_namespace));
}

bool one_owner(const PortDemand& a, const PortDemand& b) {
  return a.proxy != nullptr || b.proxy != nullptr ? a.proxy == b.proxy : a.owner == b.owner;
}

/// Disjoint thread sets on one address are a known idiom, and so is one bind written several times in one proxy: the
/// connections reach the right place. Without SO_REUSEPORT the second bind fails whatever was meant.
bool meant(const Claim& a, const Claim& b, bool reuse_port) {
  if (!reuse_port) return false;
  if (a.threads != nullptr && b.threads != nullptr && (*a.threads & *b.threads).none()) return true;
  return one_owner(*a.demand, *b.demand) && a.bind().ssl == b.bind().ssl;
}

std::string why(const PortDemand& earlier, const PortDemand& later, bool reuse_port) {
  if (!reuse_port) return "the second of two binds on one address and port fails, because noreuseport is set";
  if (one_owner(earlier, later)) return "one of two binds on one address and port speaks TLS, the other does not";
  return "two listeners on one address and port: the kernel deals connections to either";
}

Outcome failure(const PortDemand& earlier, const PortDemand& later, bool reuse_port) {
  Detail detail;
  detail.observed =
      Measure(earlier.owner == later.owner ? "twice in " + later.owner : earlier.owner + " and " + later.owner);
  detail.expected = Expectation{Relation::equal, Measure(std::string("one owner"))};
  detail.why = why(earlier, later, reuse_port);
  detail.where.origin = later.bind->origin;
  detail.evidence.push_back("also at " + earlier.bind->origin.text() + "; `haproxy -c` says valid");
  return Fail{Severity::error, std::move(detail), !reuse_port};
}

/// Walks the binds of one place from low ports to high and keeps those that reach the port it is at. Binds that are
/// meant together are kept as one, so that a bind repeated thousands of times is compared once.
class Sweep {
 public:
  explicit Sweep(bool reuse_port) : reuse_port_(reuse_port) {}

  Outcome add(const Claim& claim) {
    const auto from = claim.bind().address.first_port;
    std::erase_if(reaching_, [&](const Claim& other) { return other.bind().address.last_port < from; });
    const auto other = std::find_if(reaching_.begin(), reaching_.end(),
                                    [&](const Claim& kept) { return !meant(kept, claim, reuse_port_); });
    const bool distinct = other == reaching_.end();
    Outcome outcome = distinct ? Outcome(Pass{}) : failure(*other->demand, *claim.demand, reuse_port_);
    if (distinct || other->bind().address.last_port < claim.bind().address.last_port) keep(claim);
    return outcome;
  }

 private:
  static bool same_threads(const Claim& a, const Claim& b) {
    return a.threads == b.threads || (a.threads != nullptr && b.threads != nullptr && *a.threads == *b.threads);
  }

  void keep(const Claim& claim) {
    const auto alike = std::find_if(reaching_.begin(), reaching_.end(), [&](const Claim& kept) {
      return one_owner(*kept.demand, *claim.demand) && same_threads(kept, claim) && kept.bind().ssl == claim.bind().ssl;
    });
    if (alike == reaching_.end()) {
      if (reaching_.size() < kMostKept) reaching_.push_back(claim);
    } else if (alike->bind().address.last_port < claim.bind().address.last_port) {
      *alike = claim;
    }
  }

  /// So many binds that do not collide need as many disjoint thread sets; a hostile file may have more, and then some
  /// of its collisions are told only when the others are gone.
  static constexpr std::size_t kMostKept = 512;

  bool reuse_port_;
  std::vector<Claim> reaching_;
};

void judge(std::vector<Claim> claims, bool reuse_port, Outcomes& outcomes) {
  const auto before = [](const Claim& a, const Claim& b) {
    return std::tuple_cat(place_of(a), std::make_tuple(a.bind().address.first_port)) <
           std::tuple_cat(place_of(b), std::make_tuple(b.bind().address.first_port));
  };
  std::stable_sort(claims.begin(), claims.end(), before);
  for (std::size_t i = 0; i < claims.size();) {
    Sweep sweep(reuse_port);
    const auto place = place_of(claims[i]);
    for (; i < claims.size() && place_of(claims[i]) == place; ++i) {
      outcomes.push_back({subject_of(claims[i].bind()), sweep.add(claims[i])});
    }
  }
}

void judge_overlaps(const std::vector<PortDemand>& demands, bool bindv6only, Outcomes& outcomes) {
  for (const auto* bind : overlapping_binds(demands, bindv6only)) {
    Detail detail;
    detail.observed = Measure("two binds that overlap");
    detail.expected = Expectation{Relation::equal, Measure(std::string("one of them"))};
    detail.why = "the second of two binds that overlap on one port fails, because noreuseport is set";
    detail.where.origin = bind->origin;
    detail.evidence.emplace_back("haproxy will say \"cannot bind socket (Address already in use)\" and exit");
    outcomes.push_back({subject_of(*bind), Fail{Severity::error, std::move(detail), true}});
  }
}

/// Until 2.8 fell back to one socket for all shards, `shards` without SO_REUSEPORT collided with itself.
void judge_shards(const PortDemand& port, const demand::Scope& scope, std::int64_t thread_count, Outcomes& outcomes) {
  const auto& bind = *port.bind;
  const bool old = scope.instance.binary && scope.instance.binary->version < kSharesOneSocket;
  if (!old || demand::listeners_of(bind, scope, thread_count) <= bind.address.port_count()) return;
  Detail detail;
  detail.observed = Measure("shards of one address");
  detail.expected = Expectation{Relation::equal, Measure(std::string("one listener"))};
  detail.why = "the second shard of an address fails to bind, because noreuseport is set";
  detail.where.origin = bind.shards ? bind.shards->origin : bind.origin;
  detail.evidence.emplace_back("haproxy will say \"cannot bind socket (Address already in use)\" and exit");
  outcomes.push_back({subject_of(bind), Fail{Severity::error, std::move(detail), true}});
}

void judge_instance(const InstanceDemand& demand, const Facts& facts, Outcomes& outcomes) {
  const demand::Scope scope{*demand.instance, *demand.instance->config, facts};
  const auto count = demand::threads(scope);
  // Not known how many: then as many as there can be, which tells written numbers apart just as well.
  const auto layout = demand::thread_layout(scope, count ? count->value : std::int64_t{demand::kMostThreads});
  std::map<std::string_view, demand::ThreadSet> sets;
  std::vector<Claim> claims;
  for (const auto& port : demand.ports) {
    if (!port.bind->address.ip) continue;
    if (!scope.config.global.reuse_port && count) judge_shards(port, scope, count->value, outcomes);
    Claim claim{&port, nullptr};
    if (const auto written = text_of(port.bind->thread); !written.empty()) {
      const auto [set, first] = sets.try_emplace(written);
      if (first) set->second = demand::threads_of(written, layout);
      claim.threads = &set->second;
    }
    claims.push_back(claim);
  }
  judge(std::move(claims), scope.config.global.reuse_port, outcomes);
  if (scope.config.global.reuse_port) return;
  const auto v6only = facts.network_of(*demand.instance).sysctls.integer(kV6Only);  // absent where IPv6 is off
  judge_overlaps(demand.ports, v6only.value_or(0) != 0, outcomes);
}

Outcomes evaluate(const Case& c) {
  Outcomes outcomes = unread_instances(c);
  for (const auto& demand : c.demand.instances) judge_instance(demand, c.facts, outcomes);
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"no bind with an address and a port"});
  return worst_of_each_subject(std::move(outcomes));
}

}  // namespace

extern constinit const Check bind_ports_are_distinct{
    .id = "bind_ports_are_distinct",
    .title = "No address and port is bound twice",
    .rationale =
        "A forgotten second bind does not fail: both listeners open, and a share of the connections reaches "
        "the wrong one, at random.",
    .advice = "Remove one of the two binds, or give them distinct addresses, interfaces or thread sets.",
    .severity = Severity::error,
    .needs = {.sysctls = kSysctls},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
