// SPDX-License-Identifier: Apache-2.0
// The kernel does not ask SELinux about a bind inside ip_local_port_range. From 1024 on, the widest range turns these
// questions off for every domain of the host; and a bind that works for that reason alone breaks when it is narrowed.
#include "policies/listening.h"
#include "policies/selinux.h"
#include "probes/base/text.h"
#include "probes/linux/port_set.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kSysctls[] = {kLocalPortRange, kFirstUnprivilegedPort};
constexpr Need kNeeds[] = {Need::selinux};
constexpr std::string_view kReferences[] = {"Linux security/selinux/hooks.c, selinux_socket_bind",
                                            "Linux Documentation/networking/ip-sysctl.rst, ip_local_port_range"};
constexpr Parameter kPercent{"unchecked_percent", 90, 50, 100, "share of the unprivileged ports inside the range"};
constexpr Parameter kParameters[] = {kPercent};

std::string text_of(const PortRange& range) { return std::to_string(range.first) + "-" + std::to_string(range.last); }

Outcome judge_range(const PortRange& range, std::int64_t first, std::int64_t percent) {
  const auto unprivileged = 65536 - first;
  const auto from = std::max<std::int64_t>(range.first, first);
  const auto unchecked = range.last < from ? 0 : range.last - from + 1;
  Detail detail;
  detail.observed = Measure(unchecked, "ports");
  detail.expected = Expectation{Relation::at_most, Measure(unprivileged * percent / 100, "ports")};
  detail.why = "SELinux is asked about no bind inside " + text_of(range) + ", for no program of this host";
  const bool good = unprivileged <= 0 || unchecked * 100 <= unprivileged * percent;
  return pass_or_fail(good, Severity::info, std::move(detail));
}

/// Of a bind that works for no other reason; nothing of any other one.
std::optional<Fail> judge_bind(const haproxy::Bind& bind, const PortProver& prover, const PortRange& range) {
  for (const auto& want : wants_of(bind)) {
    const auto rule = prover.rule_of(want);
    if (!rule || *rule != PortRule::range_exempt) continue;
    const auto proof = prover.prove(want);
    Fail fail{Severity::info, {}};
    fail.detail.observed = Measure("port " + std::to_string(want.port) + " in " + text_of(range));
    fail.detail.where.origin = bind.origin;
    fail.detail.why = "no rule lets " + proof->domain + " bind port " + std::to_string(want.port) + ", which is " +
                      proof->type + ": it works only while the local port range holds it";
    fail.detail.evidence.emplace_back("a narrower range, or one that starts above it, keeps haproxy from starting");
    return fail;
  }
  return std::nullopt;
}

void judge_instance(const InstanceDemand& demand, const Case& c, Outcomes& outcomes) {
  const auto& sysctls = c.facts.network_of(*demand.instance).sysctls;
  const auto rules = c.facts.selinux->rules_of(demand.instance->name);
  const auto range = sysctls.range(kLocalPortRange);
  if (!rules || !range) return;  // Unknown in selinux_allows_binds
  const PortProver prover(*c.facts.selinux->loaded, **rules, sysctls);
  for (const auto& port : demand.ports) {
    if (auto fail = judge_bind(*port.bind, prover, *range); fail) {
      outcomes.push_back({subject_of(*port.bind), *std::move(fail)});
    }
  }
}

Outcomes evaluate(const Case& c) {
  if (!c.facts.selinux) return one(subject::host(), NotApplicable{std::string(without_selinux(c.facts))});
  Outcomes outcomes;
  for (const auto& network : c.facts.networks) {
    const auto range = network.sysctls.range(kLocalPortRange);
    const auto first = network.sysctls.integer(kFirstUnprivilegedPort);
    const auto about = subject::sysctl(kLocalPortRange);
    if (range && first) {
      outcomes.push_back({about, judge_range(*range, *first, c.settings.get(kPercent))});
    } else {
      outcomes.push_back({about, Unknown{range ? first.error() : range.error()}});
    }
  }
  for (const auto& demand : c.demand.instances) judge_instance(demand, c, outcomes);
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"there is no haproxy here"});
  return worst_of_each_subject(std::move(outcomes));
}

}  // namespace

extern constinit const Check port_range_keeps_selinux_checks{
    .id = "port_range_keeps_selinux_checks",
    .title = "The local port range leaves SELinux its say about binds",
    .rationale =
        "Inside ip_local_port_range the kernel asks SELinux about no bind. `1024 65535`, which many guides set, turns "
        "that off for nearly every port and every program; and what works for that reason alone breaks once it is "
        "narrowed.",
    .advice =
        "Start ip_local_port_range higher (10240 is enough for most), and label the ports that haproxy binds in it.",
    .severity = Severity::info,
    .needs = {.facts = kNeeds, .sysctls = kSysctls},
    .references = kReferences,
    .parameters = kParameters,
    .evaluate = evaluate,
    .rests_on = kLocalPortRange,
};

}  // namespace preflight::checks
