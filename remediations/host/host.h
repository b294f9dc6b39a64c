// SPDX-License-Identifier: Apache-2.0
// The writing half of the door to the world. Only the transaction goes through it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "probes/base/result.h"
#include "probes/host/host_view.h"
#include "remediations/change.h"

namespace preflight {

/// A host that can be changed. Paths are absolute, and no symbolic link on them is followed. Whatever fails has left
/// the object as it was, or wholly as it was to be.
class Host {
 public:
  Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  virtual ~Host() = default;

  /// The same host, looked at.
  [[nodiscard]] virtual const HostView& view() const = 0;

  /// The file at a path with all that must come back when it is restored; nothing where there is none. An error where
  /// something else stands there, where it has other names (hard links), and where others may write its directory.
  [[nodiscard]] virtual Result<std::optional<FileImage>> image(const std::string& path) const = 0;
  [[nodiscard]] virtual Result<bool> has_directory(const std::string& path) const = 0;

  /// Puts `to` in the place of `from`, durably and at once: after a crash the one or the other is there, whole. A file
  /// that is not `from` any more is left alone (resource_unavailable_try_again).
  virtual Result<void> replace(const FileWrite& write) = 0;
  /// Makes durable what stands at a path, file, directory or nothing, and clears what a crash left beside it.
  virtual Result<void> settle(const std::string& path) = 0;
  /// Mode 0755.
  virtual Result<void> make_directory(const std::string& path) = 0;
  /// directory_not_empty where something else has moved in.
  virtual Result<void> remove_directory(const std::string& path) = 0;

  /// Writes a value in our own network namespace; what the kernel makes of it is for the caller to read.
  virtual Result<void> set_sysctl(const std::string& key, const std::string& value) = 0;

  /// systemd's Reload, done when it returns.
  virtual Result<void> reload_units() = 0;
  /// RestartUnit, done when it returns; an error where the service did not come up.
  virtual Result<void> restart_unit(const std::string& unit) = 0;
  /// All of an edit in one commit of libsemanage, and the kernel's booleans after it; device_or_resource_busy where
  /// somebody else is at work in the policy's store all the time. What a commit that was cut off left is mended first.
  virtual Result<void> edit_selinux(const SelinuxEdit& edit) = 0;
  /// Makes durable, and known to the kernel, what an edit's store holds.
  virtual Result<void> settle_selinux(const SelinuxEdit& edit) = 0;
  /// Done when it returns; nothing to do is no error.
  virtual Result<void> repair_selinux(const SelinuxRepair& repair) = 0;

  /// Has systemd run `recover` after that time, whoever is still there by then; no_such_device_or_address where there
  /// is no systemd.
  virtual Result<void> schedule_recovery(std::uint32_t transaction, std::chrono::seconds after) = 0;
  /// Takes that back. A recovery that comes nevertheless finds nothing to do.
  virtual void cancel_recovery(std::uint32_t transaction) = 0;
};

}  // namespace preflight
