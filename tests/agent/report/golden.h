// SPDX-License-Identifier: Apache-2.0
// Golden files: a report is compared with the one a person looked at. PREFLIGHT_UPDATE_GOLDEN=1 rewrites them.
#pragma once

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace preflight::test {

inline std::string report_file(const std::string& relative) {
  return std::string(PREFLIGHT_SOURCE_DIR) + "/tests/agent/report/" + relative;
}

inline void expect_golden(const std::string& name, const std::string& actual) {
  const std::string path = report_file("golden/" + name);
  if (const char* update = std::getenv("PREFLIGHT_UPDATE_GOLDEN"); update != nullptr && std::string(update) == "1") {
    std::ofstream(path, std::ios::binary) << actual;
    GTEST_SKIP() << "rewrote " << path;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path;
  std::ostringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(golden.str(), actual) << path;
}

}  // namespace preflight::test
