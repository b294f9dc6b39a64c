// SPDX-License-Identifier: Apache-2.0
// The text files of SELinux.
#include "probes/linux/selinux_files.h"

#include <gtest/gtest.h>

namespace preflight {
namespace {

TEST(SelinuxConfig, ModeAndType) {
  const auto parsed = [](const char* text) { return parse_selinux_config(text); };
  EXPECT_EQ(parsed("# c\nSELINUX=enforcing\nSELINUXTYPE=targeted\n"),
            (SelinuxConfig{SelinuxMode::enforcing, "targeted"}));
  EXPECT_EQ(parsed("SELINUX=disabled\nSELINUXTYPE=default"), (SelinuxConfig{SelinuxMode::disabled, "default"}));
  EXPECT_EQ(parsed("  SELINUX=Permissive # why\n"), (SelinuxConfig{SelinuxMode::permissive, "targeted"}));
  EXPECT_EQ(parsed("SELINUX=enforcing\nSELINUX=disabled\n").mode, SelinuxMode::enforcing) << "the first counts";
  EXPECT_EQ(parsed("SELINUXTYPE=mls\nSELINUXTYPE=mcs \nSELINUXTYPE=\n").type, "mcs");
  EXPECT_EQ(parsed("SELINUX=banana\nSELINUX=enforcing\n").mode, SelinuxMode::enforcing);
  EXPECT_EQ(parsed("").mode, SelinuxMode::permissive);
}

TEST(BooleansLocal, NamesAndValues) {
  const auto booleans =
      parse_booleans_local("# This file is auto-generated\nhaproxy_connect_any=1\n a = off \nb=true\nc=maybe\nd\n=1\n");
  EXPECT_EQ(booleans,
            (std::map<std::string, bool, std::less<>>{{"a", false}, {"b", true}, {"haproxy_connect_any", true}}));
  EXPECT_TRUE(parse_booleans_local("").empty());
}

TEST(PortsLocal, PortsAndRanges) {
  const auto ports = parse_ports_local(
      "# auto\nportcon tcp 8404 system_u:object_r:http_port_t:s0\n"
      "portcon udp 8000-8100 system_u:object_r:http_port_t:s0\nportcon tcp 1 - 9 u:r:a_t\n"
      "portcon sctp 5 u:r:a_t:s0\nportcon tcp 70000 u:r:a_t:s0\nportcon tcp 9-1 u:r:a_t:s0\nportcon tcp 5 a_t\n"
      "portcon tcp\nnodecon\n");
  EXPECT_EQ(ports, (std::vector<selinux::PortRecord>{{Protocol::tcp, 8404, 8404, "http_port_t"},
                                                     {Protocol::udp, 8000, 8100, "http_port_t"},
                                                     {Protocol::tcp, 1, 9, "a_t"}}));
}

TEST(FileContexts, TheLastLineThatMatchesDecides) {
  const auto* const text =
      "/usr/.*\tsystem_u:object_r:usr_t:s0\n"
      "/usr/s?bin/.* -- system_u:object_r:bin_t:s0\n"
      "/usr/sbin/haproxy\t--\tsystem_u:object_r:haproxy_exec_t:s0\n"
      "/usr/sbin/haproxy -d system_u:object_r:dir_t:s0\n"
      "/opt/(a|b)/[[:alnum:]]+ -- <<none>>\n"
      "/usr/sbin/( -- system_u:object_r:broken_t:s0\n";
  EXPECT_EQ(label_by_contexts(text, "/usr/sbin/haproxy"), "haproxy_exec_t");
  EXPECT_EQ(label_by_contexts(text, "/usr/bin/haproxy"), "bin_t");
  EXPECT_EQ(label_by_contexts(text, "/usr/share/x"), "usr_t");
  EXPECT_EQ(label_by_contexts(text, "/srv/haproxy"), "");
  EXPECT_EQ(label_by_contexts(text, "/opt/a/haproxy"), "") << "<<none>>";
}

}  // namespace
}  // namespace preflight
