// SPDX-License-Identifier: Apache-2.0
// A change is one reversible effect on the host, told by what stands there before and what shall stand there after.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "remediations/selinux_edit.h"

namespace preflight {

/// The bits of a mode by which a group or everybody may write.
inline constexpr std::uint32_t kOthersMayWrite = 0022;

/// A regular file, whole: what an undo must bring back.
struct FileImage {
  std::string content;
  std::uint32_t mode = 0644;  // permission bits, 07777
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  /// Extended attributes a person or the policy sets: user.*, trusted.*, POSIX ACLs, capabilities, the SELinux label.
  /// An image of a file that is not there yet has no label: the policy gives it one.
  std::map<std::string, std::string, std::less<>> attributes{};
  std::int64_t modified = 0;  // nanoseconds since the epoch; brought back, never compared

  /// Whether they are the same file to everyone who looks: a time tells nothing, and a missing label is any label.
  [[nodiscard]] bool same_as(const FileImage& other) const;
};

/// The bytes alone; nothing of a file that is not there.
[[nodiscard]] std::optional<std::string> content_of(const std::optional<FileImage>& image);

/// A kernel setting of our network namespace, or of the whole host; values with single blanks, in the kernel's own
/// spelling.
struct SysctlWrite {
  std::string key;  // dotted
  std::string from;
  std::string to;
  friend bool operator==(const SysctlWrite&, const SysctlWrite&) = default;
};

/// A file that is made, replaced or removed; nothing stands for a file that is not there. One of the two is there.
struct FileWrite {
  std::string path;
  std::optional<FileImage> from{};
  std::optional<FileImage> to{};
};

/// A directory that is made, or removed when it is empty.
struct DirectoryWrite {
  std::string path;
  bool from = false;  // whether it is there
  bool to = true;
  friend bool operator==(const DirectoryWrite&, const DirectoryWrite&) = default;
};

/// systemd reads all unit files again. Nothing says whether it has, so it is done whenever it is asked for.
struct UnitsReload {
  friend bool operator==(const UnitsReload&, const UnitsReload&) = default;
};

/// Stops and starts a service: its connections are lost.
struct UnitRestart {
  std::string unit;
  friend bool operator==(const UnitRestart&, const UnitRestart&) = default;
};

using Change =
    std::variant<SysctlWrite, FileWrite, DirectoryWrite, UnitsReload, UnitRestart, SelinuxEdit, SelinuxRepair>;
using Changes = std::vector<Change>;

/// What it acts on: "net.core.somaxconn", "/etc/sysctl.d/zz-lbpreflight.conf", "haproxy.service", "SELinux
/// policy targeted".
[[nodiscard]] std::string object_of(const Change& change);

/// One sentence: "set net.core.somaxconn from 4096 to 30000".
[[nodiscard]] std::string describe(const Change& change);

/// The change back. A reload and a restart are their own: the service must learn that things are as before. So is a
/// repair: nothing leads back to what was broken.
[[nodiscard]] Change inverse(const Change& change);

/// What undoes a list of changes: states back in reverse order, so that coupled settings stay valid on the way, then
/// what makes services notice, in the order it was done.
[[nodiscard]] Changes undo_of(const Changes& changes);

/// Whether it leaves a state behind that can be looked at; a reload, a restart and a repair do not.
[[nodiscard]] bool has_state(const Change& change);

}  // namespace preflight
