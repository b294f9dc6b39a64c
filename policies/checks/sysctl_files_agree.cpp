// SPDX-License-Identifier: Apache-2.0
// Somebody wrote down a value that would be enough, and another line wins: by the name of its file, by coming later, or
// because the kernel refused this one.
#include <algorithm>

#include "policies/check.h"
#include "policies/sysctl_demand.h"
#include "policies/sysctl_origin.h"
#include "probes/base/text.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kReferences[] = {"sysctl.d(5)", "systemd-sysctl.service(8)"};
constexpr std::size_t kMost = 8;  // lines of one key that are asked about

/// A line that loses, though its value is better than the one that wins.
const SysctlLine* better_line(std::string_view key, const std::string& winner, const LoaderAnswer& answer,
                              SysctlDemand& demand) {
  const std::string name(key);
  std::size_t asked = 0;
  for (auto line = answer.lines.rbegin(); line != answer.lines.rend() && asked < kMost; ++line) {
    if (line->fate == LineFate::refused) return &*line;
    const bool loses = line->fate == LineFate::overridden || line->fate == LineFate::hidden;
    const auto value = normalised(line->value);
    if (!loses || value.empty() || value == winner) continue;
    ++asked;
    if (!demand.worse({{name, winner}}, {{name, value}}).empty()) return &*line;
  }
  return nullptr;
}

Outcome failed(std::string_view key, const std::string& winner, const SysctlLine& loser, const LoaderAnswer& answer) {
  Detail detail;
  detail.observed = Measure(printable(winner));
  detail.expected = Expectation{Relation::equal, Measure(printable(normalised(loser.value)))};
  detail.where = where_of(loser);
  detail.why = "this line sets " + std::string(key) + " to " + printable(normalised(loser.value)) + ", and is " +
               fate_of(loser, answer);
  if (!answer.decider) return Fail{Severity::warning, std::move(detail)};
  const auto& line = answer.lines[*answer.decider];
  detail.evidence.push_back(place_of(line) + " sets it to " + printable(winner) + ", which is not enough");
  detail.consequence_of = Cause{"sysctls_survive_boot", subject::sysctl(key)};
  return Fail{Severity::warning, std::move(detail)};
}

Outcome judge(std::string_view key, const SysctlBoot& boot, SysctlDemand& demand) {
  const auto* const known = boot.find(key);
  if (known == nullptr) return Unknown{unread(std::string(key)).value()};
  const auto& answer = known->by(boot.loader);
  if (!answer) return Unknown{answer.error()};
  if (answer->lines.empty()) return NotApplicable{"no file names it"};
  const auto after = known->after(boot.loader).value_or(std::nullopt);
  if (answer->lines.size() == 1 && answer->decider) return Pass{};
  const auto winner = after ? normalised(*after) : demand.running(key).value_or("");
  const auto judged = demand.judgements({{std::string(key), winner}});
  const bool enough = std::none_of(judged.begin(), judged.end(), [](const auto& one) { return one.failure(); });
  if (enough) return Pass{};
  const auto* const loser = better_line(key, winner, *answer, demand);
  return loser == nullptr ? Outcome(Pass{}) : failed(key, winner, *loser, *answer);
}

Outcomes evaluate(const Case& c) {
  if (!c.facts.sysctl_boot) return one(subject::host(), Unknown{c.facts.sysctl_boot.error()});
  SysctlDemand demand(c);
  Outcomes outcomes = unread_instances(c);
  for (const auto key : kDemandedSysctls) {
    outcomes.push_back({subject::sysctl(key), judge(key, *c.facts.sysctl_boot, demand)});
  }
  return outcomes;
}

}  // namespace

extern constinit const Check sysctl_files_agree{
    .id = "sysctl_files_agree",
    .title = "No file that would be enough loses to another",
    .rationale =
        "Files of sysctl.d win by the byte order of their names, so 99-haproxy.conf loses to the 99-sysctl.conf that "
        "Debian and Red Hat ship: the value is written down, and never in force.",
    .advice =
        "Write the value where the winning line is, or into a file whose name sorts after it, zz-... for example.",
    .severity = Severity::warning,
    .needs = {.facts = kNeedsOfDemandedSysctls, .sysctls = kDemandedSysctls},
    .references = kReferences,
    .evaluate = evaluate,
    .remedy = "raise_sysctl",
};

}  // namespace preflight::checks
