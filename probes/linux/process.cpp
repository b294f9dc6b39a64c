// SPDX-License-Identifier: Apache-2.0
// Reads /proc/PID (proc(5)). Every file there is a snapshot of its own, so the start time frames them all.
#include "probes/linux/process.h"

#include <cerrno>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "probes/base/text.h"

namespace preflight {
namespace {

constexpr std::int64_t kMostCpus = 65536;  // far beyond NR_CPUS of any kernel

std::string path_of(pid_t pid, std::string_view name) {
  return "/proc/" + std::to_string(pid) + "/" + std::string(name);
}

tl::unexpected<Error> unreadable(std::string object) {
  return fail(std::errc::bad_message, std::move(object), "not in the form proc(5) describes");
}

template <typename T>
std::optional<T> parse_number(std::string_view text, int base = 10) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

struct Stat {
  std::string command;
  pid_t parent = 0;
  std::int64_t threads = 0;
  std::uint64_t start_time = 0;
};

/// The name in parentheses is the process's own choice and may hold blanks and parentheses: only the last one ends it.
Result<Stat> read_stat(const HostView& host, pid_t pid) {
  const auto path = path_of(pid, "stat");
  const auto text = host.read(path);
  if (!text) return tl::make_unexpected(text.error());
  const auto open = text->find('(');
  const auto close = text->rfind(')');
  if (open == std::string::npos || close == std::string::npos || close < open) return unreadable(path);
  const auto fields = words(std::string_view(*text).substr(close + 1));  // the first is field 3 of proc(5)
  if (fields.size() < 20) return unreadable(path);
  const auto parent = parse_number<pid_t>(fields[1]);
  const auto threads = parse_number<std::int64_t>(fields[17]);
  const auto start = parse_number<std::uint64_t>(fields[19]);
  if (!parent || !threads || !start) return unreadable(path);
  return Stat{text->substr(open + 1, close - open - 1), *parent, *threads, *start};
}

/// The words after "Name:" in /proc/PID/status.
std::vector<std::string_view> status_line(std::string_view status, std::string_view name) {
  std::vector<std::string_view> found;
  for_each_line(status, [&](std::string_view line) {
    if (found.empty() && line.substr(0, name.size()) == name) found = words(line.substr(name.size()));
  });
  return found;
}

std::optional<std::uint64_t> capability_set(std::string_view status, std::string_view name) {
  const auto fields = status_line(status, name);
  return fields.empty() ? std::nullopt : parse_number<std::uint64_t>(fields[0], 16);
}

Result<Capabilities> capabilities_of(std::string_view status, const std::string& path) {
  const auto effective = capability_set(status, "CapEff:");
  const auto permitted = capability_set(status, "CapPrm:");
  const auto bounding = capability_set(status, "CapBnd:");
  if (!effective || !permitted || !bounding) return unreadable(path);
  return Capabilities{*effective, *permitted, *bounding};
}

/// "Uid:\treal\teffective\tsaved\tfilesystem".
Result<std::uint32_t> effective_id(std::string_view status, std::string_view name, const std::string& path) {
  const auto fields = status_line(status, name);
  const auto id = fields.size() < 2 ? std::nullopt : parse_number<std::uint32_t>(fields[1]);
  if (!id) return unreadable(path);
  return *id;
}

/// Since Linux 6.2 the size of the directory is the number of descriptors; before it is 0 and they must be listed.
Result<std::uint64_t> count_descriptors(const HostView& host, pid_t pid) {
  const auto path = path_of(pid, "fd");
  const auto status = host.status(path);
  if (status && status->size > 0) return status->size;
  const auto names = host.list(path);
  if (!names) return tl::make_unexpected(names.error());
  return names->size();
}

/// The strings of a file that ends each with a NUL byte.
std::vector<std::string> nul_terminated(std::string_view text) {
  std::vector<std::string> found;
  while (!text.empty()) {
    const auto end = text.find('\0');
    found.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return found;
}

Result<std::map<std::string, std::string, std::less<>>> read_environment(const HostView& host, pid_t pid) {
  const auto text = host.read(path_of(pid, "environ"));
  if (!text) return tl::make_unexpected(text.error());
  std::map<std::string, std::string, std::less<>> environment;
  for (const auto& entry : nul_terminated(*text)) {
    const auto equals = entry.find('=');
    // getenv(3) answers with the first of two entries.
    if (equals != std::string::npos) environment.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return environment;
}

/// "0-3,8": how many CPUs a list of them names.
std::optional<std::int64_t> count_cpus(std::string_view list) {
  std::int64_t count = 0;
  for (const auto range : split(list, ',')) {
    const auto dash = range.find('-');
    const auto first = parse_number<std::int64_t>(range.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_number<std::int64_t>(range.substr(dash + 1));
    if (!first || !last || *first < 0 || *last < *first || *last > kMostCpus) return std::nullopt;
    count += *last - *first + 1;
  }
  return count;
}

Result<std::int64_t> cpus_of(std::string_view status, const std::string& path) {
  const auto fields = status_line(status, "Cpus_allowed_list:");
  const auto count = fields.empty() ? std::nullopt : count_cpus(fields[0]);
  if (!count) return unreadable(path);
  return *count;
}

Result<void> read_status(const HostView& host, ProcessFacts& process) {
  const auto path = path_of(process.pid, "status");
  const auto text = host.read(path);
  if (!text) return tl::make_unexpected(text.error());
  const auto uid = effective_id(*text, "Uid:", path);
  if (!uid) return tl::make_unexpected(uid.error());
  const auto gid = effective_id(*text, "Gid:", path);
  if (!gid) return tl::make_unexpected(gid.error());
  process.uid = *uid;
  process.gid = *gid;
  process.capabilities = capabilities_of(*text, path);
  process.cpus = cpus_of(*text, path);
  return {};
}

/// What may be denied to us without making the process unknown.
void read_the_rest(const HostView& host, ProcessFacts& process) {
  const auto pid = process.pid;
  process.executable = host.link(path_of(pid, "exe"));
  process.working_directory = host.link(path_of(pid, "cwd"));
  process.nofile = read_nofile(host, pid);
  process.open_descriptors = count_descriptors(host, pid);
  process.network_namespace = host.link(path_of(pid, "ns/net"));
  process.mount_namespace = host.link(path_of(pid, "ns/mnt"));
  process.control_groups = host.read(path_of(pid, "cgroup"));
  process.unit = process.control_groups.map(unit_of_cgroup);
  process.environment = read_environment(host, pid);
}

tl::unexpected<Error> gone(pid_t pid) { return fail_errno(ESRCH, "process " + std::to_string(pid)); }

bool means_gone(const Error& error) {
  return error.code == std::errc::no_such_file_or_directory || error.code == std::errc::no_such_process;
}

template <typename T>
tl::unexpected<Error> gone_or(const Result<T>& failed, pid_t pid) {
  return means_gone(failed.error()) ? gone(pid) : tl::make_unexpected(failed.error());
}

}  // namespace

Result<std::vector<std::string>> read_arguments(const HostView& host, pid_t pid) {
  const auto command_line = host.read(path_of(pid, "cmdline"));
  if (!command_line) return gone_or(command_line, pid);
  return nul_terminated(*command_line);
}

Result<ProcessFacts> read_process(const HostView& host, pid_t pid) {
  auto before = read_stat(host, pid);
  if (!before) return gone_or(before, pid);
  ProcessFacts process;
  process.pid = pid;
  process.parent = before->parent;
  process.start_time = before->start_time;
  process.threads = before->threads;
  process.command = std::move(before->command);
  auto arguments = read_arguments(host, pid);
  if (!arguments) return tl::make_unexpected(arguments.error());
  process.arguments = *std::move(arguments);
  if (const auto status = read_status(host, process); !status) return gone_or(status, pid);
  read_the_rest(host, process);
  const auto after = read_stat(host, pid);
  if (!after) return gone_or(after, pid);
  if (after->start_time != process.start_time) return gone(pid);
  return process;
}

bool is_gone(const HostView& host, const ProcessFacts& process) {
  const auto now = read_stat(host, process.pid);
  return now ? now->start_time != process.start_time : means_gone(now.error());
}

Result<Limits> read_nofile(const HostView& host, pid_t pid) {
  const auto path = path_of(pid, "limits");
  const auto text = host.read(path);
  if (!text) return tl::make_unexpected(text.error());
  const auto fields = status_line(*text, "Max open files");
  const auto limit = [&](std::size_t i) -> std::optional<std::uint64_t> {
    if (i >= fields.size()) return std::nullopt;
    return fields[i] == "unlimited" ? kUnlimited : parse_number<std::uint64_t>(fields[i]);
  };
  if (!limit(0) || !limit(1)) return unreadable(path);
  return Limits{*limit(0), *limit(1)};
}

Result<Identity> read_identity(const HostView& host) {
  const std::string path = "/proc/self/status";
  const auto text = host.read(path);
  if (!text) return tl::make_unexpected(text.error());
  const auto uid = effective_id(*text, "Uid:", path);
  if (!uid) return tl::make_unexpected(uid.error());
  const auto capabilities = capabilities_of(*text, path);
  if (!capabilities) return tl::make_unexpected(capabilities.error());
  return Identity{*uid, *capabilities};
}

}  // namespace preflight
