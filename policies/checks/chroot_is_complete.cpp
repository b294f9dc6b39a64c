// SPDX-License-Identifier: Apache-2.0
// haproxy enters its chroot after it bound its listeners and before it drops root. What it opens later it finds in
// there alone: a log socket is looked up by its path at every message (src/log.c).
#include "policies/check.h"
#include "policies/named_files.h"
#include "policies/starter.h"

namespace preflight::checks {
namespace {

constexpr Need kNeeds[] = {Need::unit, Need::paths};
constexpr std::string_view kReferences[] = {"HAProxy configuration manual: chroot, log",
                                            "HAProxy management guide, section 8", "chroot(2)",
                                            "capabilities(7), CAP_SYS_CHROOT"};

Detail detail_of(const haproxy::Text& chroot, std::string observed, std::string expected) {
  Detail detail;
  detail.where.origin = chroot.origin;
  detail.observed = Measure(std::move(observed));
  detail.expected = Expectation{Relation::equal, Measure(std::move(expected))};
  return detail;
}

Outcome prevents_start(const haproxy::Text& chroot, std::string observed, std::string expected) {
  Detail detail = detail_of(chroot, std::move(observed), std::move(expected));
  detail.why = "haproxy cannot enter its chroot";
  detail.evidence.emplace_back("haproxy will say \"Cannot chroot\" and exit; `haproxy -c` says valid");
  return Fail{Severity::error, std::move(detail), true};
}

std::string shown(const FileStatus& status) {
  return "mode " + octal(status.mode) + ", user " + std::to_string(status.uid) + ", group " +
         std::to_string(status.gid);
}

/// An intruder who may write in there can bring tools along. Many packages give the directory to haproxy's own user,
/// which is worth knowing and no more.
Outcome judge_writers(const haproxy::Text& chroot, const FileStatus& status, const haproxy::FileFacts& files) {
  Detail detail = detail_of(chroot, shown(status), "writable by root alone");
  if (others_may(status, Access::write)) {
    detail.why = "every local user may write into the chroot of haproxy";
    return Fail{Severity::warning, std::move(detail)};
  }
  const bool plainly_roots = status.uid == 0 && (status.gid == 0 || (status.mode & 0020U) == 0);
  if (plainly_roots) return Pass{std::move(detail)};
  if (!files.worker) return Unknown{files.worker.error()};
  if (files.worker->uid == 0 || !allows(status, *files.worker, Access::write)) return Pass{std::move(detail)};
  detail.why = "haproxy's own user may write into its chroot";
  return Fail{Severity::info, std::move(detail)};
}

Outcome judge_directory(const haproxy::Text& chroot, const haproxy::InstanceFacts& instance) {
  const auto found = status_of(instance, chroot.value);
  if (!found && !is_missing(found.error())) return Unknown{found.error()};
  if (!found) return prevents_start(chroot, "missing", "a directory");
  if (found->status.kind != FileKind::directory) {
    return prevents_start(chroot, std::string(name_of(found->status.kind)), "a directory");
  }
  return judge_writers(chroot, found->status, *instance.files);
}

/// chroot(2) needs CAP_SYS_CHROOT, and a way to the directory that is open to whoever calls it.
Outcome judge_entry(const haproxy::Text& chroot, const haproxy::InstanceFacts& instance, const Facts& facts) {
  const auto may_call = starter_has(instance, facts, kCapSysChroot);
  if (!may_call) return Unknown{may_call.error()};
  if (!*may_call) return prevents_start(chroot, "a starter without CAP_SYS_CHROOT", "CAP_SYS_CHROOT");
  const auto found = status_of(instance, chroot.value);
  if (!found || !instance.files->starter || instance.files->starter->uid == 0) return Pass{};
  const auto& starter = *instance.files->starter;
  if (reaches(*found, starter) && allows(found->status, starter, Access::search)) return Pass{};
  const auto any_way = starter_has(instance, facts, kCapDacOverride);
  if (!any_way || *any_way) return any_way ? Outcome(Pass{}) : Outcome(Unknown{any_way.error()});
  return prevents_start(chroot, "closed to user " + std::to_string(starter.uid), "a directory its starter may enter");
}

Outcome judge_log(const haproxy::LogTarget& log, const haproxy::Text& chroot, const Result<PathStatus>& found) {
  if (!found && !is_missing(found.error())) return Unknown{found.error()};
  Detail detail;
  detail.where.origin = log.origin;
  if (found && found->status.kind == FileKind::socket) return Pass{std::move(detail)};
  detail.observed = Measure((found ? std::string(name_of(found->status.kind)) : "missing") + " inside " + chroot.value);
  detail.expected = Expectation{Relation::equal, Measure(std::string("a socket"))};
  detail.why = "haproxy looks for this log socket inside its chroot: every message is lost, and DroppedLogs stays 0";
  detail.evidence.push_back("systemd can put it there: BindReadOnlyPaths=" + log.address.text + ":" + chroot.value +
                            log.address.text);
  return Fail{Severity::warning, std::move(detail)};
}

void judge_logs(const haproxy::InstanceFacts& instance, Outcomes& outcomes) {
  for_each_log(*instance.config, [&](const haproxy::LogTarget& log) {
    if (log.address.kind != haproxy::AddressKind::unix_path) return;
    const auto known = instance.files->log_sockets.find(log.address.text);
    if (known == instance.files->log_sockets.end()) return;  // there is no directory to look into
    outcomes.push_back({subject::log(log.text), judge_log(log, *instance.config->global.chroot, known->second)});
  });
}

void judge_instance(const haproxy::InstanceFacts& instance, const Facts& facts, Outcomes& outcomes) {
  const auto& chroot = instance.config->global.chroot;
  if (!chroot || chroot->value == "/") {
    // even that one is entered
    if (auto entry = chroot ? judge_entry(*chroot, instance, facts) : Outcome(Pass{});
        std::holds_alternative<Fail>(entry))
      return outcomes.push_back({subject::file(chroot->value), std::move(entry)});
    return outcomes.push_back({subject::instance(instance.name), NotApplicable{"haproxy stays outside of any chroot"}});
  }
  if (chroot->value == "auto" && instance.binary && instance.binary->version >= haproxy::Version{3, 5, 0}) {
    return outcomes.push_back({subject::instance(instance.name), NotApplicable{"haproxy makes its own chroot"}});
  }
  outcomes.push_back({subject::file(chroot->value), judge_directory(*chroot, instance)});
  outcomes.push_back({subject::file(chroot->value), judge_entry(*chroot, instance, facts)});
  if (instance.files) judge_logs(instance, outcomes);
}

Outcomes evaluate(const Case& c) {
  return worst_of_each_subject(
      for_each_configuration(c, [&](const haproxy::InstanceFacts& instance, Outcomes& outcomes) {
        judge_instance(instance, c.facts, outcomes);
      }));
}

}  // namespace

extern constinit const Check chroot_is_complete{
    .id = "chroot_is_complete",
    .title = "The chroot is there, is root's, and holds what haproxy needs in it",
    .rationale =
        "A missing chroot directory stops haproxy at its start, after `haproxy -c` called the configuration valid. A "
        "log socket that is outside only loses every message without a word.",
    .advice =
        "Create the directory, owned by root and mode 0755, leave CAP_SYS_CHROOT to the unit, and bring the log socket "
        "into it: BindReadOnlyPaths= in "
        "the unit, AddUnixListenSocket of rsyslog, or log to 127.0.0.1 instead.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
