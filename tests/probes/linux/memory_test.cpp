// SPDX-License-Identifier: Apache-2.0
// /proc/meminfo in bytes.
#include "probes/linux/memory.h"

#include <gtest/gtest.h>

#include "tests/support/map_host.h"

namespace preflight {
namespace {

Result<Memory> of(const std::string& text) {
  test::MapHost host;
  host.files["/proc/meminfo"] = text;
  return read_memory(host);
}

TEST(Memory, IsToldInKibibytes) {
  EXPECT_EQ(of("MemTotal:       24684084 kB\nMemFree:        20604524 kB\nMemAvailable:   23891556 kB\n"),
            (Memory{24684084LL * 1024, 23891556LL * 1024}));
}

TEST(Memory, HalfOfItIsNone) {
  for (const char* text : {"", "MemTotal: 1 kB\n", "MemAvailable: 1 kB\n", "MemTotal: x kB\nMemAvailable: 1 kB\n",
                           "MemTotal: -1 kB\nMemAvailable: 1 kB\n", "MemTotal:\nMemAvailable:\n",
                           "MemTotal: 9223372036854775807 kB\nMemAvailable: 1 kB\n"}) {
    EXPECT_FALSE(of(text)) << text;
  }
  EXPECT_FALSE(read_memory(test::MapHost()));
}

}  // namespace
}  // namespace preflight
