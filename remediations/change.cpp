// SPDX-License-Identifier: Apache-2.0
// What a change says of itself, and how it is turned round.
#include "remediations/change.h"

#include "probes/base/text.h"
#include "probes/base/visit.h"

namespace preflight {
namespace {

constexpr std::string_view kLabel = "security.selinux";

using Attributes = std::map<std::string, std::string, std::less<>>;

/// The kernel or the policy labels a file that nobody labelled.
bool same_attributes(Attributes one, Attributes other) {
  if (one.contains(kLabel) == other.contains(kLabel)) return one == other;
  one.erase(std::string(kLabel));
  other.erase(std::string(kLabel));
  return one == other;
}

std::string policy_of(const std::string& store) { return "SELinux policy " + store; }

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const auto& sentence : sentences) text += (text.empty() ? "" : "; ") + sentence;
  return text;
}

std::string verb_of(const FileWrite& write) {
  if (!write.from) return "make ";
  return write.to ? "replace " : "remove ";
}

}  // namespace

bool FileImage::same_as(const FileImage& other) const {
  return content == other.content && mode == other.mode && uid == other.uid && gid == other.gid &&
         same_attributes(attributes, other.attributes);
}

std::optional<std::string> content_of(const std::optional<FileImage>& image) {
  return image ? std::optional(image->content) : std::nullopt;
}

std::string object_of(const Change& change) {
  return visit(
      change, [](const SysctlWrite& write) { return write.key; }, [](const FileWrite& write) { return write.path; },
      [](const DirectoryWrite& write) { return write.path; }, [](const UnitsReload&) { return std::string("systemd"); },
      [](const UnitRestart& restart) { return restart.unit; },
      [](const SelinuxEdit& edit) { return policy_of(edit.store); },
      [](const SelinuxRepair& repair) { return policy_of(repair.store); });
}

std::string describe(const Change& change) {
  const auto object = printable(object_of(change));
  return visit(
      change,
      [&](const SysctlWrite& write) {
        return "set " + object + " from " + printable(write.from) + " to " + printable(write.to);
      },
      [&](const FileWrite& write) { return verb_of(write) + object; },
      [&](const DirectoryWrite& write) { return (write.to ? "make directory " : "remove directory ") + object; },
      [](const UnitsReload&) { return std::string("let systemd read its unit files again"); },
      [&](const UnitRestart&) { return "restart " + object; },
      [](const SelinuxEdit& edit) { return joined(sentences_of(edit)); },
      [&](const SelinuxRepair&) { return "repair the store of " + object; });
}

Change inverse(const Change& change) {
  return visit(
      change,
      [](const SysctlWrite& write) {
        return Change(SysctlWrite{write.key, write.to, write.from});
      },
      [](const FileWrite& write) {
        return Change(FileWrite{write.path, write.to, write.from});
      },
      [](const DirectoryWrite& write) {
        return Change(DirectoryWrite{write.path, write.to, write.from});
      },
      [](const UnitsReload& reload) { return Change(reload); },
      [](const UnitRestart& restart) { return Change(restart); },
      [](const SelinuxEdit& edit) { return Change(inverse(edit)); },
      [](const SelinuxRepair& repair) { return Change(repair); });
}

bool has_state(const Change& change) {
  return !std::holds_alternative<UnitsReload>(change) && !std::holds_alternative<UnitRestart>(change) &&
         !std::holds_alternative<SelinuxRepair>(change);
}

Changes undo_of(const Changes& changes) {
  Changes undo;
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    if (has_state(*change)) undo.push_back(inverse(*change));
  }
  for (const auto& change : changes) {
    if (!has_state(change)) undo.push_back(change);
  }
  return undo;
}

}  // namespace preflight
