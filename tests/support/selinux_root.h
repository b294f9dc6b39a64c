// SPDX-License-Identifier: Apache-2.0
// A directory with the store of a small SELinux policy in it, made by semodule(8) and changed by the real libsemanage.
#pragma once

#include <map>
#include <string>

#include "tests/support/scratch_host.h"

namespace preflight::test {

/// Why there is none here, for GTEST_SKIP; empty when there is.
[[nodiscard]] std::string selinux_root_missing();

/// balancer.cil as the policy "balancer", in a host of its own on which no SELinux runs.
class SelinuxRoot {
 public:
  static constexpr const char* kStore = "balancer";

  SelinuxRoot();

  [[nodiscard]] Host& host() { return host_.host(); }
  [[nodiscard]] const HostView& view() { return host_.host().view(); }
  [[nodiscard]] std::string root() const { return host_.root().string(); }
  [[nodiscard]] std::string store() const { return root() + "/var/lib/selinux/" + kStore; }
  [[nodiscard]] std::string policies() const { return root() + "/etc/selinux/" + kStore; }
  /// A stand-in for selinuxfs, with these booleans as they are running.
  void run(const std::map<std::string, bool>& booleans);
  /// What the host adds to the policy, and the policy that boot loads: whatever libsemanage writes in between.
  [[nodiscard]] std::string everything() const;

  ScratchHost& scratch() { return host_; }

 private:
  ScratchHost host_;
};

}  // namespace preflight::test
