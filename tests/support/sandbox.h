// SPDX-License-Identifier: Apache-2.0
// A shell script as the first process of namespaces of its own (processes, network, mounts, host name): what it starts
// is seen by nobody else and ends with it. Needs root.
#pragma once

#include <string>

#include "tests/support/scratch.h"

namespace preflight::test {

/// What a program left behind.
struct Finished {
  int status = -1;  // its exit code, or 128 and the signal
  std::string out;
  std::string err;
};

/// Why there is no sandbox here, for GTEST_SKIP; empty when there is one.
[[nodiscard]] std::string sandbox_missing();

/// One test's own machine. `run` may be called again: the directory stays, the processes do not.
class Sandbox {
 public:
  /// `program` is what $LBPREFLIGHT stands for.
  explicit Sandbox(std::string program);

  /// Runs the script by sh in an empty /etc/haproxy that only root may write. $DIR is the test's own directory, which
  /// everybody may enter; the host is called lb07; loopback is up; there is no service manager. It is ended after two
  /// minutes (status 124).
  [[nodiscard]] Finished run(const std::string& script) const;

  [[nodiscard]] const Scratch& directory() const { return directory_; }
  /// The content of a file that the script left in $DIR; empty when there is none.
  [[nodiscard]] std::string left(const std::string& name) const;

 private:
  std::string program_;
  Scratch directory_;
};

}  // namespace preflight::test
