// SPDX-License-Identifier: Apache-2.0
// Without a maxconn haproxy takes what its descriptor limit allows (262,000 on a stock Debian): a ceiling nobody chose,
// from which memory, backlogs and source ports would then follow.
#include "policies/check.h"
#include "probes/base/text.h"

namespace preflight::checks {
namespace {

constexpr Need kNeeds[] = {Need::unit};
constexpr std::string_view kReferences[] = {"HAProxy configuration manual: maxconn",
                                            "HAProxy management guide, section 5"};

/// That nobody set it is seen in the configuration, whether or not the number haproxy will derive is known.
Outcome outcome_of(const InstanceDemand& demand) {
  const auto& maxconn = demand.maxconn;
  const bool from_memory = demand.instance->command_line.memory_mib.value_or(0) > 0;
  Detail detail;
  if (maxconn) {
    detail.observed = Measure(maxconn->value, "connections");
    detail.terms = maxconn->terms;
    if (maxconn->basis == Basis::configured) return Pass{std::move(detail)};
    if (maxconn->basis == Basis::assumed) return NotApplicable{"there is no configuration; the policy assumes one"};
    if (from_memory) return Pass{std::move(detail)};  // whoever chose -m chose what follows from it
  } else if (from_memory) {
    return NotApplicable{"haproxy derives it from the memory that -m allows"};
  } else {
    detail.evidence.push_back("how many is not known: " + describe(maxconn.error()));
  }
  detail.why = "no maxconn is set: haproxy derives " + (maxconn ? grouped(maxconn->value) : std::string("one")) +
               " from its descriptor limit, whatever this host can carry";
  detail.where.object = demand.instance->name;
  return Fail{Severity::warning, std::move(detail)};
}

Outcomes evaluate(const Case& c) {
  return for_each_instance(c, [](const InstanceDemand& demand) { return outcome_of(demand); });
}

}  // namespace

extern constinit const Check maxconn_is_set{
    .id = "maxconn_is_set",
    .title = "Somebody chose a maxconn",
    .rationale =
        "The global maxconn is the number that sizes everything else. An automatic one moves with the "
        "descriptor limit of the day, and usually promises more than memory can hold.",
    .advice = "Set maxconn in the global section to the load this host is meant to carry.",
    .severity = Severity::warning,
    .needs = {.facts = kNeeds},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
