// SPDX-License-Identifier: Apache-2.0
// haproxy's own verdict on its configuration, by exit code: 0 valid, 1 refused, 2 no listener. Its success means syntax
// only: -c looks at no limit, no port and no address.
#include <algorithm>

#include "policies/check.h"

namespace preflight::checks {
namespace {

constexpr Need kNeeds[] = {Need::verdict};
constexpr std::string_view kReferences[] = {"haproxy(1), option -c", "HAProxy management guide, section 3"};
constexpr std::size_t kQuoted = 5;

bool complains(const std::string& line) { return line.rfind("[WARNING]", 0) == 0 || line.rfind("[ALERT]", 0) == 0; }

/// What haproxy said, its own framing lines left out; all of it where it refuses in words of another form.
std::vector<std::string> complaints(const haproxy::Verdict& verdict) {
  std::vector<std::string> lines;
  std::copy_if(verdict.messages.begin(), verdict.messages.end(), std::back_inserter(lines), complains);
  if (lines.empty() && verdict.status != 0) lines = verdict.messages;
  const std::size_t more = lines.size() > kQuoted ? lines.size() - kQuoted : 0;
  if (more != 0) {
    lines.resize(kQuoted);
    lines.push_back("and " + std::to_string(more) + " more");
  }
  return lines;
}

Measure exit_code(int status) {
  Measure measure(status, "exit code");
  measure.text = "exit code " + std::to_string(status);
  return measure;
}

Outcome judge(const haproxy::Verdict& verdict) {
  Detail detail;
  detail.observed = exit_code(verdict.status);
  detail.expected = Expectation{Relation::equal, exit_code(0)};
  detail.where.object = verdict.command;
  detail.evidence = complaints(verdict);
  if (verdict.status == 0 && detail.evidence.empty()) return Pass{std::move(detail)};
  if (verdict.status == 0) {
    detail.why = "haproxy accepts the configuration with warnings";
    return Fail{Severity::warning, std::move(detail)};
  }
  if (verdict.status == 2) {
    detail.why = "haproxy finds no listener in the configuration";
    return Fail{Severity::warning, std::move(detail)};
  }
  detail.why = "haproxy refuses the configuration";
  return Fail{Severity::error, std::move(detail), true};
}

Outcomes evaluate(const Case& c) {
  Outcomes outcomes;
  for (const auto& instance : c.facts.instances) {
    const auto about = subject::config(instance);
    if (instance.verdict) {
      outcomes.push_back({about, judge(*instance.verdict)});
    } else {
      outcomes.push_back({about, Unknown{instance.verdict.error()}});
    }
  }
  return outcomes;
}

}  // namespace

extern constinit const Check config_is_valid{
    .id = "config_is_valid",
    .title = "haproxy accepts its configuration",
    .rationale =
        "A configuration that haproxy refuses stops the next start, and the next reload keeps the old one "
        "running without anybody noticing.",
    .advice = "Run the command shown and correct the lines it names.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
