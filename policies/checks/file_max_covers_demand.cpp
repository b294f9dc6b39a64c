// SPDX-License-Identifier: Apache-2.0
// fs.file-max bounds the open files of the whole host (ENFILE). During a reload the old and the new workers both hold
// theirs, so twice the demand must fit beside what everybody else has open.
#include <algorithm>

#include "policies/check.h"
#include "probes/base/text.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kFileMax = "fs.file-max";
constexpr std::string_view kFileNr = "fs.file-nr";
constexpr std::string_view kSysctls[] = {kFileMax, kFileNr};
constexpr std::string_view kReferences[] = {"proc_sys_fs(5), file-max and file-nr",
                                            "HAProxy management guide, section 5"};
constexpr Parameter kWarningPercent{"warning_percent", 80, 1, 100, "share of fs.file-max in use during a reload"};
constexpr Parameter kParameters[] = {kWarningPercent};

/// The first number of "allocated unused maximum".
Result<std::int64_t> open_files(const Sysctls& sysctls) {
  const auto text = sysctls.text(kFileNr);
  if (!text) return tl::make_unexpected(text.error());
  const auto fields = words(*text);
  const auto open = fields.empty() ? std::nullopt : parse_integer(fields.front());
  if (!open) return fail(std::errc::bad_message, "fs.file-nr", "not three numbers");
  return *open;
}

std::int64_t held_by(const haproxy::InstanceFacts& instance) {
  std::int64_t open = 0;
  for (const auto& member : instance.processes) {
    open += static_cast<std::int64_t>(member.process.open_descriptors.value_or(0));
  }
  return open;
}

/// What all instances may hold, as far as that is known, with the terms of each.
struct Sum {
  Quantity demand{0, Basis::configured, {}};
  std::int64_t held = 0;
  std::optional<Error> missing{};
};

Sum sum_of(const Case& c) {
  Sum sum;
  for (const auto& instance : c.facts.instances) {
    const auto* demand = c.demand.of(instance);
    if (demand == nullptr || !demand->file_descriptors) {
      sum.missing = demand == nullptr ? instance.config.error() : demand->file_descriptors.error();
      continue;
    }
    const auto& need = *demand->file_descriptors;
    sum.demand.value += need.value;
    sum.demand.terms.push_back({"descriptors of " + instance.name, need.value, {}});
    if (need.basis != Basis::configured) sum.demand.basis = need.basis;
    sum.held += held_by(instance);
  }
  return sum;
}

Outcome judge(const Sum& sum, std::int64_t limit, std::int64_t open, const Settings& settings) {
  const auto others = std::max<std::int64_t>(open - sum.held, 0);
  const auto once = others + sum.demand.value;
  const auto reload = once + sum.demand.value;
  Detail detail;
  detail.observed = Measure(limit, "files");
  detail.expected = Expectation{Relation::at_least, Measure(reload, "files")};
  detail.where.object = "/proc/sys/fs/file-max";
  detail.terms = sum.demand.terms;
  detail.terms.push_back({"the same again during a reload", sum.demand.value, {}});
  detail.terms.push_back({"open files of everybody else", others, {}});
  const bool configured = sum.demand.basis == Basis::configured;
  if (once > limit) {
    detail.why = "the host runs out of open files before haproxy reaches maxconn";
    return Fail{configured ? Severity::error : Severity::info, std::move(detail)};
  }
  if (reload > percent_of(limit, settings.get(kWarningPercent))) {
    detail.why = "during a reload the old and the new workers come close to the host's limit of open files";
    return Fail{configured ? Severity::warning : Severity::info, std::move(detail)};
  }
  return Pass{std::move(detail)};
}

/// An instance that is not known can only make it worse: a failure stands without it, a pass does not.
Outcomes evaluate(const Case& c) {
  const auto about = subject::sysctl(kFileMax);
  const auto limit = c.facts.sysctls.integer(kFileMax);
  if (!limit) return one(about, Unknown{limit.error()});
  const auto open = open_files(c.facts.sysctls);
  if (!open) return one(about, Unknown{open.error()});
  const auto sum = sum_of(c);
  Outcomes outcomes = unread_instances(c);
  auto outcome = judge(sum, *limit, *open, c.settings);
  if (sum.missing && !std::holds_alternative<Fail>(outcome)) outcome = Unknown{*sum.missing};
  outcomes.push_back({about, std::move(outcome)});
  return outcomes;
}

}  // namespace

extern constinit const Check file_max_covers_demand{
    .id = "file_max_covers_demand",
    .title = "The host's limit of open files holds old and new workers",
    .rationale =
        "At fs.file-max every open, accept and socket call of the host fails with ENFILE, also those of other "
        "programs.",
    .advice = "Raise fs.file-max in a file of /etc/sysctl.d.",
    .severity = Severity::error,
    .needs = {.sysctls = kSysctls},
    .references = kReferences,
    .parameters = kParameters,
    .evaluate = evaluate,
    .remedy = "raise_sysctl",
};

}  // namespace preflight::checks
