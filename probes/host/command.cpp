// SPDX-License-Identifier: Apache-2.0
// The only subprocesses of a scan, through Boost.Process; a pidfd tells the end of the program even when a grandchild
// keeps its output open.
#include "probes/host/command.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
#include <utility>

// Boost takes vfork(2) for gone where POSIX.1-2008 is asked for, which g++ does on Linux; it is there.
#define BOOST_POSIX_HAS_VFORK 1

#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/env.hpp>
#include <boost/process/environment.hpp>
#include <boost/process/error.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/extend.hpp>
#include <boost/process/io.hpp>
#include <boost/process/posix.hpp>

#include "probes/host/descriptor.h"

namespace preflight {
namespace {

namespace process = boost::process;
using Clock = std::chrono::steady_clock;

/// haproxy flushes its -vv in some fifty pieces. To be woken for each costs more than the reading, so the pipe is left
/// to fill and emptied at the end, or this often if that takes long.
constexpr std::chrono::milliseconds kTakeOutputEvery{5};

/// What happens between fork and exec. `limit_handles` is not used: it closes the child's own standard output and the
/// pipe that reports a failed exec (Boost 1.74 and 1.81), so a missing program would look like exit code 1.
struct Isolation : process::extend::handler {
  bool change_user = false;
  uid_t uid = 0;
  gid_t gid = 0;

  /// Only async-signal-safe calls: this is the child of a fork.
  template <typename Executor>
  void on_exec_setup(Executor& executor) const {
    ::setpgid(0, 0);
    const bool became = !change_user || (::setgroups(1, &gid) == 0 && ::setgid(gid) == 0 && ::setuid(uid) == 0);
    // After setuid, which clears it: a program must not outlive the one that would end it at its deadline.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const bool closed = ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
    // Executing a directory is refused with EACCES, which the parent is told through the same pipe as any other failure
    // of exec; Boost's own set_error writes there in two pieces that its reader may tear.
    if (!became || !closed) executor.exe = "/";
  }

  /// Boost leaves the child whose exec failed unreaped.
  template <typename Executor>
  void on_error(Executor& executor, const std::error_code& /*error*/) const {
    if (executor.pid > 0) ::waitpid(executor.pid, nullptr, 0);
  }
};

struct Pipe {
  Descriptor reading;
  Descriptor writing;
};

Result<Pipe> make_pipe(const std::string& object) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno(errno, object);
  Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  // Only our end: the program must find an ordinary blocking pipe.
  if (::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) return fail_errno(errno, object);
  return pipe;
}

Result<pid_t> spawn(const Command& command, int output) {
  process::environment environment;
  for (const auto& [name, value] : command.environment) environment[name] = value;
  environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
  environment["LC_ALL"] = "C";
  Isolation isolation;
  isolation.change_user = ::geteuid() == 0 && (command.uid != 0 || command.gid != 0);
  isolation.uid = command.uid;
  isolation.gid = command.gid;
  try {
    std::error_code error;
    process::child child(process::exe = command.path, process::args = command.arguments, environment,
                         process::std_in < process::null, process::posix::fd.bind(STDOUT_FILENO, output),
                         process::posix::fd.bind(STDERR_FILENO, output), process::posix::use_vfork, isolation, error);
    if (error) return fail_errno(error.value(), command.text());
    const pid_t pid = child.id();
    child.detach();
    return pid;
  } catch (const process::process_error& error) {
    return fail_errno(error.code().value(), command.text());
  }
}

class RunningCommand final : public PendingCommand {
 public:
  RunningCommand(const Command& command, pid_t pid, Descriptor output)
      : text_(command.text()),
        limit_(command.output_limit),
        timeout_(command.timeout),
        deadline_(Clock::now() + command.timeout),
        pid_(pid),
        output_(std::move(output)),
        process_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))),
        watch_error_(process_.number() < 0 ? errno : 0) {}
  RunningCommand(const RunningCommand&) = delete;
  RunningCommand& operator=(const RunningCommand&) = delete;
  ~RunningCommand() override {
    if (pid_ > 0) end();
  }

  Result<CommandOutput> finish() override {
    if (pid_ <= 0) return fail(std::errc::invalid_argument, text_, "its output was taken already");
    if (watch_error_ != 0) return fail_errno(watch_error_, text_);
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
      if (left <= 0) return timed_out();
      pollfd ended{process_.number(), POLLIN, 0};
      if (::poll(&ended, 1, static_cast<int>(std::min<std::int64_t>(left, kTakeOutputEvery.count()))) < 0) {
        if (errno == EINTR) continue;
        return fail_errno(errno, text_);
      }
      if (ended.revents != 0) return collected();
      drain();
    }
  }

 private:
  /// Takes what the pipe holds, at most one pipe's worth, so that an endless writer cannot keep us from the deadline.
  void drain() {
    std::array<char, 65536> buffer;
    const auto count = ::read(output_.number(), buffer.data(), buffer.size());
    if (count < 0) return;
    const auto room = std::min(limit_ - result_.out.size(), static_cast<std::size_t>(count));
    result_.out.append(buffer.data(), room);
    if (room < static_cast<std::size_t>(count)) result_.truncated = true;
  }

  Result<CommandOutput> collected() {
    drain();
    const int status = end();
    if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
    if (WIFEXITED(status)) result_.status = WEXITSTATUS(status);
    return std::move(result_);
  }

  Result<CommandOutput> timed_out() {
    end();
    return fail(std::errc::timed_out, text_, "did not end within " + std::to_string(timeout_.count()) + " ms");
  }

  /// Kills what is left of the group, then reaps: the group's number cannot be reused before that.
  int end() {
    int status = 0;
    ::kill(-pid_, SIGKILL);
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
    pid_ = -1;
    return status;
  }

  std::string text_;
  std::size_t limit_;
  std::chrono::milliseconds timeout_;
  Clock::time_point deadline_;
  pid_t pid_;
  Descriptor output_;
  Descriptor process_;
  int watch_error_;
  CommandOutput result_;
};

}  // namespace

std::string Command::text() const {
  std::string text = path;
  for (const auto& argument : arguments) text += ' ' + argument;
  return text;
}

Result<std::unique_ptr<PendingCommand>> start_command(const Command& command) {
  if (command.path.empty() || command.path.front() != '/')
    return fail(std::errc::invalid_argument, command.text(), "the path of the program is not absolute");
  auto pipe = make_pipe(command.text());
  if (!pipe) return tl::make_unexpected(pipe.error());
  const auto pid = spawn(command, pipe->writing.number());
  if (!pid) return tl::make_unexpected(pid.error());
  return std::make_unique<RunningCommand>(command, *pid, std::move(pipe->reading));
}

}  // namespace preflight
