// SPDX-License-Identifier: Apache-2.0
// One component that somebody else may write is enough to lose trust in a file.
#include "probes/haproxy/trust.h"

#include <gtest/gtest.h>

#include "tests/support/map_host.h"

namespace preflight::haproxy {
namespace {

const std::string kProgram = "/usr/sbin/haproxy";

test::MapHost sound_host() {
  test::MapHost host;
  host.files[kProgram] = "ELF";
  return host;
}

TEST(Trust, RootsFileInRootsDirectories) { EXPECT_TRUE(trusted_program(sound_host(), kProgram)); }

TEST(Trust, AnyComponentMayLoseIt) {
  struct Case {
    const char* path;
    FileStatus status;
  };
  const Case cases[] = {{"/", {FileKind::directory, 0755, 1000, 0, 0}},
                        {"/usr", {FileKind::directory, 0775, 0, 0, 0}},
                        {"/usr", {FileKind::directory, 01777, 0, 0, 0}},
                        {"/usr/sbin", {FileKind::directory, 0755, 33, 0, 0}},
                        {"/usr/sbin/haproxy", {FileKind::regular, 0757, 0, 0, 3}},
                        {"/usr/sbin/haproxy", {FileKind::regular, 0755, 1000, 0, 3}},
                        {"/usr/sbin/haproxy", {FileKind::fifo, 0755, 0, 0, 0}}};
  for (const auto& c : cases) {
    auto host = sound_host();
    host.statuses[c.path] = c.status;
    const auto trusted = trusted_program(host, kProgram);
    ASSERT_FALSE(trusted) << c.path;
    EXPECT_EQ(trusted.error().code, std::errc::operation_not_permitted);
    EXPECT_EQ(trusted.error().object, c.path);
  }
}

TEST(Trust, LinksAreWalked) {
  auto host = sound_host();
  host.links["/opt/haproxy"] = "../usr/./sbin";
  EXPECT_TRUE(trusted_program(host, "/opt/haproxy/haproxy"));
  host.links["/opt/mine"] = "/home/joe/haproxy";
  host.files["/home/joe/haproxy"] = "ELF";
  host.statuses["/home/joe"] = {FileKind::directory, 0755, 1000, 1000, 0};
  EXPECT_EQ(trusted_program(host, "/opt/mine").error().object, "/home/joe");
  host.links["/loop"] = "/loop";
  EXPECT_FALSE(trusted_program(host, "/loop"));
}

TEST(Trust, WhatIsMissingOrRelative) {
  EXPECT_EQ(trusted_program(sound_host(), "/usr/sbin/none").error().code, std::errc::no_such_file_or_directory);
  EXPECT_FALSE(trusted_program(sound_host(), "haproxy"));
  EXPECT_FALSE(trusted_program(sound_host(), ""));
  EXPECT_FALSE(trusted_program(sound_host(), "/usr/sbin"));
  EXPECT_FALSE(trusted_program(sound_host(), "/usr/sbin/haproxy/.."));
}

TEST(Trust, ConfigurationDirectoryWithAllInIt) {
  auto host = sound_host();
  host.files["/etc/haproxy/a.cfg"] = "";
  host.files["/etc/haproxy/b.cfg"] = "";
  EXPECT_TRUE(trusted_file(host, "/etc/haproxy"));
  EXPECT_TRUE(trusted_file(host, "/etc/haproxy/a.cfg"));
  host.statuses["/etc/haproxy/b.cfg"] = {FileKind::regular, 0666, 0, 0, 0};
  EXPECT_EQ(trusted_file(host, "/etc/haproxy").error().object, "/etc/haproxy/b.cfg");
  EXPECT_TRUE(trusted_file(host, "/etc/haproxy/a.cfg"));
}

}  // namespace
}  // namespace preflight::haproxy
