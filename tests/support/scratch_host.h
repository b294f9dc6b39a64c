// SPDX-License-Identifier: Apache-2.0
// A host that can be changed, in a directory of its own: files, and settings as plain files below proc/sys.
#pragma once

#include <string>
#include <string_view>

#include "probes/base/result.h"
#include "probes/host/tree_host.h"
#include "remediations/host/live_effects.h"
#include "tests/support/scratch.h"

namespace preflight::test {

class ScratchHost {
 public:
  ScratchHost() : view_(open_tree(scratch_.path().string()).value()), effects_(*view_, scratch_.path().string()) {
    std::filesystem::create_directories(scratch_.path() / "var/lib");
    std::filesystem::create_directories(scratch_.path() / "etc/sysctl.d");
    std::filesystem::create_directories(scratch_.path() / "etc/systemd/system");
  }

  [[nodiscard]] Host& host() { return effects_; }
  [[nodiscard]] const std::filesystem::path& root() const { return scratch_.path(); }
  [[nodiscard]] std::string state() const { return (root() / "var/lib/lbpreflight").string(); }
  void file(const std::string& path, std::string_view content) { (void)scratch_.file(path, content); }
  void sysctl(const std::string& path, std::string_view value) { file("proc/sys/" + path, std::string(value) + "\n"); }

 private:
  Scratch scratch_;
  std::unique_ptr<HostView> view_;
  LiveEffects effects_;
};

}  // namespace preflight::test
