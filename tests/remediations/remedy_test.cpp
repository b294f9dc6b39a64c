// SPDX-License-Identifier: Apache-2.0
// The catalog: what a check names exists, what exists is named, and each says what it is.
#include "remediations/remedy.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policies/catalog.h"

namespace preflight {
namespace {

TEST(Remedies, EveryOneACheckNamesExists) {
  for (const auto* check : all_checks()) {
    EXPECT_TRUE(check->remedy.empty() || find_remedy(check->remedy) != nullptr) << check->id;
  }
}

TEST(Remedies, EveryOneIsNamedByACheck) {
  for (const auto* remedy : all_remedies()) {
    const auto checks = all_checks();
    EXPECT_TRUE(std::any_of(checks.begin(), checks.end(), [&](const auto* one) { return cures(*remedy, *one); }))
        << remedy->id;
  }
}

TEST(Remedies, EachSaysWhatItIs) {
  for (const auto* remedy : all_remedies()) {
    EXPECT_FALSE(remedy->title.empty()) << remedy->id;
    EXPECT_GT(remedy->rationale.size(), 40U) << remedy->id;
    EXPECT_NE(remedy->propose, nullptr) << remedy->id;
  }
}

TEST(Remedies, OneThatDoesNotExistIsNotFound) { EXPECT_EQ(find_remedy("raise_the_dead"), nullptr); }

TEST(Remedies, TheKeyOfASubject) {
  EXPECT_EQ(key_of(subject::sysctl("net.core.somaxconn")), "net.core.somaxconn");
  EXPECT_EQ(key_of(subject::host()), "");
}

}  // namespace
}  // namespace preflight
