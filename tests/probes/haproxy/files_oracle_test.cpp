// SPDX-License-Identifier: Apache-2.0
// What the checks of files, sockets and pages take for granted, seen on the really started haproxy.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "probes/haproxy/read_config.h"
#include "tests/support/real_haproxy.h"

namespace preflight::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTimeouts = "  timeout client 5s\n  timeout connect 5s\n  timeout server 5s\n";

class FilesOracle : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto missing = real_haproxy_missing(); !missing.empty()) GTEST_SKIP() << missing;
  }
  [[nodiscard]] std::string at(const std::string& name) const { return (scratch_.path() / name).string(); }
  [[nodiscard]] std::string global(const std::string& lines = "") const {
    return "global\n  stats socket @SOCKET@ level admin\n" + lines;
  }

  Scratch scratch_;
};

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
  return address;
}

/// The status line of the answer to GET, over a unix socket.
std::string get(const std::string& path, const std::string& uri) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_of(path);
  const std::string request = "GET " + uri + " HTTP/1.0\r\n\r\n";
  std::string answer;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      write(fd, request.data(), request.size()) == static_cast<ssize_t>(request.size())) {
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = read(fd, buffer.data(), buffer.size())) > 0;)
      answer.append(buffer.data(), static_cast<std::size_t>(got));
  }
  close(fd);
  return answer.substr(0, answer.find("\r\n")).substr(0, 12);
}

struct Page {
  std::string name;
  std::string defaults;
  std::string lines;
  std::string answer;
  friend std::ostream& operator<<(std::ostream& out, const Page& page) { return out << page.name; }
};

class StatsPageOracle : public FilesOracle, public testing::WithParamInterface<Page> {};

TEST_P(StatsPageOracle, AnswersAsWeReadIt) {
  const auto& page = GetParam();
  const RealHaproxy haproxy(global() + "defaults\n  mode http\n" + kTimeouts + page.defaults + "listen l\n  bind " +
                                at("web.sock") + "\n" + page.lines,
                            {});
  ASSERT_FALSE(haproxy.info().empty()) << haproxy.log();
  const auto config = haproxy::parse_config({{haproxy.path(), haproxy.config()}}, {});
  const auto& read = config.proxies.front().stats_page;
  const std::string uri = read ? read->uri : "/haproxy?stats";
  EXPECT_EQ(get(at("web.sock"), uri), "HTTP/1.1 " + page.answer);
  EXPECT_EQ(read.has_value(), page.answer != "503") << "a page, unless nobody answers";
  EXPECT_EQ(read && (read->auth || config.proxies.front().access_rule), page.answer == "401" || page.answer == "403");
}

INSTANTIATE_TEST_SUITE_P(
    Pages, StatsPageOracle,
    testing::Values(Page{"enabled", "", "  stats enable\n", "200"}, Page{"by its uri", "", "  stats uri /s\n", "200"},
                    Page{"by its refresh", "", "  stats refresh 5s\n", "200"},
                    Page{"by hiding the version", "", "  stats hide-version\n", "200"},
                    Page{"with a password", "", "  stats auth a:b\n", "401"},
                    Page{"inherited", "  stats enable\n  stats auth a:b\n", "", "401"},
                    Page{"dropped by a line of its own", "  stats enable\n  stats auth a:b\n", "  stats refresh 5s\n",
                         "200"},
                    Page{"none", "", "", "503"},
                    Page{"behind a rule", "",
                         "  acl inside src 192.0.2.0/24\n  http-request deny if !inside\n"
                         "  stats enable\n",
                         "403"},
                    Page{"behind a rule of its own", "", "  stats enable\n  stats http-request deny\n", "403"}));

struct Mask {
  mode_t umask = 0;
  std::string option;
  mode_t mode = 0;
};

class SocketModeOracle : public FilesOracle, public testing::WithParamInterface<Mask> {};

TEST_P(SocketModeOracle, IsTheOptionOrLeftByTheUmask) {
  const mode_t before = umask(GetParam().umask);
  const RealHaproxy haproxy("global\n  stats socket @SOCKET@\n  stats socket " + at("other.sock") + GetParam().option +
                                "\nlisten l\n  bind " + at("web.sock") + "\n" + kTimeouts,
                            {});
  umask(before);
  ASSERT_FALSE(haproxy.info().empty()) << haproxy.log();
  struct stat status {};
  ASSERT_EQ(stat(at("other.sock").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, GetParam().mode);
}

INSTANTIATE_TEST_SUITE_P(Masks, SocketModeOracle,
                         testing::Values(Mask{0022, "", 0755}, Mask{0, "", 0777}, Mask{0077, " mode 660", 0660},
                                         Mask{0022, " mode 0", 0755}));

struct Refusal {
  std::string name;
  std::string line;  // of the global section
  std::string words;
  friend std::ostream& operator<<(std::ostream& out, const Refusal& refusal) { return out << refusal.name; }
};

class RefusalOracle : public FilesOracle, public testing::WithParamInterface<Refusal> {};

TEST_P(RefusalOracle, StopsTheStartAndNotTheCheck) {
  const std::string config =
      global("  " + GetParam().line + "\n") + "listen l\n  mode http\n  bind " + at("web.sock") + "\n" + kTimeouts;
  const RealHaproxy started(config, {});
  const RealHaproxy checked(config, {"-c"});
  const auto said = [&] { return started.log().find(GetParam().words) != std::string::npos; };
  for (int i = 0; i < 300 && !said(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_TRUE(said()) << started.log();
  for (int i = 0; i < 300 && checked.log().empty(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_NE(checked.log().find("Configuration file is valid"), std::string::npos) << checked.log();
}

INSTANTIATE_TEST_SUITE_P(Refusals, RefusalOracle,
                         testing::Values(Refusal{"a missing chroot", "chroot /nonexistent", "Cannot chroot"},
                                         Refusal{"a chroot that is a file", "chroot /etc/passwd", "Cannot chroot"},
                                         Refusal{"an unknown ring", "log ring@x local0", "uses unknown ring named 'x'"},
                                         Refusal{"a sink that is no ring", "log ring@stdout local0",
                                                 "incompatible ring 'stdout'"}));

/// A bound datagram socket: what a log daemon has.
class LogDaemon {
 public:
  explicit LogDaemon(const std::string& path) : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    const auto address = address_of(path);
    bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  }
  ~LogDaemon() { close(fd_); }
  LogDaemon(const LogDaemon&) = delete;
  LogDaemon& operator=(const LogDaemon&) = delete;

  /// What came within a second.
  [[nodiscard]] std::string received() const {
    std::array<char, 4096> buffer{};
    std::string text;
    for (int i = 0; i < 100; ++i) {
      const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
      if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
      if (text.find("GET /logged") != std::string::npos) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return text;
  }

 private:
  int fd_;
};

TEST_F(FilesOracle, LogSocketsAreLookedUpInsideTheChroot) {
  const std::string jail = at("jail");
  fs::create_directories(jail + scratch_.path().string());
  const LogDaemon outside(at("log"));
  const LogDaemon inside(jail + at("log"));
  const RealHaproxy haproxy(global("  chroot " + jail + "\n  log " + at("log") + " local0\n") +
                                "listen l\n  mode http\n  option httplog\n  log global\n  bind " + at("web.sock") +
                                "\n  http-request return status 200\n" + kTimeouts,
                            {});
  ASSERT_FALSE(haproxy.info().empty()) << haproxy.log();
  get(at("web.sock"), "/logged");
  EXPECT_NE(inside.received().find("GET /logged"), std::string::npos);
  EXPECT_EQ(outside.received().find("GET /logged"), std::string::npos);
}

TEST_F(FilesOracle, AMissingLogSocketIsNotCounted) {
  const RealHaproxy haproxy(global("  log " + at("none") + " local0\n") +
                                "listen l\n  mode http\n  option httplog\n  log global\n  bind " + at("web.sock") +
                                "\n  http-request return status 200\n" + kTimeouts,
                            {});
  ASSERT_FALSE(haproxy.info().empty()) << haproxy.log();
  for (int i = 0; i < 5; ++i) get(at("web.sock"), "/logged");
  EXPECT_EQ(haproxy.info()["DroppedLogs"], "0");
}

}  // namespace
}  // namespace preflight::test
