// SPDX-License-Identifier: Apache-2.0
// What a script sets is read from its words, and only where it is plain that the command runs.
#include <gtest/gtest.h>

#include "probes/base/visit.h"
#include "probes/linux/sysctl_writers/parts.h"

namespace preflight::sysctl_writers {
namespace {

using namespace std::string_literals;

/// "3 net.core.somaxconn=4096", "1 load /etc/x.conf", "2 load all", one a line.
std::string said(std::string_view script) {
  std::string text;
  for (const auto& statement : statements_of(script)) {
    visit(
        statement,
        [&](const Setting& one) { text += std::to_string(one.line) + " " + one.key + "=" + one.value + "\n"; },
        [&](const LoadsFile& one) { text += std::to_string(one.line) + " load " + one.file + "\n"; },
        [&](const LoadsAll& one) { text += std::to_string(one.line) + " load all\n"; });
  }
  return text;
}

struct Example {
  std::string_view script;
  std::string_view said;
};

TEST(Statements, WhatASysctlCommandSets) {
  for (const auto& [script, expected] : {
           Example{"sysctl -w net.core.somaxconn=128", "1 net.core.somaxconn=128\n"},
           {"/sbin/sysctl -q net/core/somaxconn=128 fs.file-max=9", "1 net.core.somaxconn=128\n1 fs.file-max=9\n"},
           {"sysctl -w net.ipv4.tcp_rmem='4096 87380 16777216'", "1 net.ipv4.tcp_rmem=4096 87380 16777216\n"},
           {"sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\" >/dev/null 2>&1",
            "1 net.ipv4.ip_local_port_range=1024 65535\n"},
           {"sudo sysctl -w a.b=1 # for speed", "1 a.b=1\n"},
           {"sysctl -w a.b=$MAX", "1 a.b=\n"},
           {"sysctl -w a.b=`nproc`", "1 a.b=\n"},
           {"sysctl -w a.b='$5'", "1 a.b=$5\n"},
           {"sysctl -p", "1 load /etc/sysctl.conf\n"},
           {"sysctl -e -p /etc/sysctl.d/x.conf /etc/y.conf", "1 load /etc/sysctl.d/x.conf\n1 load /etc/y.conf\n"},
           {"sysctl --load=/etc/z.conf", "1 load /etc/z.conf\n"},
           {"sysctl -p $FILE", "1 load \n"},
           {"sysctl -q --system", "1 load all\n"},
           {"sysctl -a", ""},
           {"sysctl net.core.somaxconn", ""},
           {"sysctlx -w a.b=1", ""},
           {"grep sysctl -w a.b=1", ""},
       }) {
    EXPECT_EQ(said(script), expected) << script;
  }
}

TEST(Statements, WhatIsWrittenBelowProcSys) {
  for (const auto& [script, expected] : {
           Example{"echo 128 > /proc/sys/net/core/somaxconn", "1 net.core.somaxconn=128\n"},
           {"echo -n \"1024 65535\" >/proc/sys/net/ipv4/ip_local_port_range",
            "1 net.ipv4.ip_local_port_range=1024 65535\n"},
           {"echo 1 | sudo tee -a /proc/sys/net/ipv4/tcp_tw_reuse >/dev/null", "1 net.ipv4.tcp_tw_reuse=1\n"},
           {"echo $((1 << 16)) > /proc/sys/fs/file-max", "1 fs.file-max=\n"},
           {"echo `nproc --all` > /proc/sys/fs/file-max", "1 fs.file-max=\n"},
           {"cat x | tee /proc/sys/fs/file-max", "1 fs.file-max=\n"},
           {"echo 5 2> /proc/sys/fs/file-max", ""},
           {"echo 5 1> /proc/sys/fs/file-max", "1 fs.file-max=5\n"},
           {"echo 5 > /proc/sysx/fs", ""},
           {"echo 'echo 5 > /proc/sys/fs/file-max'", ""},
           {"cat /proc/sys/fs/file-max", ""},
       }) {
    EXPECT_EQ(said(script), expected) << script;
  }
}

TEST(Statements, OnlyWhatRunsWhateverHappens) {
  for (const auto& [script, expected] : {
           Example{"#!/bin/sh -e\n#sysctl -w a.b=1\n\nsysctl -w a.b=2\nexit 0\nsysctl -w a.b=3\n", "4 a.b=2\n"},
           {"if [ -e /x ]; then\n  sysctl -w a.b=1\nfi\nsysctl -w a.b=2", "4 a.b=2\n"},
           {"if true; then if x; then y; fi; sysctl -w a.b=1; fi; sysctl -w a.b=2", "1 a.b=2\n"},
           {"for i in 1 2; do sysctl -w a.b=$i; done", ""},
           {"while read x\ndo\nexit\ndone\nsysctl -w a.b=2", "5 a.b=2\n"},
           {"case $1 in\nstart) sysctl -w a.b=1;;\nesac\nsysctl -w a.b=2", "4 a.b=2\n"},
           {"tune() {\n  sysctl -w a.b=1\n}\nsysctl -w a.b=2", "4 a.b=2\n"},
           {"[ -x /x ] && sysctl -w a.b=1", ""},
           {"sysctl -w a.b=1 || exit 1\nsysctl -w a.b=2", "1 a.b=1\n2 a.b=2\n"},
           {"sysctl -w a.b=1 && sysctl -w c.d=2", "1 a.b=1\n1 c.d=2\n"},
           {"true ||\n  sysctl -w a.b=1", ""},
           {"(sysctl -w a.b=1)", "1 a.b=1\n"},
           {"cat > /tmp/x <<EOF\nsysctl -w a.b=1\nEOF\nsysctl -w a.b=2", "4 a.b=2\n"},
           {"cat <<-'END'\n\tsysctl -w a.b=1\n\tEND\nsysctl -w a.b=2", "4 a.b=2\n"},
           {"sysctl -w \\\n  a.b=1\nsysctl -w c.d=1", "1 a.b=1\n3 c.d=1\n"},
           {"echo 'a\nb'; sysctl -w a.b=1", "2 a.b=1\n"},
       }) {
    EXPECT_EQ(said(script), expected) << script;
  }
}

TEST(Statements, AShellInsideAShell) {
  EXPECT_EQ(said("/bin/sh -c 'sysctl -w a.b=1; echo 2 > /proc/sys/c/d'"), "1 a.b=1\n1 c.d=2\n");
  EXPECT_EQ(said("bash -ec \"sysctl -w a.b='1 2'\""), "1 a.b=1 2\n");
  EXPECT_EQ(said("sh -c \"sysctl -w a.b=$X\""), "") << "what the inner shell gets is not known";
  EXPECT_EQ(said("sh /root/tune.sh"), "");
}

TEST(Statements, HostileTextEnds) {
  EXPECT_EQ(said("sysctl -w a.b='"), "1 a.b=\n");
  EXPECT_EQ(said("echo 1 >"), "");
  EXPECT_EQ(said("<<<<<<>>>>&&&&||||((((;;;;"), "");
  EXPECT_EQ(said("cat <<EOF"), "");
  EXPECT_EQ(said(std::string(100'000, '{') + " sysctl -w a.b=1"), "") << "an odd command";
  EXPECT_EQ(said("echo $((((((((((((1 > /proc/sys/a/b"), "");
  EXPECT_EQ(said("echo `5 > /proc/sys/a/b"), "");
  std::string nested = "sysctl -w a.b=1";
  for (int i = 0; i < 12; ++i) nested = "sh -c \"" + nested + "\"";
  EXPECT_EQ(said(nested), "") << "quotes do not nest like that";
  EXPECT_EQ(said("echo \0 5 > /proc/sys/a/b"s).empty(), false);
}

}  // namespace
}  // namespace preflight::sysctl_writers
