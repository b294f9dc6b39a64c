// SPDX-License-Identifier: Apache-2.0
// The examples of FIPS 180-2.
#include "remediations/digest.h"

#include <gtest/gtest.h>

namespace preflight {
namespace {

TEST(Digest, IsSha256) {
  EXPECT_EQ(digest(""), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest("abc"), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace preflight
