// SPDX-License-Identifier: Apache-2.0
// A kernel setting that is right now may be another one after the next boot: files win by their names, and what was set
// by hand is in none of them. Whether the other value is enough is for the checks to say that judge it.
#include <algorithm>
#include <set>

#include "policies/check.h"
#include "policies/sysctl_demand.h"
#include "policies/sysctl_origin.h"
#include "probes/base/text.h"
#include "probes/linux/sysctl_name.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kReferences[] = {"sysctl.d(5)", "systemd-sysctl.service(8)", "sysctl(8), --system"};
constexpr std::size_t kQuoted = 4;  // lines that lose, and findings that follow

/// Others are none of ours: advice asks for them too.
SysctlValues demanded(SysctlValues values) {
  std::erase_if(values, [](const auto& one) {
    return std::find(kDemandedSysctls.begin(), kDemandedSysctls.end(), one.first) == kDemandedSysctls.end();
  });
  return values;
}

/// Of several settings behind one finding, the first that is another value after boot answers for it.
std::string_view answers_for(const SysctlJudgement& finding, const SysctlDemand& demand, const SysctlValues& booted) {
  for (const auto key : finding.check->needs.sysctls) {
    const auto after = booted.find(key);
    const auto now = demand.running(key);
    if (after != booted.end() && (!now || *now != after->second)) return key;
  }
  return {};
}

std::string shown(std::string_view value) { return value.empty() ? "empty" : printable(value); }

void add_findings(const SysctlJudgements& findings, Fail& failure) {
  for (const auto& one : findings) failure.severity = std::max(failure.severity, one.failure()->severity);
  for (std::size_t i = 0; i < std::min(findings.size(), kQuoted); ++i) {
    const auto& one = findings[i];
    failure.detail.evidence.push_back("then " + std::string(one.check->id) + " (" + one.judgement.subject.text +
                                      "): " + one.failure()->detail.why);
  }
  failure.prevents_start = false;  // not now
}

void add_lines(const LoaderAnswer& answer, Detail& detail) {
  if (answer.decider) detail.where = where_of(answer.lines[*answer.decider]);
  std::size_t told = 0;
  for (const auto& line : answer.lines) {
    if (line.fate == LineFate::decides || told++ >= kQuoted) continue;
    detail.evidence.push_back(place_of(line) + " says " + shown(line.value) + ": " + fate_of(line, answer));
  }
}

Outcome failed(std::string_view key, const Result<std::string>& now, const std::string& after,
               const SysctlJudgements& findings, const LoaderAnswer& answer) {
  Fail failure{.severity = Severity::info, .detail = {}};
  auto& detail = failure.detail;
  if (now) detail.observed = Measure(shown(*now));
  detail.expected = Expectation{Relation::equal, Measure(shown(after))};
  detail.where.object = "/proc/sys/" + sysctl_path(key);
  detail.why =
      std::string(key) + (now ? " is " + shown(*now) + " now, " : " is ") + shown(after) + " after the next boot";
  add_findings(findings, failure);
  add_lines(answer, detail);
  return failure;
}

SysctlJudgements answered_by(std::string_view key, const SysctlJudgements& worse, const SysctlDemand& demand,
                             const SysctlValues& booted) {
  SysctlJudgements own;
  for (const auto& one : worse) {
    if (answers_for(one, demand, booted) == key) own.push_back(one);
  }
  return own;
}

/// Passes a value that nobody will miss.
class Boot {
 public:
  explicit Boot(const Case& c)
      : facts_(c.facts),
        boot_(*c.facts.sysctl_boot),
        demand_(c),
        booted_(demanded(values_after_boot(c.facts))),
        worse_(worse_than_now(booted_)) {}

  Outcome judge(std::string_view key) {
    const auto* const known = boot_.find(key);
    if (known == nullptr) return Unknown{unread(std::string(key)).value()};
    const auto& answer = known->by(boot_.loader);
    if (!answer) return Unknown{answer.error()};
    if (const auto* const owner = written_at_boot(facts_, key).last_writer; owner != nullptr)
      return NotApplicable{printable(owner->owner) + " writes it later"};
    const auto now = demand_.running(key);
    if (!now && now.error().code == std::errc::no_such_file_or_directory && answer->lines.empty())
      return NotApplicable{"this kernel has no such setting"};
    if (!now && now.error() == unread(std::string(key)).value())
      return NotApplicable{"no haproxy lives in the network namespace that boot sets"};
    const auto after = booted_.find(key);
    if (after == booted_.end()) return NotApplicable{"nothing sets it at boot, and its default depends on the machine"};
    const auto findings = answered_by(key, worse_, demand_, booted_);
    if (!findings.empty()) return failed(key, now, after->second, findings, *answer);
    return by_hand(key, now, *known);
  }

 private:
  SysctlJudgements worse_than_now(const SysctlValues& values) {
    SysctlValues differing;
    for (const auto& [key, value] : values) {
      const auto now = demand_.running(key);
      if (!now || *now != value) differing.emplace(key, value);
    }
    return differing.empty() ? SysctlJudgements() : demand_.worse(differing);
  }

  /// `sysctl --system` is run by people and packages after boot: where it would undo what is enough, that is told.
  Outcome by_hand(std::string_view key, const Result<std::string>& now, const KeyAtBoot& known) {
    const auto after =
        boot_.loader == SysctlLoader::systemd ? known.after(SysctlLoader::procps).value_or(std::nullopt) : std::nullopt;
    Detail detail;
    detail.observed = now ? std::optional(Measure(shown(*now))) : std::nullopt;
    if (!after || normalised(*after) == booted_.find(key)->second) return Pass{std::move(detail)};
    const SysctlValues instead{{std::string(key), normalised(*after)}};
    const auto findings = demand_.worse(instead, {{std::string(key), booted_.find(key)->second}});
    if (findings.empty()) return Pass{std::move(detail)};
    auto outcome = failed(key, now, normalised(*after), findings, *known.procps);
    auto& failure = std::get<Fail>(outcome);
    failure.severity = Severity::info;
    failure.detail.why = "`sysctl --system`, run by hand or by a package, sets " + std::string(key) + " to " +
                         shown(normalised(*after)) + "; the next boot does not";
    return outcome;
  }

  const Facts& facts_;
  const SysctlBoot& boot_;
  SysctlDemand demand_;
  SysctlValues booted_;
  SysctlJudgements worse_;
};

Outcomes evaluate(const Case& c) {
  if (!c.facts.sysctl_boot) return one(subject::host(), Unknown{c.facts.sysctl_boot.error()});
  Boot boot(c);
  Outcomes outcomes = unread_instances(c);
  for (const auto key : kDemandedSysctls) outcomes.push_back({subject::sysctl(key), boot.judge(key)});
  return outcomes;
}

}  // namespace

extern constinit const Check sysctls_survive_boot{
    .id = "sysctls_survive_boot",
    .title = "The next boot brings kernel settings that are enough",
    .rationale =
        "A value set by hand, or in a file that another one overrides, is gone after a reboot: the host that carried "
        "the load yesterday drops connections today, and nothing was changed.",
    .advice =
        "Set the key in a file of /etc/sysctl.d whose name sorts after the one that decides now; `lbpreflight why KEY` "
        "shows every line.",
    .severity = Severity::error,
    .needs = {.facts = kNeedsOfDemandedSysctls, .sysctls = kDemandedSysctls},
    .references = kReferences,
    .evaluate = evaluate,
    .remedy = "raise_sysctl",
};

}  // namespace preflight::checks
