// SPDX-License-Identifier: Apache-2.0
// A directory of its own for one test, removed with it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace preflight::test {

class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Writes a file below the directory, making the directories on the way; returns its absolute path.
  std::string file(const std::string& relative, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

}  // namespace preflight::test
