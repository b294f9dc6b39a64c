// SPDX-License-Identifier: Apache-2.0
// fork(2) without exec: we have one thread. The answer comes through a pipe, which ends when the child does.
#include "remediations/host/own_child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>

#include "probes/base/text.h"
#include "probes/host/descriptor.h"
#include "probes/host/retry.h"

namespace preflight {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLongest = 4096;
constexpr char kBetween = '\0';

/// Three texts: code, object, reason; nothing for success.
std::string packed(const Result<void>& result) {
  if (result) return {};
  const auto& error = result.error();
  auto text = std::to_string(static_cast<int>(error.code)) + kBetween + error.object + kBetween + error.reason;
  text.resize(std::min(text.size(), kLongest));
  return text;
}

Result<void> unpacked(const std::string& text) {
  if (text.empty()) return {};
  const auto parts = split(text, kBetween);
  const auto code = parse_integer(parts[0]).value_or(EPROTO);
  const auto part = [&](std::size_t index) { return parts.size() > index ? std::string(parts[index]) : std::string(); };
  return fail(static_cast<std::errc>(code), part(1), part(2));
}

[[noreturn]] void be_child(int answer, const std::function<Result<void>()>& work) {
  ::setpgid(0, 0);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, standard);
  ::clearenv();
  std::string text;
  try {
    text = packed(work());
  } catch (const std::exception& bug) {
    text = packed(fail(std::errc::state_not_recoverable, "internal error, please report it", bug.what()));
  }
  if (text.empty()) ::_exit(EXIT_SUCCESS);
  const auto written = retried([&] { return ::write(answer, text.data(), text.size()); });
  ::_exit(written == static_cast<ssize_t>(text.size()) ? EXIT_SUCCESS : EXIT_FAILURE);
}

/// All that the child says until it ends; false: it did not end in time.
bool read_until(Clock::time_point deadline, int answer, std::string& text) {
  std::array<char, kLongest> piece{};
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd asked{.fd = answer, .events = POLLIN, .revents = 0};
    if (::poll(&asked, 1, static_cast<int>(left)) <= 0) continue;
    const auto count = retried([&] { return ::read(answer, piece.data(), piece.size()); });
    if (count <= 0) return true;
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
}

/// The signal that ended it; 0: it ended by itself, and well; -1: and not well.
int ended_by(pid_t child) {
  siginfo_t info{};
  if (retried([&] { return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED); }) != 0) return -1;
  if (info.si_code != CLD_EXITED) return info.si_status;
  return info.si_status == EXIT_SUCCESS ? 0 : -1;
}

}  // namespace

Result<void> in_child(const std::string& object, std::chrono::seconds deadline,
                      const std::function<Result<void>()>& work) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno(errno, object);
  const Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  const auto until = Clock::now() + deadline;
  const pid_t child = ::fork();
  if (child < 0) return fail_errno(errno, object);
  if (child == 0) be_child(writing.number(), work);
  writing = Descriptor();
  std::string text;
  const bool in_time = read_until(until, reading.number(), text);
  if (!in_time && ::kill(-child, SIGKILL) != 0) (void)::kill(child, SIGKILL);
  const int signal = ended_by(child);
  if (!in_time)
    return fail(std::errc::timed_out, object, "was not done in " + std::to_string(deadline.count()) + " seconds");
  if (signal != 0) {
    return fail(std::errc::interrupted, object,
                signal < 0 ? "ended without an answer" : "was ended by signal " + std::to_string(signal));
  }
  return unpacked(text);
}

}  // namespace preflight
