// SPDX-License-Identifier: Apache-2.0
// The real haproxy, started for one test on loopback in a network namespace of its own, and asked over its stats
// socket: the oracle for everything we compute about it. Needs root and /usr/sbin/haproxy.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/scratch.h"

namespace preflight::test {

/// Why it cannot be run here; empty when it can. For GTEST_SKIP.
[[nodiscard]] std::string real_haproxy_missing();

/// Runs until destroyed; then it and its children are ended by pid.
class RealHaproxy {
 public:
  /// `arguments` come before "-f FILE". The text "@SOCKET@" in the configuration is replaced by the path to ask at,
  /// "@DIR@" by a directory of the test's own. `nofile` is the limit of descriptors it is started with, soft and hard.
  RealHaproxy(const std::string& config, const std::vector<std::string>& arguments,
              std::optional<std::uint64_t> nofile = std::nullopt);
  ~RealHaproxy();
  RealHaproxy(const RealHaproxy&) = delete;
  RealHaproxy& operator=(const RealHaproxy&) = delete;

  /// The configuration as started, placeholders replaced.
  [[nodiscard]] const std::string& config() const { return config_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

  /// `show info` as names and values; empty when haproxy did not answer within 5 seconds (see log()).
  [[nodiscard]] std::map<std::string, std::string> info() const;
  /// What it printed.
  [[nodiscard]] std::string log() const;

 private:
  Scratch scratch_;
  std::string config_;
  std::string path_;
  std::string socket_;
  pid_t pid_ = 0;
};

}  // namespace preflight::test
