// SPDX-License-Identifier: Apache-2.0
// -vv of several versions, of the real one, and of programs that only pretend.
#include "probes/haproxy/binary.h"

#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/haproxy/command_line.h"
#include "probes/host/command.h"

namespace preflight::haproxy {
namespace {

using ::testing::ElementsAre;

TEST(Binary, TwoDotSix) {
  const auto binary = parse_version_output("/usr/sbin/haproxy",
                                           "HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/\n"
                                           "Status: long-term supported branch\n"
                                           "Feature list : -51DEGREES +EPOLL +THREAD -QUIC\n\n"
                                           "Default settings :\n  bufsize = 32768, maxrewrite = 1024\n\n"
                                           "Built with multi-threading support (MAX_THREADS=64, default=12).\n");
  ASSERT_TRUE(binary) << describe(binary.error());
  EXPECT_EQ(binary->version, (Version{2, 6, 12}));
  EXPECT_EQ(binary->version_text, "2.6.12-1+deb12u4");
  EXPECT_THAT(binary->features, ElementsAre("EPOLL", "THREAD"));
  EXPECT_EQ(binary->default_threads, 12);
  EXPECT_EQ(binary->max_threads, 64);
  EXPECT_EQ(binary->bufsize, 32768);
}

TEST(Binary, ThreeDotFourHasGroupsAndASecondList) {
  const auto binary =
      parse_version_output("/h",
                           "HAProxy version 3.4-dev7-5f2a 2026/03/01 - https://haproxy.org/\n"
                           "Feature list : +EPOLL -ECH\nDetected feature list : +HAVE_WORKING_TCP_MD5SIG\n"
                           "Built with multi-threading support (MAX_TGROUPS=32, MAX_THREADS=1024, "
                           "default=4).\n");
  ASSERT_TRUE(binary);
  EXPECT_EQ(binary->version, (Version{3, 4, 0}));
  EXPECT_THAT(binary->features, ElementsAre("EPOLL", "HAVE_WORKING_TCP_MD5SIG"));
  EXPECT_EQ(binary->max_threads, 1024);
  EXPECT_EQ(binary->default_threads, 4);
}

TEST(Binary, PretendersAreErrors) {
  for (const auto* text :
       {"", "\n", "nginx version: 1.2", "HAProxy version", "HAProxy version x.y", "HAProxy version 3",
        "usage\nHAProxy version 2.6.12 x", "HAProxy version 99999999999.1.1 x", "HAProxy version -1.2.3 x"})
    EXPECT_FALSE(parse_version_output("/h", text)) << text;
}

TEST(Binary, RealOne) {
  if (::access("/usr/sbin/haproxy", X_OK) != 0) GTEST_SKIP() << "haproxy is not installed";
  auto pending = start_command(Command{.path = "/usr/sbin/haproxy", .arguments = {"-vv"}});
  ASSERT_TRUE(pending) << describe(pending.error());
  const auto output = (*pending)->finish();
  ASSERT_TRUE(output) << describe(output.error());
  const auto binary = parse_version_output("/usr/sbin/haproxy", output->out);
  ASSERT_TRUE(binary) << describe(binary.error());
  EXPECT_GE(binary->version, (Version{2, 4, 0}));
  EXPECT_EQ(binary->features.count("EPOLL"), 1U);
  EXPECT_GE(binary->default_threads, 1);
  EXPECT_GE(binary->bufsize, 1024);
}

TEST(CommandLine, EveryOption) {
  const auto line = parse_command_line({"-Ws",
                                        "-f",
                                        "/a.cfg",
                                        "-C",
                                        "/etc",
                                        "-n",
                                        "500x",
                                        "-m",
                                        "64",
                                        "-L",
                                        "peer",
                                        "-S",
                                        "/run/m.sock,mode,600",
                                        "-p",
                                        "-f",
                                        "-x",
                                        "/run/x",
                                        "-N",
                                        "3",
                                        "-db",
                                        "-q",
                                        "-dt",
                                        "h1",
                                        "-f",
                                        "conf.d",
                                        "-sf",
                                        "11",
                                        "12",
                                        "--",
                                        "-c",
                                        "b.cfg"});
  EXPECT_THAT(line.configs, ElementsAre("/a.cfg", "conf.d", "-c", "b.cfg"));
  EXPECT_EQ(line.directory, "/etc");
  EXPECT_EQ(line.maxconn, 500);
  EXPECT_EQ(line.memory_mib, 64);
  EXPECT_EQ(line.local_peer, "peer");
  EXPECT_THAT(line.master_sockets, ElementsAre("/run/m.sock"));
  EXPECT_THAT(line.old_workers, ElementsAre(11, 12));
  EXPECT_TRUE(line.master_worker);
  EXPECT_FALSE(line.check_only);
}

TEST(CommandLine, ChecksAreToldApart) {
  EXPECT_TRUE(parse_command_line({"-c", "-f", "a"}).check_only);
  EXPECT_TRUE(parse_command_line({"-cc", "-f"}).configs.empty()) << "its condition is no option";
}

TEST(CommandLine, HostileArguments) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {}, {""}, {"-"}, {"-f"}, {"-n"}, {"-sf"}, {"-sf", "", "x"}, {"-n", "99999999999999999999"}, {"--"}, {"-dt"}})
    EXPECT_TRUE(parse_command_line(arguments).configs.empty());
}

}  // namespace
}  // namespace preflight::haproxy
