// SPDX-License-Identifier: Apache-2.0
// A sysctl in the terms of the page: both loaders' lines, what became of each, and which other line is to blame.
#include <algorithm>

#include "agent/why.h"
#include "probes/linux/sysctl_name.h"

namespace preflight {
namespace {

Fate fate_of(LineFate fate) {
  switch (fate) {
    case LineFate::decides:
      return Fate::decides;
    case LineFate::overridden:
      return Fate::overridden;
    case LineFate::hidden:
      return Fate::hidden;
    case LineFate::excepted:
      return Fate::excepted;
    case LineFate::excepts:
      return Fate::excepts;
    case LineFate::refused:
      break;
  }
  return Fate::refused;
}

SettingLine line_of(const SysctlLine& line) {
  return {.file = line.file,
          .line = line.line,
          .text = line.text,
          .key = line.key,
          .value = line.value,
          .fate = fate_of(line.fate),
          .by = line.hidden_by,
          .managed_by = line.managed_by};
}

bool is_pattern(const SettingLine& line) { return line.key.find_first_of("*?[") != std::string::npos; }

/// The line that names the key, for which patterns leave it out.
std::string naming_line(const std::vector<SettingLine>& lines) {
  const auto named = std::find_if(lines.begin(), lines.end(),
                                  [](const auto& line) { return !is_pattern(line) && line.fate != Fate::hidden; });
  return named == lines.end() ? std::string() : named->place();
}

/// The line that counts instead: the one that decides, else one that the kernel then refuses, or "-key".
std::string winning_line(const BootAnswer& answer) {
  if (const auto* line = answer.deciding()) return line->place();
  const auto last = std::find_if(answer.lines.rbegin(), answer.lines.rend(), [](const SettingLine& line) {
    return line.fate == Fate::refused || line.fate == Fate::excepts;
  });
  return last == answer.lines.rend() ? std::string() : last->place();
}

BootAnswer answer_of(BootProgram by, const Result<LoaderAnswer>& loader) {
  BootAnswer answer{.by = by};
  if (!loader) {
    answer.error = loader.error();
    return answer;
  }
  answer.value = loader->value;
  answer.decider = loader->decider;
  std::transform(loader->lines.begin(), loader->lines.end(), std::back_inserter(answer.lines), line_of);
  const auto winner = winning_line(answer);
  const auto named = naming_line(answer.lines);
  for (auto& line : answer.lines) {
    if (line.fate == Fate::overridden) line.by = winner;
    if (line.fate == Fate::excepted) line.by = named;
  }
  return answer;
}

std::vector<BootAnswer> answers_of(const KeyAtBoot& key, SysctlLoader loader) {
  std::vector<BootAnswer> answers{answer_of(BootProgram::systemd_sysctl, key.systemd),
                                  answer_of(BootProgram::sysctl_system, key.procps)};
  if (loader == SysctlLoader::procps) std::swap(answers.front(), answers.back());
  return answers;
}

std::string path_of(std::string_view key) { return "/proc/sys/" + swap_separators(key); }

/// Who lives in a namespace: "/proc/sys/net/core/somaxconn of haproxy.service".
std::string place_in(const NetworkFacts& network, std::string_view key, const Facts& facts) {
  std::string names;
  for (const auto& instance : facts.instances) {
    if (instance.netns == network.netns) names += (names.empty() ? " of " : ", ") + instance.name;
  }
  return path_of(key) + names;
}

bool same_answer(const Result<std::string>& a, const Result<std::string>& b) {
  return a.has_value() == b.has_value() && (a ? *a == *b : a.error() == b.error());
}

/// Once for each namespace that haproxy lives in, where they differ.
std::vector<RunningValue> running_of(std::string_view key, const Facts& facts) {
  if (key.rfind("net.", 0) != 0) return {{path_of(key), facts.sysctls.text(key)}};
  std::vector<RunningValue> found;
  for (const auto& network : facts.networks)
    found.push_back({place_in(network, key, facts), network.sysctls.text(key)});
  const bool one = std::all_of(found.begin(), found.end(),
                               [&](const auto& each) { return same_answer(each.value, found.front().value); });
  if (one && !found.empty()) found = {{path_of(key), found.front().value}};
  return found;
}

void add_writers(Why& why, const Facts& facts) {
  if (!facts.sysctl_writers) {
    why.writers_error = facts.sysctl_writers.error();
    return;
  }
  for (const auto& writer : *facts.sysctl_writers) {
    if (writer.key == why.name) why.writers.push_back(writer);
  }
}

void note_late_module(Why& why) {
  if (why.late_module.empty()) return;
  why.notes.push_back("the key comes with the module " + why.late_module + ", which nothing loads before " +
                      std::string(to_string(why.answers.front().by)) +
                      " runs: the files' lines are skipped; name the module in a file of " + "/etc/modules-load.d");
}

}  // namespace

Why why_sysctl(std::string_view key, const Facts& facts) {
  Why why;
  why.name = key;
  why.checks = checks_that_read(key);
  why.running = running_of(key, facts);
  why.initial_from = "the kernel's own value";
  add_writers(why, facts);
  const auto* found = facts.sysctl_boot ? facts.sysctl_boot->find(key) : nullptr;
  if (found == nullptr) {
    const auto error = facts.sysctl_boot ? unread("sysctl.d").value() : facts.sysctl_boot.error();
    why.answers = {{.by = BootProgram::systemd_sysctl, .error = error}};
    return why;
  }
  why.initial = found->kernel;
  why.late_module = found->late_module;
  why.answers = answers_of(*found, facts.sysctl_boot->loader);
  note_late_module(why);
  return why;
}

std::vector<std::string_view> checks_that_read(std::string_view key) {
  std::vector<std::string_view> ids;
  for (const auto* const check : all_checks()) {
    const auto& keys = check->needs.sysctls;
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) ids.push_back(check->id);
  }
  return ids;
}

}  // namespace preflight
