// SPDX-License-Identifier: Apache-2.0
// An AVC message is what the kernel did, not what a policy would do: of this boot, and since the policy last changed,
// it still holds.
#include <algorithm>
#include <map>
#include <tuple>

#include "policies/listening.h"
#include "policies/selinux.h"
#include "probes/base/text.h"
#include "probes/base/utc_time.h"

namespace preflight::checks {
namespace {

constexpr Need kNeeds[] = {Need::denials};
constexpr std::string_view kReferences[] = {"ausearch(8), -m AVC", "audit2why(1)", "auditd.conf(5), log_file"};

/// Denials of one kind: how often, when last, and the last one itself.
struct Group {
  SelinuxDenial last;
  std::size_t count = 0;
};

std::string type_in(const std::string& context) {
  const auto parts = split(context, ':');
  return parts.size() > 2 ? std::string(parts[2]) : context;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<Group> groups_of(const SelinuxLog& log) {
  std::map<std::tuple<std::string, std::string, std::uint16_t, std::string, std::string>, Group> groups;
  for (const auto& denial : log.denials) {
    if (denial.time < log.booted) continue;  // another boot's
    auto& group =
        groups[{joined(denial.permissions), denial.target_class, denial.port, type_in(denial.target), denial.name}];
    ++group.count;
    if (denial.time >= group.last.time) group.last = denial;
  }
  std::vector<Group> found;
  found.reserve(groups.size());
  for (auto& [key, group] : groups) found.push_back(std::move(group));
  return found;
}

bool has(const SelinuxDenial& denial, std::string_view permission) {
  return std::find(denial.permissions.begin(), denial.permissions.end(), permission) != denial.permissions.end();
}

/// What of the configuration a denial hit: the bind or the destination with that port, else the host.
struct Hit {
  Subject subject = subject::host();
  haproxy::Origin origin{};
  std::string_view check{};  // that proves the same
};

Hit hit_of(const SelinuxDenial& denial, const Case& c) {
  const bool udp = denial.target_class == "udp_socket";
  for (const auto& demand : c.demand.instances) {
    if (has(denial, "name_bind")) {
      for (const auto& port : demand.ports) {
        const auto& address = port.bind->address;
        const bool inside = address.first_port <= denial.port && denial.port <= address.last_port;
        if (inside && udp == (protocol_of(*port.bind) == Protocol::udp)) {
          return {subject_of(*port.bind), port.bind->origin, "selinux_allows_binds"};
        }
      }
    }
    if (has(denial, "name_connect")) {
      for (const auto& destination : demand.destinations) {
        if (destination.port == denial.port && want_of(destination)) {
          return {subject_of(destination), destination.origin, "selinux_allows_backends"};
        }
      }
    }
  }
  return {};
}

std::string object_of(const SelinuxDenial& denial) {
  if (denial.port != 0) return "port " + std::to_string(denial.port) + ", " + type_in(denial.target);
  return denial.name.empty() ? type_in(denial.target) : denial.name + ", " + type_in(denial.target);
}

Judgement judge(const Group& group, const Case& c, const SelinuxLog& log) {
  const auto& denial = group.last;
  const auto hit = hit_of(denial, c);
  const bool recent = denial.time >= log.policy_changed;
  Fail fail{recent && !denial.permissive ? Severity::warning : Severity::info, {}};
  auto& detail = fail.detail;
  detail.observed = Measure(static_cast<std::int64_t>(group.count), group.count == 1 ? "denial" : "denials");
  detail.why = "SELinux " + std::string(denial.permissive ? "logged" : "denied") + " " + type_in(denial.source) + " " +
               joined(denial.permissions) + " on " + denial.target_class + " (" + printable(object_of(denial)) + ")";
  detail.where.origin = hit.origin;
  if (!hit.origin.written()) detail.where.object = log.path;
  detail.evidence.push_back("last at " + rfc3339(denial.time) + ", in " + log.path);
  if (!recent) detail.evidence.push_back("before the policy was last changed, at " + rfc3339(log.policy_changed));
  if (denial.permissive) detail.evidence.emplace_back("it was let pass: permissive=1");
  if (!hit.check.empty()) detail.consequence_of = Cause{std::string(hit.check), hit.subject};
  return {hit.subject, std::move(fail)};
}

Outcomes evaluate(const Case& c) {
  if (!c.facts.selinux) return one(subject::host(), NotApplicable{std::string(without_selinux(c.facts))});
  const auto& log = c.facts.selinux->log;
  if (!log) return one(subject::host(), Unknown{unread("audit log").value()});
  if (!*log && is_missing(log->error())) return one(subject::host(), NotApplicable{"there is no log of the audit"});
  if (!*log) return one(subject::host(), Unknown{log->error()});
  Outcomes outcomes;
  for (const auto& group : groups_of(**log)) outcomes.push_back(judge(group, c, **log));
  if (outcomes.empty()) return one(subject::host(), Pass{});
  return worst_of_each_subject(std::move(outcomes));
}

}  // namespace

extern constinit const Check selinux_has_not_denied{
    .id = "selinux_has_not_denied",
    .title = "SELinux has denied haproxy nothing since its policy changed",
    .rationale =
        "What SELinux denies looks like any other refusal to haproxy: \"Permission denied\", a server that is DOWN, a "
        "socket that cannot be made. Only the audit log tells the real reason.",
    .advice = "Cure what is denied as the findings about ports say; for anything else ask audit2why what it takes.",
    .severity = Severity::warning,
    .needs = {.facts = kNeeds},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
