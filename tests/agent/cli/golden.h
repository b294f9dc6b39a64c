// SPDX-License-Identifier: Apache-2.0
// Texts compared with a file of the repository; PREFLIGHT_UPDATE_GOLDEN=1 writes the file anew.
#pragma once

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace preflight::test {

inline void expect_golden(const std::string& text, const std::string& relative) {
  const auto path = std::string(PREFLIGHT_SOURCE_DIR) + "/tests/" + relative;
  if (std::getenv("PREFLIGHT_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  EXPECT_EQ(text, golden.str()) << "if this is meant: PREFLIGHT_UPDATE_GOLDEN=1, then read the difference of " << path;
}

}  // namespace preflight::test
