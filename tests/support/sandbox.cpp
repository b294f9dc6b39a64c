// SPDX-License-Identifier: Apache-2.0
// unshare(1) makes the namespaces; the kernel ends every process of a pid namespace with its first.
#include "tests/support/sandbox.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <iterator>
#include <utility>

namespace preflight::test {
namespace {

constexpr const char* kUnshare = "/usr/bin/unshare";

constexpr const char* kPrelude = R"(
ip link set lo up
hostname lb07
mount -t tmpfs -o mode=755 tmpfs /etc/haproxy
cd "$DIR"
)";

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// In the child: only system calls until exec.
[[noreturn]] void execute(const std::array<const char*, 19>& argv, const std::array<const char*, 5>& environment,
                          const std::array<std::string, 2>& outputs) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
  for (int i = 0; i < 2; ++i) {
    const auto& path = outputs[static_cast<std::size_t>(i)];
    dup2(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), i + 1);
  }
  execve(kUnshare, const_cast<char* const*>(argv.data()), const_cast<char* const*>(environment.data()));
  _exit(127);
}

}  // namespace

std::string sandbox_missing() {
  if (geteuid() != 0) return "namespaces of its own need root";
  for (const char* program : {kUnshare, "/usr/sbin/haproxy", "/etc/haproxy"}) {
    if (access(program, F_OK) != 0) return std::string(program) + " is not here";
  }
  return {};
}

Sandbox::Sandbox(std::string program) : program_(std::move(program)) { chmod(directory_.path().c_str(), 0755); }

Finished Sandbox::run(const std::string& script) const {
  const Scratch outside;
  const std::array<std::string, 2> outputs = {outside.path() / "out", outside.path() / "err"};
  const std::string whole = kPrelude + script;
  const std::string program = "LBPREFLIGHT=" + program_;
  const std::string directory = "DIR=" + directory_.path().string();
  const std::array<const char*, 19> argv = {"unshare",
                                            "--mount",
                                            "--pid",
                                            "--net",
                                            "--uts",
                                            "--ipc",
                                            "--fork",
                                            "--kill-child",
                                            "--mount-proc",
                                            "--propagation",
                                            "private",
                                            "--",
                                            "/usr/bin/timeout",
                                            "120",
                                            "/bin/sh",
                                            "-uc",
                                            whole.c_str(),
                                            nullptr,
                                            nullptr};
  const std::array<const char*, 5> environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
                                                  program.c_str(), directory.c_str(), nullptr};
  const pid_t child = fork();
  if (child == 0) execute(argv, environment, outputs);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return {};
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, content_of(outputs[0]), content_of(outputs[1])};
}

std::string Sandbox::left(const std::string& name) const { return content_of(directory_.path() / name); }

}  // namespace preflight::test
