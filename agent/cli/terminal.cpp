// SPDX-License-Identifier: Apache-2.0
// write(2) may take less than it was given, be interrupted, or find that nobody reads any more.
#include "agent/cli/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "probes/base/text.h"
#include "probes/host/retry.h"

namespace preflight::cli {
namespace {

int descriptor(Stream stream) { return static_cast<int>(stream); }

std::string name(Stream stream) { return stream == Stream::output ? "standard output" : "standard error"; }

bool is_set(const char* variable) {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

/// EAGAIN on a descriptor somebody else made non-blocking (a shared terminal, a pipe of node.js): wait for room.
void wait_for_room(int fd) {
  pollfd room{fd, POLLOUT, 0};
  (void)poll(&room, 1, -1);
}

/// Every byte; the error is an errno value.
int write_bytes(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = retried([&] { return write(fd, bytes.data(), bytes.size()); });
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      wait_for_room(fd);
    } else {
      return errno;
    }
  }
  return 0;
}

}  // namespace

void prepare_streams() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // open(2) takes the lowest free number: this one. The wrong direction keeps the error visible to who uses it.
    (void)open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
  }
  // A handler, not SIG_IGN: children would inherit an ignored signal through execve(2).
  struct sigaction quiet {};
  quiet.sa_handler = [](int) {};
  quiet.sa_flags = SA_RESTART;
  (void)sigaction(SIGPIPE, &quiet, nullptr);
}

Result<void> write_all(Stream stream, std::string_view bytes) {
  const int error = write_bytes(descriptor(stream), bytes);
  if (error == 0 || error == EPIPE) return {};
  return fail_errno(error, name(stream));
}

Result<void> create_file(const std::string& path, std::string_view bytes) {
  constexpr mode_t kOwnerOnly = 0600;
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kOwnerOnly);
  if (fd < 0) return fail_errno(errno, path);
  int error = write_bytes(fd, bytes);
  if (error == 0 && fsync(fd) != 0 && errno != EINVAL) error = errno;
  if (close(fd) != 0 && error == 0) error = errno;
  if (error == 0) return {};
  (void)unlink(path.c_str());
  return fail_errno(error, path);
}

bool wants_color(Color wish, Stream stream) {
  if (wish != Color::automatic) return wish == Color::always;
  const char* const term = std::getenv("TERM");
  return isatty(descriptor(stream)) == 1 && term != nullptr && std::string_view(term) != "dumb" && !is_set("NO_COLOR");
}

bool can_ask() { return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1; }

bool ask(std::string_view question) {
  if (!write_all(Stream::output, question)) return false;
  constexpr std::size_t kLongest = 80;
  std::string answer;
  char c = 0;
  while (answer.size() < kLongest && read(STDIN_FILENO, &c, 1) == 1 && c != '\n') answer += c;
  const auto word = lowercase(trim(answer));
  return word == "y" || word == "yes";
}

bool is_journal(Stream stream) {
  const char* const journal = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (journal == nullptr || fstat(descriptor(stream), &status) != 0) return false;
  return std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino) == journal;
}

}  // namespace preflight::cli
