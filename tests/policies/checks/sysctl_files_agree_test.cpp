// SPDX-License-Identifier: Apache-2.0
// A value that was written down and loses, where the one that wins is not enough.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check sysctl_files_agree;
}

namespace preflight::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

const Check& kCheck = checks::sysctl_files_agree;
constexpr const char* kAbout = "sysctl:net.core.somaxconn";

Outcome judged(const World& world) { return outcome_about(world.judge(kCheck), kAbout); }

TEST(SysctlFilesAgree, IsSilentOnAHealthyHost) {
  EXPECT_EQ(worst(World().judge(kCheck)), "not applicable") << "no file names any";
  World world;
  world.sysctl_files({{"/etc/sysctl.d/50-a.conf", "net.core.somaxconn = 8192\n"},
                      {"/etc/sysctl.d/60-b.conf", "net.core.somaxconn = 4096\n"}});
  EXPECT_EQ(worst(world.judge(kCheck)), "pass") << "they differ, and the winner is enough";
}

TEST(SysctlFilesAgree, NamesTheLineThatLosesAndTheOneThatWins) {
  World world;
  world.config(World::long_queues());
  world.sysctl_files({{"/etc/sysctl.d/99-haproxy.conf", "net.core.somaxconn = 65535\n"},
                      {"/etc/sysctl.d/99-sysctl.conf", "\n\nnet.core.somaxconn = 4096\n"}});
  const auto outcome = judged(world);
  EXPECT_EQ(verdict(outcome), "warning");
  const auto detail = detail_of(outcome);
  EXPECT_EQ(detail.where.origin.text(), "/etc/sysctl.d/99-haproxy.conf:1:1");
  EXPECT_EQ(detail.why,
            "this line sets net.core.somaxconn to 65535, and is overridden by /etc/sysctl.d/99-sysctl.conf:3");
  EXPECT_THAT(detail.evidence, Contains("/etc/sysctl.d/99-sysctl.conf:3 sets it to 4096, which is not enough"));
}

TEST(SysctlFilesAgree, ALoserThatIsNotEnoughEitherIsNoFinding) {
  World world;
  world.config(World::long_queues());
  world.sysctl_files({{"/etc/sysctl.d/50-a.conf", "net.core.somaxconn = 4000\n"},
                      {"/etc/sysctl.d/60-b.conf", "net.core.somaxconn = 4096\n"}});
  EXPECT_EQ(verdict(judged(world)), "pass");
}

TEST(SysctlFilesAgree, TheBoundaryIsTheDemand) {
  World world;
  world.config(World::long_queues());
  world.sysctl_files({{"/etc/sysctl.d/50-a.conf", "net.core.somaxconn = 30000\n"},
                      {"/etc/sysctl.d/60-b.conf", "net.core.somaxconn = 29999\n"}});
  EXPECT_EQ(verdict(judged(world)), "warning");
  world.sysctl_files({{"/etc/sysctl.d/50-a.conf", "net.core.somaxconn = 29999\n"},
                      {"/etc/sysctl.d/60-b.conf", "net.core.somaxconn = 30000\n"}});
  EXPECT_EQ(verdict(judged(world)), "pass");
}

TEST(SysctlFilesAgree, ARefusedValueIsTold) {
  World world;
  world.config(World::long_queues());
  world.sysctl_files({{"/etc/sysctl.d/50-a.conf", "net.core.somaxconn = 65535x\n"}});
  const auto outcome = judged(world);
  EXPECT_EQ(verdict(outcome), "warning");
  EXPECT_THAT(detail_of(outcome).why, HasSubstr("refused by the kernel"));
}

TEST(SysctlFilesAgree, UnknownWhereItCouldNotLook) {
  World world;
  world.config(World::long_queues());
  world.facts.sysctl_boot = fail(std::errc::permission_denied, "/etc/sysctl.d", "Permission denied");
  EXPECT_EQ(worst(world.judge(kCheck)), "unknown");
}

}  // namespace
}  // namespace preflight::test
