// SPDX-License-Identifier: Apache-2.0
// SELinux labels a new file by its directory and by the name it is made under, and ours are made under hidden names:
// while an object of this lives, what our thread makes gets the label that its final path is to have.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>

#include "probes/base/result.h"

namespace preflight {

class CreationLabel {
 public:
  /// `known` is the label to bring back, as security.selinux has it; where it is empty, the one that the policy's file
  /// contexts have for `path` and a file of that kind (S_IFREG, S_IFDIR). Nothing happens where SELinux is off, and
  /// nothing is loaded. The error is a label the kernel does not take.
  [[nodiscard]] static Result<CreationLabel> set(const std::string& path, mode_t kind, const std::string& known = {});

  CreationLabel(CreationLabel&& other) noexcept : set_(std::exchange(other.set_, false)) {}
  CreationLabel& operator=(CreationLabel&&) = delete;
  CreationLabel(const CreationLabel&) = delete;
  CreationLabel& operator=(const CreationLabel&) = delete;
  ~CreationLabel();

 private:
  explicit CreationLabel(bool set) : set_(set) {}
  bool set_;
};

}  // namespace preflight
