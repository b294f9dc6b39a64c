// SPDX-License-Identifier: Apache-2.0
// A process may be called haproxy and have any binary behind it: what is executed must belong to root, all the way up.
#include "probes/haproxy/programs.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "probes/base/text.h"
#include "probes/haproxy/locate.h"
#include "probes/haproxy/trust.h"

namespace preflight::haproxy {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

constexpr auto kVersionTimeout = 10s;
constexpr auto kVerdictTimeout = 60s;

/// A path of another mount namespace may name another file here. systemd gives a service a namespace of its own for as
/// little as one BindReadOnlyPaths= (Debian's unit has one), and then nearly every path still names the same file.
Result<void> same_here(const HostView& host, const InstanceFacts& instance, const std::string& path,
                       const std::string& seen_from_there) {
  if (root_of(host, instance).empty()) return {};
  const auto here = host.status(path);
  if (!here) return tl::make_unexpected(here.error());
  const auto there = host.status(seen_from_there);
  if (!there) return tl::make_unexpected(there.error());
  if (here->same_file(*there)) return {};
  return fail(std::errc::operation_not_permitted, path,
              "is another file in the mount namespace of process " + std::to_string(instance.head()->pid) +
                  ", so it is not executed");
}

/// The program as the head process sees it.
std::string exe_of(const InstanceFacts& instance) {
  const auto* head = instance.head();
  return head == nullptr ? std::string() : "/proc/" + std::to_string(head->pid) + "/exe";
}

Result<void> may_execute(const HostView& host, const InstanceFacts& instance, const std::string& path) {
  if (host.kind() != HostKind::live) return tl::make_unexpected(offline_tree(path));
  if (auto same = same_here(host, instance, path, exe_of(instance)); !same) return same;
  return trusted_program(host, path);
}

/// Whose rights -c may run with.
struct RunAs {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

Result<RunAs> verdict_user(const HostView& host, const InstanceFacts& instance, std::uint32_t euid) {
  if (euid != 0) return RunAs{};  // we are nobody special, and stay so
  for (const auto& written : instance.command_line.configs) {
    const auto path = absolute_path(written, instance);
    const auto same = same_here(host, instance, path, config_root_of(host, instance) + path);
    if (!same) return tl::make_unexpected(same.error());
    const auto trusted = trusted_file(host, path);
    if (trusted) continue;
    const auto workers = instance.workers();
    if (!workers.empty() && workers.front()->uid != 0) return RunAs{workers.front()->uid, workers.front()->gid};
    return fail(std::errc::operation_not_permitted, trusted.error().object,
                trusted.error().reason + ": haproxy -c is not run on it as root");
  }
  return RunAs{};
}

/// Whether a refusal may come from a certificate, key or map that only root can read: haproxy says so in many words,
/// and not always with the kernel's.
bool may_lack_rights(const Verdict& verdict) {
  constexpr std::array kWords = {"denied"sv, "permitted"sv, "open"sv, "load"sv, "unable to"sv};
  return std::any_of(verdict.messages.begin(), verdict.messages.end(), [&](std::string_view line) {
    return std::any_of(kWords.begin(), kWords.end(), [&](auto word) { return line.find(word) != line.npos; });
  });
}

}  // namespace

EarlyRun start_early(const HostView& host) {
  EarlyRun early;
  EarlyRun none;
  early.path = packaged_program(host).value_or("");
  if (!early.path.empty()) early.run = start_version(host, InstanceFacts{}, early.path, none);
  return early;
}

PendingRun start_version(const HostView& host, const InstanceFacts& instance, const std::string& path,
                         EarlyRun& early) {
  if (auto allowed = may_execute(host, instance, path); !allowed) return tl::make_unexpected(allowed.error());
  if (early.run && early.path == path) return std::exchange(early.run, unread("haproxy -vv"));
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
                             std::uint32_t euid, const Environment& variables) {
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
  command.environment.insert(variables.begin(), variables.end());
  const auto& line = instance.command_line;
  // some sections are refused without it
  if (line.master_worker) command.arguments.emplace_back("-W");
  if (!line.directory.empty()) command.arguments.insert(command.arguments.end(), {"-C", line.directory});
  if (!line.local_peer.empty()) command.arguments.insert(command.arguments.end(), {"-L", line.local_peer});
  for (const auto& config : line.configs) {
    command.arguments.insert(command.arguments.end(), {"-f", absolute_path(config, instance)});
  }
  command.uid = user->uid;
  command.gid = user->gid;
  command.timeout = kVerdictTimeout;
  pending.uid = euid != 0 ? euid : user->uid;
  pending.in_our_stead = pending.uid != euid;
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
  const bool ordinary = pending.in_our_stead || (pending.uid != 0 && may_lack_rights(verdict));
  if (verdict.status != 0 && ordinary) {
    const std::string why = pending.in_our_stead ? " because others may write the configuration" : "";
    return fail(std::errc::permission_denied, verdict.command,
                "run as user " + std::to_string(pending.uid) + why + ", and refused: that user may lack rights");
  }
  return verdict;
}

}  // namespace preflight::haproxy
