// SPDX-License-Identifier: Apache-2.0
// From the lines that bear on a key to what it holds: the writes are played to the kernel's own rules, because a value
// that it refuses leaves what was there.
#include <algorithm>

#include "probes/base/text.h"
#include "probes/linux/kernel_setting.h"
#include "probes/linux/sysctl_boot.h"
#include "probes/linux/sysctl_loaders.h"
#include "probes/linux/sysctl_name.h"
#include "probes/linux/sysctl_writers.h"

namespace preflight {
namespace {

constexpr std::size_t kShown = 200;  // bytes of a line
using Values = std::map<std::string, std::string, std::less<>>;

struct Write {
  std::size_t turn = 0;
  std::string key;
  std::string_view value;
  SysctlMention* mention = nullptr;
};

std::vector<Write> writes_to(const std::string& key, std::vector<SysctlMention>& mentions) {
  std::vector<Write> writes;
  for (auto& mention : mentions) {
    if (mention.fate == LineFate::decides) writes.push_back({mention.turn, key, mention.assignment->value, &mention});
  }
  return writes;
}

/// Plays all writes in their turn; returns what the key holds if any of its own was taken. Of those the last decides.
std::optional<std::string> play(std::vector<Write> writes, const std::string& key, const Values& kernel) {
  std::stable_sort(writes.begin(), writes.end(), [](const Write& a, const Write& b) { return a.turn < b.turn; });
  KernelSettings settings{kernel};
  SysctlMention* decider = nullptr;
  for (const auto& write : writes) {
    const bool taken = settings.write(write.key, write.value);
    if (write.key != key) continue;
    write.mention->fate = taken ? LineFate::decides : LineFate::refused;
    if (taken && decider != nullptr) decider->fate = LineFate::overridden;
    if (taken) decider = write.mention;
  }
  if (decider == nullptr) return std::nullopt;
  return settings.values.find(key)->second;
}

SysctlLine line_of(const SysctlMention& mention) {
  const auto& one = *mention.assignment;
  return {.file = one.file->path,
          .line = one.line,
          .text = std::string(one.text.substr(0, kShown)),
          .key = std::string(one.key.substr(0, kShown)),
          .value = std::string(one.value.substr(0, kShown)),
          .fate = mention.fate,
          .hidden_by = one.file->hidden_by,
          .managed_by = {}};
}

/// Asked of the line that decides alone: every answer reads the file up to there.
std::string manager_of(const SysctlAssignment& assignment) {
  auto manager = managed_by(*assignment.file->content, assignment.line);
  return manager.empty() ? managed_by_name(assignment.file->path) : manager;
}

Result<LoaderAnswer> answer(const SysctlLoading& loading, const std::string& key, const Values& kernel) {
  auto mentions = loading.mentions(sysctl_path(key));
  if (!mentions) return tl::make_unexpected(mentions.error());
  auto writes = writes_to(key, *mentions);
  const std::string other(coupled_key(key));
  std::vector<SysctlMention> of_other;
  if (!other.empty() && !writes.empty()) {
    auto found = loading.mentions(sysctl_path(other));
    if (!found) return tl::make_unexpected(found.error());
    of_other = std::move(*found);
    const auto more = writes_to(other, of_other);
    writes.insert(writes.end(), more.begin(), more.end());
  }
  LoaderAnswer answer;
  answer.value = play(std::move(writes), key, kernel);
  for (const auto& mention : *mentions) {
    answer.lines.push_back(line_of(mention));
    if (mention.fate != LineFate::decides) continue;
    answer.decider = answer.lines.size() - 1;
    answer.lines.back().managed_by = manager_of(*mention.assignment);
  }
  return answer;
}

}  // namespace

std::map<std::string, KeyAtBoot, std::less<>> resolve_sysctls(const SysctlFiles& files,
                                                              const std::set<std::string, std::less<>>& keys,
                                                              const Values& kernel) {
  const auto systemd = SysctlLoading::of(SysctlLoader::systemd, files);
  const auto procps = SysctlLoading::of(SysctlLoader::procps, files);
  std::map<std::string, KeyAtBoot, std::less<>> resolved;
  for (const auto& key : keys) {
    auto& found = resolved[key];
    found.systemd = systemd ? answer(*systemd, key, kernel) : tl::make_unexpected(systemd.error());
    found.procps = procps ? answer(*procps, key, kernel) : tl::make_unexpected(procps.error());
    if (const auto standard = kernel.find(key); standard != kernel.end()) found.kernel = standard->second;
  }
  return resolved;
}

}  // namespace preflight
