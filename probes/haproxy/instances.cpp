// SPDX-License-Identifier: Apache-2.0
// Tells masters, workers and draining old workers apart. haproxy starts every new process with "-sf" and the pids that
// shall finish: the one list that all versions keep, seen in /proc/PID/cmdline of the workers (2.4 to 3.0 and
// standalone processes are started with it, since 3.1 workers are forked from a master that was).
#include "probes/haproxy/instances.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

namespace preflight::haproxy {
namespace {

struct Candidate {
  ProcessFacts process;
  CommandLine command_line;
  const Candidate* master = nullptr;     // its parent, when that is haproxy too
  const Candidate* successor = nullptr;  // a younger process that told it to finish
  bool has_workers = false;
};

using Candidates = std::map<pid_t, Candidate>;

/// A zombie has no words.
CommandLine line_of(const std::vector<std::string>& words) {
  return words.empty() ? CommandLine{} : parse_command_line({words.begin() + 1, words.end()});
}

bool serves(const CommandLine& line) { return !line.configs.empty() && !line.check_only; }

Candidates read_candidates(const HostView& host, std::vector<Error>& blind_spots) {
  Candidates found;
  const auto pids = find_processes(host, "haproxy");
  if (!pids) {
    blind_spots.push_back(pids.error());
    return found;
  }
  for (const auto pid : *pids) {
    // most of what is passed over here is the `haproxy -vv` we are waiting for
    if (const auto words = read_arguments(host, pid); words && !serves(line_of(*words))) continue;
    auto process = read_process(host, pid);
    if (!process) {
      if (process.error().code != std::errc::no_such_process) blind_spots.push_back(process.error());
      continue;
    }
    auto line = line_of(process->arguments);
    if (serves(line)) found.emplace(pid, Candidate{std::move(*process), std::move(line)});
  }
  return found;
}

bool younger(const ProcessFacts& a, const ProcessFacts& b) {
  return std::tie(a.start_time, a.pid) > std::tie(b.start_time, b.pid);
}

void find_masters(Candidates& candidates) {
  for (auto& [pid, candidate] : candidates) {
    const auto parent = candidates.find(candidate.process.parent);
    // A parent is always older; a number read too late may be anybody's.
    if (parent == candidates.end() || !younger(candidate.process, parent->second.process)) continue;
    candidate.master = &parent->second;
    parent->second.has_workers = true;
  }
}

/// A pid in the list may have died and be another process's now, and any user may write any list: the one named must be
/// older, of the same master, and one that the process may signal.
bool may_succeed(const Candidate& next, const Candidate& old) {
  const bool may_signal = next.process.uid == 0 || next.process.uid == old.process.uid;
  return next.master == old.master && may_signal && younger(next.process, old.process);
}

/// A worker whose successor failed to start or died is not old: it still serves. So only living processes are asked.
void find_successors(Candidates& candidates) {
  for (const auto& [pid, next] : candidates) {
    if (next.has_workers) continue;  // since 3.1 a master carries the list too; its worker repeats it
    for (const auto named : next.command_line.old_workers) {
      const auto old = candidates.find(static_cast<pid_t>(named));
      if (old == candidates.end() || old->second.has_workers || !may_succeed(next, old->second)) continue;
      auto& successor = old->second.successor;
      if (successor == nullptr || younger(next.process, successor->process)) successor = &next;
    }
  }
}

/// The process that stands for the whole instance.
const Candidate& head_of(const Candidate& candidate) {
  const auto* at = &candidate;
  for (;;) {
    const auto* const next = at->master != nullptr ? at->master : at->successor;
    if (next == nullptr) return *at;
    at = next;
  }
}

/// `master-worker` in the configuration leaves no trace in argv, but a master executes itself again and finds
/// HAPROXY_MWORKER in its environment.
bool is_master(const Candidate& candidate) {
  if (candidate.has_workers || candidate.command_line.master_worker) return true;
  const auto& environment = candidate.process.environment;
  return environment && environment->count("HAPROXY_MWORKER") != 0;
}

Role role_of(const Candidate& candidate) {
  if (candidate.successor != nullptr) return Role::old_worker;
  if (candidate.master != nullptr) return Role::worker;
  return is_master(candidate) ? Role::master : Role::standalone;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// haproxy changes to the directory of -C before it reads -f; both may be relative.
std::string absolute_config(const Candidate& head) {
  std::string path;
  const auto enter = [&](const std::string& next) {
    if (next.empty()) return;
    path = next.front() == '/' ? next : path + (ends_with(path, "/") ? "" : "/") + next;
  };
  enter(head.process.working_directory.value_or(""));
  if (path.empty() && head.command_line.directory.empty()) return head.command_line.configs.front();
  enter(head.command_line.directory);
  enter(head.command_line.configs.front());
  return path;
}

InstanceFacts instance_of(const Candidate& head) {
  InstanceFacts instance;
  const auto unit = head.process.unit.value_or("");
  instance.name = is_service_of_its_own(unit) ? unit : absolute_config(head);
  instance.source = ConfigSource::running;
  instance.command_line = head.command_line;
  instance.netns = Netns{head.process.pid};
  return instance;
}

std::vector<const ProcessFacts*> with_role(const InstanceFacts& instance, Role a, Role b) {
  std::vector<const ProcessFacts*> found;
  for (const auto& process : instance.processes)
    if (process.role == a || process.role == b) found.push_back(&process.process);
  return found;
}

}  // namespace

bool is_service_of_its_own(std::string_view unit) {
  return ends_with(unit, ".service") && unit.substr(0, 5) != "user@";
}

const ProcessFacts* InstanceFacts::head() const {
  const auto found = with_role(*this, Role::master, Role::standalone);
  return found.empty() ? nullptr : found.front();
}

std::vector<const ProcessFacts*> InstanceFacts::workers() const {
  return with_role(*this, Role::worker, Role::standalone);
}

std::vector<const ProcessFacts*> InstanceFacts::old_workers() const {
  return with_role(*this, Role::old_worker, Role::old_worker);
}

std::vector<InstanceFacts> find_running(const HostView& host, std::vector<Error>& blind_spots) {
  auto candidates = read_candidates(host, blind_spots);
  find_masters(candidates);
  find_successors(candidates);
  std::map<pid_t, InstanceFacts> by_head;
  for (auto& [pid, candidate] : candidates) {
    const auto& head = head_of(candidate);
    auto& instance = by_head.try_emplace(head.process.pid).first->second;
    if (instance.name.empty()) instance = instance_of(head);
    instance.processes.push_back({role_of(candidate), candidate.process});
  }
  std::vector<InstanceFacts> found;
  for (auto& [pid, instance] : by_head) {
    std::stable_sort(instance.processes.begin(), instance.processes.end(),
                     [](const auto& a, const auto& b) { return a.role < b.role; });
    found.push_back(std::move(instance));
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return found;
}

std::set<std::string> names_of_gone(const HostView& host, const std::vector<InstanceFacts>& instances) {
  std::set<std::string> names;
  for (const auto& one : instances) {
    if (one.running() && is_gone(host, *one.head())) names.insert(one.name);
  }
  return names;
}

}  // namespace preflight::haproxy
