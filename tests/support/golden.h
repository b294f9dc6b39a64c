// SPDX-License-Identifier: Apache-2.0
// Golden files: a text is compared with the one a person looked at. PREFLIGHT_UPDATE_GOLDEN=1 writes them anew.
#pragma once

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace preflight::test {

/// Compares with the file at `relative`, a path below tests/.
inline void expect_golden(const std::string& relative, const std::string& actual) {
  const std::string path = std::string(PREFLIGHT_SOURCE_DIR) + "/tests/" + relative;
  const char* const update = std::getenv("PREFLIGHT_UPDATE_GOLDEN");
  if (update != nullptr && std::string_view(update) == "1") {
    std::ofstream(path, std::ios::binary) << actual;
    GTEST_SKIP() << "wrote " << path;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path;
  std::ostringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(golden.str(), actual) << "if this is meant, set PREFLIGHT_UPDATE_GOLDEN=1 and read the difference of "
                                  << path;
}

}  // namespace preflight::test
