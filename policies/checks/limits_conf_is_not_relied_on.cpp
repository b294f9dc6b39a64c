// SPDX-License-Identifier: Apache-2.0
// limits.conf is read by pam_limits when a session is opened. systemd opens none for a service without PAMName=, so
// what is written there for haproxy reaches a shell at most.
#include <algorithm>

#include "policies/check.h"
#include "policies/demand/start_limits.h"
#include "policies/limit_lines.h"
#include "probes/base/text.h"

namespace preflight::checks {
namespace {

using haproxy::InstanceFacts;

constexpr Need kNeeds[] = {Need::unit, Need::unit_boot, Need::pam_limits};
constexpr std::string_view kSysctls[] = {"fs.nr_open"};
constexpr std::string_view kReferences[] = {"limits.conf(5)", "pam_limits(8)", "systemd.exec(5), PAMName="};
constexpr std::size_t kMostLines = 4;

std::string user_of(const InstanceFacts& instance) {
  const auto* written = instance.config && instance.config->global.user ? &*instance.config->global.user : nullptr;
  return written != nullptr ? written->value : instance.unit->user;
}

/// Written for haproxy's own user or the group of that name; everybody's and root's lines are there for other reasons.
bool is_meant(const PamLimit& limit, const std::string& user) {
  return !user.empty() && user != "root" && (limit.domain == user || limit.domain == "@" + user);
}

bool may_be_meant(const PamLimit& limit) {
  return limit.domain == "*" || limit.domain == "root" || limit.domain.substr(0, 1) == "@";
}

std::string told(const PamLimit& limit) {
  return limit.file + ":" + std::to_string(limit.line) + " (" + limit.domain + " " + limit.type + " nofile " +
         limit.value + ")";
}

Outcome judge(const InstanceDemand& demand, const std::vector<PamLimit>& limits, const Facts& facts) {
  const InstanceFacts& instance = *demand.instance;
  const auto& unit = *instance.unit_limit;
  if (!unit.pam_name.empty()) return NotApplicable{"the unit opens a session of PAM: PAMName=" + unit.pam_name};
  if (!demand.file_descriptors) return Unknown{demand.file_descriptors.error()};
  const auto given = given_at_start(unit.reloaded.limits, facts);
  if (!given) return Unknown{given.error()};
  const bool enough = as_count(given->limits.hard) >= demand.file_descriptors->value;
  const auto user = user_of(instance);
  std::vector<const PamLimit*> relied_on;
  for (const auto& limit : limits) {
    if (is_meant(limit, user) || (!enough && may_be_meant(limit))) relied_on.push_back(&limit);
  }
  if (relied_on.empty()) return Pass{};
  Detail detail;
  detail.observed = Measure(as_count(given->limits.hard), "descriptors");
  const auto& first = *relied_on.front();
  detail.why = first.file + " sets nofile for " + (is_meant(first, user) ? user : first.domain) +
               ", but systemd starts the service without it: the unit's " + grouped(as_count(given->limits.hard)) +
               " holds";
  detail.where = {.origin = {.file = std::make_shared<const std::string>(first.file), .line = first.line},
                  .object = first.file};
  for (const auto* limit : relied_on) {
    if (detail.evidence.size() < kMostLines) detail.evidence.push_back("does not reach the service: " + told(*limit));
  }
  detail.evidence.push_back("the unit's limit: " + told_lines(unit.reloaded).front());
  return Fail{Severity::info, std::move(detail)};
}

Outcome outcome_of(const InstanceDemand& demand, const Facts& facts) {
  const InstanceFacts& instance = *demand.instance;
  if (!instance.unit || instance.unit->load_state == "not-found") return NotApplicable{"no unit starts haproxy"};
  if (!facts.host.pam_nofile) return Unknown{facts.host.pam_nofile.error()};
  if (facts.host.pam_nofile->empty()) return Pass{};
  if (!instance.unit_limit) return Unknown{instance.unit_limit.error()};
  return judge(demand, *facts.host.pam_nofile, facts);
}

Outcomes evaluate(const Case& c) {
  return for_each_instance(c, [&](const InstanceDemand& demand) { return outcome_of(demand, c.facts); });
}

}  // namespace

extern constinit const Check limits_conf_is_not_relied_on{
    .id = "limits_conf_is_not_relied_on",
    .title = "Nobody counts on limits.conf to raise the service's limit",
    .rationale =
        "Many guides raise nofile in /etc/security/limits.conf. It is read for sessions of PAM alone: a shell shows "
        "the new limit, the service that systemd starts keeps the one of its unit.",
    .advice = "Set LimitNOFILE= in a drop-in of the unit and take the lines out of limits.conf.",
    .severity = Severity::info,
    .needs = {.facts = kNeeds, .sysctls = kSysctls},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
