// SPDX-License-Identifier: Apache-2.0
// The one place where we keep what we did: small files that are written once, and a lock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/descriptor.h"
#include "remediations/host/safe_directory.h"

namespace preflight {

/// Root's alone (0700), checked with every directory above it.
class StateDirectory {
 public:
  /// nullopt where there is none yet.
  [[nodiscard]] static Result<std::optional<StateDirectory>> find(const std::string& path);
  /// Made where there is none, and locked: device_or_resource_busy where somebody else holds the lock for all of
  /// `wait`.
  [[nodiscard]] static Result<StateDirectory> lock(const std::string& path, std::chrono::milliseconds wait = {});

  /// Names of files in byte order, hidden ones left out.
  [[nodiscard]] Result<std::vector<std::string>> list() const;
  /// Refused where others than root may write it.
  [[nodiscard]] Result<std::string> read(const std::string& name) const;
  /// A new file, durable when this returns; file_exists where there is one.
  Result<void> write(const std::string& name, const std::string& content);
  /// Makes durable what a crash may have left unfinished.
  Result<void> settle(const std::string& name) { return directory_.settle(name); }

 private:
  explicit StateDirectory(SafeDirectory directory) : directory_(std::move(directory)) {}

  SafeDirectory directory_;
  Descriptor lock_;
};

}  // namespace preflight
