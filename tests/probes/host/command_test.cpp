// SPDX-License-Identifier: Apache-2.0
// A program started by a scan sees nothing of ours, cannot outstay its deadline, and its failures keep their names.
#include "probes/host/command.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scratch.h"

namespace preflight {
namespace {

using namespace std::chrono_literals;

Command program(std::string path) { return Command{.path = std::move(path), .arguments = {}}; }

Command shell(std::string script) { return Command{.path = "/bin/sh", .arguments = {"-c", std::move(script)}}; }

Result<CommandOutput> run(const Command& command) {
  auto pending = start_command(command);
  if (!pending) return tl::make_unexpected(pending.error());
  return (*pending)->finish();
}

bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD; }

TEST(Command, TextIsWhatAPersonWouldType) {
  EXPECT_EQ((Command{.path = "/usr/sbin/haproxy", .arguments = {"-c", "-f", "/a.cfg"}}.text()),
            "/usr/sbin/haproxy -c -f /a.cfg");
}

TEST(Command, KeepsOutputAndErrorsInTheOrderWritten) {
  const auto output = run(shell("echo one; echo two >&2; echo three; exit 7"));
  ASSERT_TRUE(output) << describe(output.error());
  EXPECT_EQ(output->out, "one\ntwo\nthree\n");
  EXPECT_EQ(output->status, 7);
  EXPECT_EQ(output->signal, 0);
  EXPECT_FALSE(output->truncated);
}

TEST(Command, ChildHoldsThreeDescriptorsOnly) {
  const int inherited = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC, as a careless library would
  ASSERT_GT(inherited, 2);
  auto command = program("/bin/readlink");  // reads without opening, and is silent on what does not exist
  for (int i = 0; i < 256; ++i) command.arguments.push_back("/proc/self/fd/" + std::to_string(i));
  const auto output = run(command);
  ::close(inherited);
  ASSERT_TRUE(output) << describe(output.error());
  EXPECT_THAT(output->out, ::testing::MatchesRegex("/dev/null\npipe:[^\n]*\npipe:[^\n]*\n"));
}

TEST(Command, EnvironmentIsReplaced) {
  ::setenv("LD_PRELOAD_OF_A_STRANGER", "x", 1);
  const auto output = run(program("/usr/bin/env"));
  ASSERT_TRUE(output) << describe(output.error());
  EXPECT_THAT(output->out, ::testing::AnyOf("PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLC_ALL=C\n",
                                            "LC_ALL=C\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n"));
}

TEST(Command, ArgumentsAreNotReadByAShell) {
  const auto output = run(Command{.path = "/bin/echo", .arguments = {"$HOME", "a b", "\"q\"", "; id", ""}});
  ASSERT_TRUE(output);
  EXPECT_EQ(output->out, "$HOME a b \"q\" ; id \n");
}

TEST(Command, RunsInAGroupOfItsOwn) {
  const auto output = run(shell("ps -o pgid= -p $$ 2>/dev/null || cut -d' ' -f5 /proc/$$/stat; echo $$"));
  ASSERT_TRUE(output);
  std::istringstream words(output->out);
  long group = 0;
  long pid = 0;
  words >> group >> pid;
  EXPECT_EQ(group, pid);
  EXPECT_NE(group, ::getpgrp());
}

TEST(Command, MissingProgramIsEnoentOfStartAndLeavesNoChild) {
  const auto started = start_command(program("/nonexistent/haproxy"));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, std::errc::no_such_file_or_directory);
  EXPECT_EQ(started.error().object, "/nonexistent/haproxy");
  EXPECT_FALSE(has_children());
}

TEST(Command, ProgramWithoutExecuteBitIsEacces) {
  const test::Scratch scratch;
  const auto path = scratch.file("haproxy", "#!/bin/sh\n");
  const auto started = start_command(program(path));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, std::errc::permission_denied);
}

TEST(Command, RelativePathIsRefused) {
  const auto started = start_command(program("sh"));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, std::errc::invalid_argument);
}

TEST(Command, DeadlineEndsTheWholeGroup) {
  const test::Scratch scratch;
  const auto file = (scratch.path() / "grandchild").string();
  auto command = shell("sh -c 'echo $$ > " + file + "; exec sleep 60' & wait");
  command.timeout = 300ms;
  const auto before = std::chrono::steady_clock::now();
  const auto output = run(command);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, std::errc::timed_out);
  EXPECT_THAT(output.error().object, ::testing::StartsWith("/bin/sh -c"));
  EXPECT_LT(std::chrono::steady_clock::now() - before, 10s);
  std::ifstream in(file);
  pid_t grandchild = 0;
  ASSERT_TRUE(in >> grandchild);
  bool gone = false;
  for (int i = 0; i < 100 && !gone; ++i) {
    std::ifstream stat("/proc/" + std::to_string(grandchild) + "/stat");
    std::string pid;
    std::string name;
    std::string state = "X";
    stat >> pid >> name >> state;
    gone = state == "X" || state == "Z";
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_TRUE(gone) << "a grandchild outlived the deadline";
}

TEST(Command, OutputEndsWithTheProgramNotWithItsGrandchildren) {
  auto command = shell("sleep 30 & echo done");
  command.timeout = 10s;
  const auto before = std::chrono::steady_clock::now();
  const auto output = run(command);
  ASSERT_TRUE(output) << describe(output.error());
  EXPECT_EQ(output->out, "done\n");
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
}

TEST(Command, OutputBeyondTheLimitIsReadAndThrownAway) {
  auto command = shell("head -c 3000000 /dev/zero | tr '\\0' x; echo end");
  command.output_limit = 1000;
  const auto output = run(command);
  ASSERT_TRUE(output) << describe(output.error());
  EXPECT_EQ(output->out, std::string(1000, 'x'));
  EXPECT_TRUE(output->truncated);
  EXPECT_EQ(output->status, 0) << "the writer must not be blocked or get SIGPIPE";
}

TEST(Command, OutputOfExactlyTheLimitIsWhole) {
  auto command = shell("printf 12345");
  command.output_limit = 5;
  const auto output = run(command);
  ASSERT_TRUE(output);
  EXPECT_EQ(output->out, "12345");
  EXPECT_FALSE(output->truncated);
}

TEST(Command, EndlessWriterMeetsItsDeadline) {
  auto command = program("/usr/bin/yes");
  command.timeout = 300ms;
  const auto output = run(command);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, std::errc::timed_out);
}

TEST(Command, ProgramThatClosesItsOutputIsWaitedFor) {
  const auto output = run(shell("exec >&- 2>&-; sleep 0.2; exit 3"));
  ASSERT_TRUE(output) << describe(output.error());
  EXPECT_EQ(output->status, 3);
}

TEST(Command, SignalIsToldApartFromAnExitCode) {
  const auto output = run(shell("kill -SEGV $$"));
  ASSERT_TRUE(output);
  EXPECT_EQ(output->signal, SIGSEGV);
}

TEST(Command, StartDoesNotWait) {
  const auto before = std::chrono::steady_clock::now();
  auto pending = start_command(shell("sleep 30"));
  ASSERT_TRUE(pending);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
  pending->reset();
  EXPECT_FALSE(has_children()) << "an unfinished command is killed and reaped";
}

TEST(Command, FinishIsForOnce) {
  auto pending = start_command(shell("true"));
  ASSERT_TRUE(pending);
  ASSERT_TRUE((*pending)->finish());
  EXPECT_FALSE((*pending)->finish());
}

TEST(Command, RunsAsTheGivenUserWithoutOtherGroups) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  auto command = shell("grep -E '^(Uid|Gid|Groups|CapEff)' /proc/self/status");
  command.uid = 65534;
  command.gid = 65534;
  const auto output = run(command);
  ASSERT_TRUE(output) << describe(output.error());
  EXPECT_EQ(output->out,
            "Uid:\t65534\t65534\t65534\t65534\nGid:\t65534\t65534\t65534\t65534\nGroups:\t65534 \n"
            "CapEff:\t0000000000000000\n");
}

TEST(Command, ProgramTheUserMayNotReachIsEacces) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  const test::Scratch scratch;
  const auto path = scratch.file("closed/haproxy", "#!/bin/sh\n");
  ::chmod(path.c_str(), 0755);
  ::chmod((scratch.path() / "closed").c_str(), 0700);
  auto command = program(path);
  EXPECT_TRUE(start_command(command));
  command.uid = 65534;
  command.gid = 65534;
  const auto started = start_command(command);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, std::errc::permission_denied);
}

}  // namespace
}  // namespace preflight
