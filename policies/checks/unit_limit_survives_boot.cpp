// SPDX-License-Identifier: Apache-2.0
// systemd knows what it last read; the next boot reads the files again, without what stood in /run and without what
// prlimit(1) gave the running process.
#include <algorithm>

#include "policies/check.h"
#include "policies/demand/start_limits.h"
#include "policies/limit_lines.h"
#include "probes/base/text.h"

namespace preflight::checks {
namespace {

using haproxy::InstanceFacts;

constexpr std::string_view kSysctls[] = {"fs.nr_open"};
constexpr Need kNeeds[] = {Need::unit, Need::unit_boot};
constexpr std::string_view kReferences[] = {"systemd.unit(5), unit file load path",
                                            "systemd.exec(5), LimitNOFILE=", "systemd.syntax(7)"};

/// What haproxy has now, or would have if it were started now; not what it raised by itself.
std::uint64_t present_limit(const InstanceFacts& instance, const Quantity& need, const Limits& loaded) {
  const auto* head = instance.head();
  if (head == nullptr || !head->nofile) return loaded.hard;
  const bool raised_itself = head->nofile->hard == static_cast<std::uint64_t>(need.value);
  return raised_itself ? loaded.hard : std::max(head->nofile->hard, loaded.hard);
}

bool covers(std::uint64_t limit, const Quantity& need) {
  return need.value <= 0 || limit >= static_cast<std::uint64_t>(need.value);
}

/// Why the next boot gives another limit than there is now.
std::string reason_of(const InstanceFacts& instance, const Limits& loaded, std::uint64_t present) {
  const auto& limit = *instance.unit_limit;
  const auto* now = limit.reloaded.deciding();
  if (!limit.at_boot || limit.reloaded.limits != limit.at_boot->limits) {
    return now != nullptr && is_gone_after_boot(now->file) ? now->place() + " is gone by then"
                                                           : "what stands in /run is gone by then";
  }
  if (present > loaded.hard) return "the running process has more than its unit gives it";
  return "its files have changed since systemd read them";
}

Detail detail_of(const InstanceFacts& instance, const Quantity& need, const GivenLimit& boot, std::uint64_t given) {
  Detail detail;
  detail.observed = Measure(as_count(given), "descriptors");
  detail.expected = Expectation{Relation::at_least, Measure(need.value, "descriptors")};
  detail.where = where_of(boot, *instance.unit);
  detail.evidence = told_lines(boot);
  detail.terms = need.terms;
  return detail;
}

/// An error only where haproxy can be proved to lack what a person wrote.
Result<Severity> severity_of(const InstanceFacts& instance, const Quantity& need, const Facts& facts) {
  if (need.basis != Basis::configured) return Severity::info;
  const auto limits = start_limits(instance, facts);
  if (!limits) return tl::make_unexpected(limits.error());
  if (!limits->may_raise) return tl::make_unexpected(limits->may_raise.error());
  return *limits->may_raise ? Severity::info : Severity::error;
}

Outcome judge(const InstanceDemand& demand, const GivenLimit& boot, const Facts& facts) {
  const InstanceFacts& instance = *demand.instance;
  const Quantity& need = *demand.file_descriptors;
  const auto loaded = given_at_start({instance.unit->limit_nofile_soft, instance.unit->limit_nofile}, facts);
  const auto given = given_at_start(boot.limits, facts);
  if (!loaded) return Unknown{loaded.error()};
  if (!given) return Unknown{given.error()};
  const auto present = present_limit(instance, need, loaded->limits);
  auto detail = detail_of(instance, need, boot, given->limits.hard);
  if (covers(given->limits.hard, need) || !covers(present, need)) return Pass{std::move(detail)};
  const auto severity = severity_of(instance, need, facts);
  if (!severity) return Unknown{severity.error()};
  detail.why = "the next boot gives " + grouped(as_count(given->limits.hard)) + " descriptors, now there are " +
               grouped(as_count(present)) + ": " + reason_of(instance, loaded->limits, present);
  for (auto& line : lost_lines(*instance.unit_limit)) detail.evidence.push_back(std::move(line));
  return Fail{*severity, std::move(detail)};
}

/// A unit that is not there after the boot starts nothing; that its files cannot be read is another matter.
Outcome without_files(const InstanceFacts& instance, const Error& error) {
  if (error.code != std::errc::no_such_file_or_directory) return Unknown{error};
  if (!instance.unit_limit) return NotApplicable{"no directory has files of the unit: it was made at run time"};
  Detail detail;
  detail.why = "the unit stands in /run alone: after the next boot there is none";
  detail.where.object = instance.unit->fragment_path;
  return Fail{Severity::warning, std::move(detail)};
}

Outcome outcome_of(const InstanceDemand& demand, const Facts& facts) {
  const InstanceFacts& instance = *demand.instance;
  const bool live = instance.unit_source == haproxy::UnitSource::systemd;
  if (!instance.unit || instance.unit->load_state == "not-found") return NotApplicable{"no unit starts haproxy"};
  if (!live) return NotApplicable{"no systemd runs here: its files are all there is"};
  if (!demand.file_descriptors) return Unknown{demand.file_descriptors.error()};
  if (!instance.unit_limit) return without_files(instance, instance.unit_limit.error());
  const auto& boot = instance.unit_limit->at_boot;
  return boot ? judge(demand, *boot, facts) : without_files(instance, boot.error());
}

Outcomes evaluate(const Case& c) {
  return for_each_instance(c, [&](const InstanceDemand& demand) { return outcome_of(demand, c.facts); });
}

}  // namespace

extern constinit const Check unit_limit_survives_boot{
    .id = "unit_limit_survives_boot",
    .title = "The next boot gives the unit as many descriptors as it needs",
    .rationale =
        "What systemctl show tells is what systemd read at its last daemon-reload. A drop-in below /run, a limit given "
        "by prlimit and an edit that was never loaded all change at the next boot, and a value that systemd cannot "
        "take (10k, 7000:6000) is passed over with no more than a line in the journal.",
    .advice =
        "Write LimitNOFILE= into a drop-in in /etc/systemd/system/<unit>.d whose name sorts behind the others, then "
        "systemctl daemon-reload.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds, .sysctls = kSysctls},
    .references = kReferences,
    .evaluate = evaluate,
    .remedy = "raise_nofile",
};

}  // namespace preflight::checks
