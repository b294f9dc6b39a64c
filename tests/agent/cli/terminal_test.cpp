// SPDX-License-Identifier: Apache-2.0
// Writing to what a shell may hand over: a pipe nobody reads, a full disk, a closed or a slow descriptor.
#include "agent/cli/terminal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "agent/log.h"

namespace preflight::cli {
namespace {

/// Puts a descriptor in the place of stdout or stderr and the old one back.
class Redirected {
 public:
  Redirected(Stream stream, int fd) : at_(static_cast<int>(stream)), kept_(dup(at_)) {
    if (fd < 0) {
      close(at_);
    } else {
      dup2(fd, at_);
    }
  }
  ~Redirected() {
    dup2(kept_, at_);
    close(kept_);
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;

 private:
  int at_;
  int kept_;
};

std::string read_all(int fd) {
  std::string text;
  char chunk[4096];
  for (ssize_t got = 0; (got = read(fd, chunk, sizeof chunk)) > 0;) text.append(chunk, static_cast<std::size_t>(got));
  return text;
}

TEST(Terminal, EveryByteArrivesThroughASlowNonBlockingPipe) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  ASSERT_EQ(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
  const std::string sent(1'000'000, 'x');
  std::string received;
  std::thread reader([&] { received = read_all(ends[0]); });
  {
    const Redirected output(Stream::output, ends[1]);
    close(ends[1]);
    EXPECT_TRUE(write_all(Stream::output, sent).has_value());
  }
  reader.join();
  close(ends[0]);
  EXPECT_EQ(received, sent);
}

TEST(Terminal, AReaderThatLeftIsNoError) {
  prepare_streams();
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  close(ends[0]);
  const Redirected output(Stream::output, ends[1]);
  close(ends[1]);
  EXPECT_TRUE(write_all(Stream::output, "nobody reads this").has_value());
}

TEST(Terminal, AFullDiskIsAnError) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  if (full < 0) GTEST_SKIP() << "there is no /dev/full";
  const Redirected output(Stream::output, full);
  close(full);
  const auto written = write_all(Stream::output, "x");
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, std::errc::no_space_on_device);
  EXPECT_EQ(written.error().object, "standard output");
}

TEST(Terminal, AClosedStreamStaysAnErrorAndNoFileTakesItsNumber) {
  const Redirected output(Stream::output, -1);
  prepare_streams();
  const int opened = open("/dev/null", O_WRONLY | O_CLOEXEC);
  EXPECT_GT(opened, 2);
  close(opened);
  EXPECT_FALSE(write_all(Stream::output, "x").has_value());
}

TEST(Terminal, ColourIsWantedOnATerminalOnly) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const Redirected output(Stream::output, ends[1]);
  close(ends[0]);
  close(ends[1]);
  EXPECT_FALSE(wants_color(Color::automatic, Stream::output));
  EXPECT_TRUE(wants_color(Color::always, Stream::output));
}

TEST(Terminal, OnATerminalTheEnvironmentDecides) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) GTEST_SKIP() << "no pseudo-terminals here";
  const int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
  ASSERT_GE(slave, 0);
  const Redirected output(Stream::output, slave);
  close(slave);
  unsetenv("NO_COLOR");
  setenv("TERM", "xterm", 1);
  EXPECT_TRUE(wants_color(Color::automatic, Stream::output));
  EXPECT_FALSE(wants_color(Color::never, Stream::output));
  setenv("TERM", "dumb", 1);
  EXPECT_FALSE(wants_color(Color::automatic, Stream::output));
  setenv("TERM", "xterm", 1);
  setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(wants_color(Color::automatic, Stream::output));
  setenv("NO_COLOR", "", 1);
  EXPECT_TRUE(wants_color(Color::automatic, Stream::output));
  unsetenv("NO_COLOR");
  close(master);
}

TEST(Terminal, TheJournalIsKnownByDeviceAndInode) {
  struct stat status {};
  ASSERT_EQ(fstat(2, &status), 0);
  const auto own = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  setenv("JOURNAL_STREAM", own.c_str(), 1);
  EXPECT_TRUE(is_journal(Stream::error));
  setenv("JOURNAL_STREAM", (own + "0").c_str(), 1);
  EXPECT_FALSE(is_journal(Stream::error));
  unsetenv("JOURNAL_STREAM");
  EXPECT_FALSE(is_journal(Stream::error));
}

/// What `speak` leaves on stderr.
template <typename F>
std::string said(F speak) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return "no pipe";
  {
    const Redirected messages(Stream::error, ends[1]);
    close(ends[1]);
    speak();
  }
  auto text = read_all(ends[0]);
  close(ends[0]);
  return text;
}

TEST(Log, OneEscapedLineEachFromTheWantedLevelOn) {
  const auto speak = [] {
    log::debug("read in 3 ms");
    log::warning("waiver expired: \x1b[31m\nforged: {}");
    log::error("disk full");
  };
  log::show_from(log::Level::warning);
  EXPECT_EQ(said(speak),
            "lbpreflight: warning: waiver expired: \\x1B[31m\\x0Aforged: {}\nlbpreflight: error: disk full\n");
  log::show_from(log::Level::error);
  EXPECT_EQ(said(speak), "lbpreflight: error: disk full\n");
  log::show_from(log::Level::debug);
  EXPECT_EQ(said(speak).rfind("lbpreflight: read in 3 ms\n", 0), 0U);
}

TEST(Log, TheJournalGetsPriorities) {
  const auto speak = [] {
    struct stat status {};
    fstat(2, &status);
    setenv("JOURNAL_STREAM", (std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino)).c_str(), 1);
    log::show_from(log::Level::debug);
    log::debug("a");
    log::warning("b");
    log::error("c");
    unsetenv("JOURNAL_STREAM");
  };
  EXPECT_EQ(said(speak), "<7>a\n<4>b\n<3>c\n");
}

}  // namespace
}  // namespace preflight::cli
