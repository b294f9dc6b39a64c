// SPDX-License-Identifier: Apache-2.0
// The real haproxy in a network namespace of its own.
#include "tests/support/real_haproxy.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

namespace preflight::test {
namespace {

constexpr const char* kProgram = "/usr/sbin/haproxy";

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// In the child, between fork and exec: only system calls.
void enter_private_network() {
  if (unshare(CLONE_NEWNET) != 0) _exit(126);
  const int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq loopback{};
  loopback.ifr_name[0] = 'l';
  loopback.ifr_name[1] = 'o';
  loopback.ifr_flags = IFF_UP;
  if (ioctl(probe, SIOCSIFFLAGS, &loopback) != 0) _exit(126);
}

pid_t spawn(const std::vector<std::string>& words, const std::string& log, std::optional<std::uint64_t> nofile) {
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t child = fork();
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  enter_private_network();
  if (nofile) {
    const rlimit limit{*nofile, *nofile};
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) _exit(126);
  }
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  dup2(out, 1);
  dup2(out, 2);
  // what the test was started with is not haproxy's: it would count as descriptors in use
  close_range(3, ~0U, 0);
  execv(kProgram, argv.data());
  _exit(127);
}

std::string ask(const std::string& path, const std::string& command) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
  std::string answer;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      write(fd, command.data(), command.size()) == static_cast<ssize_t>(command.size())) {
    char buffer[65536];
    for (ssize_t got = 0; (got = read(fd, buffer, sizeof(buffer))) > 0;)
      answer.append(buffer, static_cast<size_t>(got));
  }
  close(fd);
  return answer;
}

}  // namespace

std::string real_haproxy_missing() {
  if (access(kProgram, X_OK) != 0) return "haproxy is not installed";
  if (geteuid() != 0) return "a private network namespace needs root";
  return {};
}

RealHaproxy::RealHaproxy(const std::string& config, const std::vector<std::string>& arguments,
                         std::optional<std::uint64_t> nofile)
    : config_(config) {
  socket_ = (scratch_.path() / "stats.sock").string();
  replace_all(config_, "@SOCKET@", socket_);
  replace_all(config_, "@DIR@", scratch_.path().string());
  path_ = scratch_.file("haproxy.cfg", config_);
  std::vector<std::string> words = {kProgram, "-db"};
  for (std::string word : arguments) {
    replace_all(word, "@DIR@", scratch_.path().string());
    words.push_back(std::move(word));
  }
  words.insert(words.end(), {"-f", path_});
  pid_ = spawn(words, (scratch_.path() / "log").string(), nofile);
}

RealHaproxy::~RealHaproxy() {
  kill(pid_, SIGTERM);
  for (int i = 0; i < 200; ++i) {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::map<std::string, std::string> RealHaproxy::info() const {
  std::map<std::string, std::string> values;
  for (int i = 0; i < 500 && values.empty(); ++i) {
    std::istringstream lines(ask(socket_, "show info\n"));
    for (std::string line; std::getline(lines, line);) {
      const auto colon = line.find(": ");
      if (colon != std::string::npos) values[line.substr(0, colon)] = line.substr(colon + 2);
    }
    if (values.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return values;
}

std::string RealHaproxy::log() const {
  std::ifstream in(scratch_.path() / "log");
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace preflight::test
