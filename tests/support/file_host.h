// SPDX-License-Identifier: Apache-2.0
// The files of the machine the tests run on, for tests that compare a reader with the real thing.
#pragma once

#include "tests/support/map_host.h"

namespace preflight::test {

class FileHost : public MapHost {
 public:
  using MapHost::read;
  [[nodiscard]] Result<std::string> read(const std::string& path, std::size_t limit) const override;
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) const override;
  [[nodiscard]] Result<FileStatus> status(const std::string& path) const override;
  [[nodiscard]] Result<std::string> link(const std::string& path) const override;
};

}  // namespace preflight::test
