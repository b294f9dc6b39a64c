// SPDX-License-Identifier: Apache-2.0
// A process may be called haproxy and have any binary behind it: what is executed must belong to root, all the way up.
#include "probes/haproxy/programs.h"

#include "probes/base/text.h"
#include "probes/haproxy/locate.h"
#include "probes/haproxy/trust.h"

namespace preflight::haproxy {
namespace {

using namespace std::chrono_literals;

constexpr auto kVersionTimeout = 10s;
constexpr auto kVerdictTimeout = 60s;

/// Ours, as far as it can be told: a path of another mount namespace names another file here.
Result<void> in_our_mount_namespace(const HostView& host, const InstanceFacts& instance) {
  const auto* head = instance.head();
  if (head == nullptr) return {};
  if (!head->mount_namespace) return tl::make_unexpected(head->mount_namespace.error());
  const auto ours = host.link("/proc/self/ns/mnt");
  if (!ours) return tl::make_unexpected(ours.error());
  if (*ours == *head->mount_namespace) return {};
  return fail(std::errc::operation_not_permitted, "process " + std::to_string(head->pid),
              "lives in another mount namespace, so its haproxy is not executed");
}

Result<void> may_execute(const HostView& host, const InstanceFacts& instance, const std::string& path) {
  if (host.kind() != HostKind::live) return fail(std::errc::not_supported, path, "not executed: offline tree");
  if (auto near = in_our_mount_namespace(host, instance); !near) return near;
  return trusted_program(host, path);
}

/// Whose rights -c may run with.
struct RunAs {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

Result<RunAs> verdict_user(const HostView& host, const InstanceFacts& instance, std::uint32_t euid) {
  if (euid != 0) return RunAs{};  // we are nobody special, and stay so
  for (const auto& path : instance.command_line.configs) {
    const auto trusted = trusted_file(host, absolute_path(path, instance));
    if (trusted) continue;
    const auto workers = instance.workers();
    if (!workers.empty() && workers.front()->uid != 0) return RunAs{workers.front()->uid, workers.front()->gid};
    return fail(std::errc::operation_not_permitted, trusted.error().object,
                trusted.error().reason + ": haproxy -c is not run on it as root");
  }
  return RunAs{};
}

}  // namespace

PendingRun start_version(const HostView& host, const InstanceFacts& instance, const std::string& path) {
  if (auto allowed = may_execute(host, instance, path); !allowed) return tl::make_unexpected(allowed.error());
  Command command;
  command.path = path;
  command.arguments = {"-vv"};
  command.timeout = kVersionTimeout;
  return host.start(command);
}

Result<BinaryFacts> finish_version(PendingRun pending, const std::string& path) {
  if (!pending) return tl::make_unexpected(pending.error());
  const auto output = (*pending)->finish();
  if (!output) return tl::make_unexpected(output.error());
  return parse_version_output(path, output->out);
}

PendingVerdict start_verdict(const HostView& host, const InstanceFacts& instance, const std::string& path,
                             std::uint32_t euid) {
  PendingVerdict pending;
  if (auto allowed = may_execute(host, instance, path); !allowed) {
    pending.run = tl::make_unexpected(allowed.error());
    return pending;
  }
  const auto user = verdict_user(host, instance, euid);
  if (!user) {
    pending.run = tl::make_unexpected(user.error());
    return pending;
  }
  Command command;
  command.path = path;
  command.arguments = {"-c"};
  for (const auto& config : instance.command_line.configs) {
    command.arguments.insert(command.arguments.end(), {"-f", absolute_path(config, instance)});
  }
  command.uid = user->uid;
  command.gid = user->gid;
  command.timeout = kVerdictTimeout;
  pending.command = command.text();
  pending.run = host.start(command);
  return pending;
}

Result<Verdict> finish_verdict(PendingVerdict pending) {
  if (!pending.run) return tl::make_unexpected(pending.run.error());
  const auto output = (*pending.run)->finish();
  if (!output) return tl::make_unexpected(output.error());
  if (output->signal != 0) {
    return fail(std::errc::io_error, pending.command, "ended by signal " + std::to_string(output->signal));
  }
  Verdict verdict{output->status, std::move(pending.command), {}};
  for_each_line(output->out, [&](std::string_view line) {
    if (!trim(line).empty()) verdict.messages.emplace_back(trim(line));
  });
  return verdict;
}

}  // namespace preflight::haproxy
