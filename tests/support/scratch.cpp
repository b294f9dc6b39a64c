// SPDX-License-Identifier: Apache-2.0
// A directory of its own for one test.
#include "tests/support/scratch.h"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace preflight::test {

Scratch::Scratch() {
  std::string pattern = (std::filesystem::temp_directory_path() / "preflight-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
  path_ = pattern;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string Scratch::file(const std::string& relative, std::string_view content) const {
  const auto path = path_ / relative;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << content;
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
  return path.string();
}

}  // namespace preflight::test
