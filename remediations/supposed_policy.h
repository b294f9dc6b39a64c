// SPDX-License-Identifier: Apache-2.0
// The SELinux policy of a host on which some changes were made already: asked of the real policy, edited in memory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "probes/host/host_view.h"
#include "remediations/change.h"

namespace preflight {

class SupposedPolicy {
 public:
  SupposedPolicy(const HostView& inner, const Changes& changes);

  /// What to ask instead: with the booleans and labels of the edits, and of a repaired store what it holds.
  [[nodiscard]] selinux::PolicyQuestion asked(selinux::PolicyQuestion question) const;
  /// Where to look instead: a repaired store has an active part.
  [[nodiscard]] std::string place_of(const std::string& path) const;
  /// The names in a directory: those of a repaired store are others than were there.
  void rename_in(const std::string& path, std::vector<std::string>& names) const;
  /// One of the lists of a store's own entries, as an edit leaves it.
  [[nodiscard]] std::optional<std::string> list(const std::string& path) const;

 private:
  const HostView& inner_;
  std::vector<SelinuxEdit> edits_;
  std::vector<std::string> repaired_;  // names of policies
};

}  // namespace preflight
