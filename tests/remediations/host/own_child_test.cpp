// SPDX-License-Identifier: Apache-2.0
// What a child of ours returns, and how its end is told where it returns nothing.
#include "remediations/host/own_child.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace preflight {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Result<void> run(const std::function<Result<void>()>& work, std::chrono::seconds deadline = 60s) {
  return in_child("work", deadline, work);
}

TEST(OwnChild, SuccessIsSuccess) {
  EXPECT_TRUE(run([] { return Result<void>(); }));
}

TEST(OwnChild, AnErrorComesBackWhole) {
  const Error error{std::errc::device_or_resource_busy, "/some/object", "a reason\nof two lines"};
  const auto result = run([&]() -> Result<void> { return tl::make_unexpected(error); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), error);
}

TEST(OwnChild, ALongReasonIsCut) {
  const auto result = run([]() -> Result<void> { return fail(std::errc::io_error, "x", std::string(100'000, 'r')); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, std::errc::io_error);
  EXPECT_LT(result.error().reason.size(), 5000U);
}

TEST(OwnChild, ABugOfOursIsAnError) {
  const auto result = run([]() -> Result<void> { throw std::runtime_error("oops"); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().reason, "oops");
}

TEST(OwnChild, ItsEndBySignalIsTold) {
  const auto result = run([]() -> Result<void> { return ::raise(SIGKILL), Result<void>(); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, std::errc::interrupted);
  EXPECT_THAT(result.error().reason, HasSubstr("signal 9"));
}

TEST(OwnChild, AnEndWithoutAnAnswerIsNoSuccess) {
  EXPECT_THAT(run([]() -> Result<void> { ::_exit(7); }).error().reason, HasSubstr("without an answer"));
}

TEST(OwnChild, ItIsKilledAtTheDeadline) {
  const auto begun = std::chrono::steady_clock::now();
  const auto result = run([]() -> Result<void> { return std::this_thread::sleep_for(60s), Result<void>(); }, 1s);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, std::errc::timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 30s);
}

TEST(OwnChild, ItsEnvironmentIsEmptyAndItSaysNothing) {
  testing::internal::CaptureStderr();
  const auto result = run([]() -> Result<void> {
    (void)std::fputs("noise\n", stderr);
    return std::getenv("PATH") == nullptr ? Result<void>() : fail(std::errc::io_error, "PATH", "is there");
  });
  EXPECT_TRUE(result);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace preflight
