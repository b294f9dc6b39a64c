// SPDX-License-Identifier: Apache-2.0
// Runs one program for a test and takes what it prints: only ever programs with fixed names and scratch files.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace preflight::test {

struct Ran {
  int status = -1;
  std::string output;  // stdout and stderr
};

inline Ran run_program(const std::string& command) {
  Ran ran;
  std::FILE* const pipe = popen(("exec 2>&1; " + command).c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> chunk{};
  for (std::size_t got = 0; (got = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) {
    ran.output.append(chunk.data(), got);
  }
  const int status = pclose(pipe);
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

}  // namespace preflight::test
