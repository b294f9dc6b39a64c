// SPDX-License-Identifier: Apache-2.0
// `user` and `group` are taken on last, after the listeners are bound: setuid(2) and setgid(2) ask for CAP_SETUID and
// CAP_SETGID, unless haproxy is that user already.
#include <optional>

#include "policies/check.h"
#include "policies/named_files.h"
#include "policies/starter.h"
#include "probes/linux/capability_names.h"

namespace preflight::checks {
namespace {

constexpr Need kNeeds[] = {Need::unit, Need::paths};
constexpr std::string_view kReferences[] = {"HAProxy configuration manual: user, group, uid, gid",
                                            "capabilities(7), CAP_SETUID, CAP_SETGID",
                                            "systemd.exec(5), CapabilityBoundingSet="};

/// One of the two numbers a process has, and what the configuration wants it to be.
struct Change {
  std::string_view keyword;  // "user" or "group"
  std::string_view number;   // as haproxy calls it: "uid" or "gid"
  unsigned capability = 0;
  std::string wanted;
  haproxy::Origin origin;
};

/// Nothing where haproxy leaves the number alone, as it does for root's.
std::optional<Change> change_of(Change change, const std::optional<haproxy::Text>& name,
                                const std::optional<haproxy::Number>& number) {
  if (name) {
    change.wanted = name->value;
    change.origin = name->origin;
  } else if (number) {
    change.wanted = std::to_string(number->value);
    change.origin = number->origin;
  }
  if (change.wanted.empty() || change.wanted == "root" || change.wanted == "0") return std::nullopt;
  return change;
}

Outcome judge_change(const Change& change, const haproxy::InstanceFacts& instance, const Facts& facts) {
  Detail detail;
  detail.where.origin = change.origin;
  const auto allowed = starter_has(instance, facts, change.capability);
  if (allowed && *allowed) return Pass{std::move(detail)};
  const bool of_user = change.capability == kCapSetuid;
  const auto same =
      of_user ? is_starter(instance, change.wanted) : is_starters(instance, change.wanted, Membership::own);
  if (same && *same) return Pass{std::move(detail)};
  if (!allowed) return Unknown{allowed.error()};
  if (!same) return Unknown{same.error()};
  const std::string capability = capability_name(change.capability);
  detail.observed = Measure("started as " + starter_text(instance) + " without " + capability);
  detail.expected = Expectation{Relation::equal, Measure(capability)};
  detail.why = "haproxy cannot take on " + std::string(change.keyword) + " " + change.wanted;
  detail.evidence.push_back("haproxy will say \"Cannot set " + std::string(change.number) +
                            "\" and exit, after it bound its listeners; `haproxy -c` says valid");
  return Fail{Severity::error, std::move(detail), true};
}

void judge_instance(const haproxy::InstanceFacts& instance, const Facts& facts, Outcomes& outcomes) {
  const auto& global = instance.config->global;
  const auto about = subject::instance(instance.name);
  const auto group = change_of({"group", "gid", kCapSetgid, {}, {}}, global.group, global.gid);
  const auto user = change_of({"user", "uid", kCapSetuid, {}, {}}, global.user, global.uid);
  for (const auto& change : {group, user}) {
    if (change) outcomes.push_back({about, judge_change(*change, instance, facts)});
  }
  if (!group && !user) outcomes.push_back({about, NotApplicable{"haproxy stays who starts it"}});
}

Outcomes evaluate(const Case& c) {
  return worst_of_each_subject(
      for_each_configuration(c, [&](const haproxy::InstanceFacts& instance, Outcomes& outcomes) {
        judge_instance(instance, c.facts, outcomes);
      }));
}

}  // namespace

extern constinit const Check privileges_can_be_dropped{
    .id = "privileges_can_be_dropped",
    .title = "haproxy may become the user and the group it names",
    .rationale =
        "Taking on another user or group needs CAP_SETUID and CAP_SETGID. A unit that bounds its capabilities too "
        "tightly, or has User= beside another `user` in the configuration, binds every listener and then exits.",
    .advice =
        "Leave CAP_SETUID and CAP_SETGID in the unit's CapabilityBoundingSet=, or start haproxy with User= as the "
        "user it shall be and remove `user` and `group`.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
