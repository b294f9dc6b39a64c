// SPDX-License-Identifier: Apache-2.0
#include "probes/host/late_library.h"

#include <gtest/gtest.h>

namespace preflight {
namespace {

using Length = std::size_t (*)(const char*);

TEST(LateLibrary, TheFirstThatIsThereIsUsed) {
  LateLibrary library({"libno-such.so.1", "libc.so.6"});
  Length length = nullptr;
  library.resolve("strlen", length);
  ASSERT_TRUE(library.complete()) << describe(library.complete().error());
  EXPECT_EQ(length("four"), 4U);
}

TEST(LateLibrary, WithoutALibraryThereIsNoFunction) {
  LateLibrary library({"libno-such.so.2", "libno-such.so.1"});
  Length length = nullptr;
  library.resolve("strlen", length);
  EXPECT_EQ(length, nullptr);
  EXPECT_EQ(describe(library.complete().error()), "libno-such.so.2: cannot be loaded");
}

TEST(LateLibrary, WhatALibraryLacksIsNamed) {
  LateLibrary library({"libc.so.6"});
  Length length = nullptr;
  library.resolve("no_such_function", length);
  library.resolve("no_other_function", length);
  EXPECT_EQ(describe(library.complete().error()), "libc.so.6: is too old: it lacks no_such_function");
}

}  // namespace
}  // namespace preflight
