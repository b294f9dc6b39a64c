// SPDX-License-Identifier: Apache-2.0
// A number alone does not help the person who set another one: the file that wins is what they look for.
#include "policies/sysctl_origin.h"

#include <algorithm>
#include <memory>
#include <set>

#include "policies/sysctl_demand.h"
#include "probes/base/text.h"

namespace preflight {
namespace {

std::string quoted(std::string_view value) { return value.empty() ? "nothing" : printable(normalised(value)); }

/// What decides, where a line does.
void add_decider(const LoaderAnswer& answer, const Result<std::string>& running, std::vector<std::string>& lines) {
  const auto& line = answer.lines[*answer.decider];
  const bool now = running && answer.value && normalised(*answer.value) == normalised(*running);
  if (now || !answer.value) {
    lines.push_back("set by " + place_of(line));
  } else {
    lines.push_back("the next boot brings " + quoted(*answer.value) + ", set by " + place_of(line));
  }
  if (!line.managed_by.empty()) lines.push_back("that part of the file is written by " + printable(line.managed_by));
}

void add_kernel(const KeyAtBoot& key, const Result<std::string>& running, std::vector<std::string>& lines) {
  if (!key.kernel) {
    lines.emplace_back("no file sets it at boot");
  } else if (running && normalised(*key.kernel) == normalised(*running)) {
    lines.emplace_back("no file sets it: it is what the kernel begins with");
  } else {
    lines.push_back("no file sets it: the next boot brings the kernel's own, " + quoted(*key.kernel));
  }
}

std::string verb_of(WriteRule rule) {
  if (rule == WriteRule::sets) return " sets it";
  return rule == WriteRule::raises ? " raises it" : " lowers it";
}

std::string_view key_of(const Check& check, const Subject& subject) {
  constexpr std::string_view kPrefix = "sysctl:";
  const std::string_view text = subject.text;
  return text.substr(0, kPrefix.size()) == kPrefix ? text.substr(kPrefix.size()) : check.rests_on;
}

}  // namespace

std::string place_of(const SysctlLine& line) { return printable(line.file) + ":" + std::to_string(line.line); }

Where where_of(const SysctlLine& line) { return {{std::make_shared<const std::string>(line.file), line.line, 1}, {}}; }

const SysctlLine* deciding_line(const Facts& facts, std::string_view key) {
  const auto* const known = facts.sysctl_boot ? facts.sysctl_boot->find(key) : nullptr;
  if (known == nullptr) return nullptr;
  const auto& answer = known->by(facts.sysctl_boot->loader);
  return answer && answer->decider ? &answer->lines[*answer->decider] : nullptr;
}

std::string fate_of(const SysctlLine& line, const LoaderAnswer& answer) {
  const std::string decider = answer.decider ? " by " + place_of(answer.lines[*answer.decider]) : std::string();
  switch (line.fate) {
    case LineFate::decides:
      return "decides";
    case LineFate::overridden:
      return "overridden" + decider;
    case LineFate::hidden:
      return "not read: its file is hidden by another, or not looked at";
    case LineFate::excepted:
      return "a pattern, and the key is named elsewhere";
    case LineFate::excepts:
      return "takes the key out of patterns";
    case LineFate::refused:
      break;
  }
  return "refused by the kernel";
}

std::vector<std::string> origin_of_sysctl(const Facts& facts, std::string_view key,
                                          const Result<std::string>& running) {
  std::vector<std::string> lines;
  const auto* const known = facts.sysctl_boot ? facts.sysctl_boot->find(key) : nullptr;
  if (known == nullptr) return lines;
  const auto& answer = known->by(facts.sysctl_boot->loader);
  if (!answer) {
    lines.push_back("what sets it at boot is not known: " + describe(answer.error()));
  } else if (!known->late_module.empty()) {
    lines.push_back("files set it before the module " + known->late_module + " is loaded, which has no effect");
  } else if (answer->decider) {
    add_decider(*answer, running, lines);
  } else {
    add_kernel(*known, running, lines);
  }
  if (!facts.sysctl_writers) return lines;
  for (const auto& writer : *facts.sysctl_writers) {
    if (writer.key != key) continue;
    const auto value = writer.value.empty() ? std::string() : " to " + quoted(writer.value);
    const auto place = writer.line == 0 ? writer.file : writer.file + ":" + std::to_string(writer.line);
    lines.push_back(printable(writer.owner) + verb_of(writer.rule) + value + " later (" + printable(place) + ")");
  }
  return lines;
}

void add_origins(const Check& check, const Case& scene, Outcomes& outcomes) {
  const auto& needs = check.needs.facts;
  if (std::find(needs.begin(), needs.end(), Need::boot) != needs.end()) return;  // it tells of boot itself
  std::set<std::string_view> told;
  for (auto& [subject, outcome] : outcomes) {
    auto* const failure = std::get_if<Fail>(&outcome);
    const auto key = failure == nullptr ? std::string_view() : key_of(check, subject);
    if (key.empty() || !told.insert(key).second) continue;
    const auto running = SysctlDemand(scene).running(key);
    for (const auto& line : origin_of_sysctl(scene.facts, key, running)) {
      const bool named = key == key_of({}, subject);
      failure->detail.evidence.push_back(named ? line : std::string(key).append(": ").append(line));
    }
  }
}

}  // namespace preflight
