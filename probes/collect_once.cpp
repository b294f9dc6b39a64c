// SPDX-License-Identifier: Apache-2.0
// One pass over the host: haproxy's own programs are started first, everything else is read while they run, and they
// are collected last.
#include "probes/collect_once.h"

#include <algorithm>
#include <memory>

#include "probes/base/text.h"
#include "probes/haproxy/locate.h"
#include "probes/haproxy/programs.h"
#include "probes/haproxy/read_config.h"
#include "probes/haproxy/resources.h"
#include "probes/host_facts.h"
#include "probes/linux/unit_name.h"
#include "probes/network.h"
#include "probes/selinux.h"

namespace preflight {
namespace {

using haproxy::InstanceFacts;

/// The programs of one instance, under way, and what was read of its configuration meanwhile.
struct Running {
  Result<std::string> path = unread("haproxy");
  haproxy::PendingRun version = unread("haproxy -vv");
  haproxy::PendingVerdict verdict;
  haproxy::Environment environment;
  Result<std::vector<haproxy::SourceFile>> files = unread("configuration");
};

/// Our own bounding set stands for the manager's: in a container both lack the same.
void read_manager(const HostView& host, const std::vector<InstanceFacts>& instances, HostFacts& facts) {
  if (facts.kind != HostKind::live || !facts.systemd || holds(facts.capabilities.bounding, kCapSysResource)) return;
  const bool stopped =
      std::any_of(instances.begin(), instances.end(), [](const auto& i) { return !i.running() && i.unit; });
  if (stopped) facts.manager_nofile = read_nofile(host, 1);
}

/// An instance that has a unit is called by its name.
void read_unit_limits(const HostView& host, std::vector<InstanceFacts>& instances) {
  for (auto& instance : instances) {
    const auto& name = instance.unit ? instance.unit->name : instance.name;
    const bool named = unit_name_kind(name).has_value();
    instance.unit_limit = named ? resolve_unit_limit(host, name)
                                : fail(std::errc::no_such_file_or_directory, instance.name, "has no unit");
  }
}

/// Instances that share a network namespace share its facts; ours needs no switching.
std::vector<NetworkFacts> networks_of(const HostView& host, std::vector<InstanceFacts>& instances) {
  const std::string ours = host.link("/proc/self/ns/net").value_or("");
  std::vector<NetworkFacts> networks;
  for (auto& instance : instances) {
    const auto* head = instance.head();
    const std::string id = head != nullptr && head->network_namespace ? *head->network_namespace : ours;
    const auto known = std::find_if(networks.begin(), networks.end(), [&](const auto& n) { return n.id == id; });
    if (known != networks.end()) {
      instance.netns = known->netns;
      continue;
    }
    instance.netns = id == ours ? Netns{} : Netns{head->pid};
    NetworkFacts network;
    network.netns = instance.netns;
    network.id = id;
    networks.push_back(std::move(network));
  }
  return networks;
}

Running start_programs(const HostView& host, const InstanceFacts& instance, haproxy::EarlyRun& early) {
  Running running;
  running.path = haproxy::program_of(host, instance);
  if (!running.path) {
    running.version = tl::make_unexpected(running.path.error());
    running.verdict.run = tl::make_unexpected(running.path.error());
    return running;
  }
  running.version = haproxy::start_version(host, instance, *running.path, early);
  return running;
}

Programs programs_of(const std::vector<InstanceFacts>& instances, const std::vector<Running>& programs) {
  Programs found;
  for (std::size_t i = 0; i < programs.size(); ++i) found.emplace(instances[i].name, programs[i].path);
  return found;
}

Result<std::vector<haproxy::SourceFile>> load_config(const HostView& host, const InstanceFacts& instance) {
  const std::string root = haproxy::config_root_of(host, instance);
  std::vector<std::string> paths;
  for (const auto& path : instance.command_line.configs) paths.push_back(root + absolute_path(path, instance));
  if (paths.empty()) return fail(std::errc::no_such_file_or_directory, "configuration", "the command line names none");
  auto files = haproxy::load_files(host, paths, "");
  if (!files) return files;
  for (auto& file : *files) file.path.erase(0, root.size());
  return files;
}

/// haproxy is told the variables that its files name, and those alone; so it starts once they are loaded.
void start_verdict(const HostView& host, const InstanceFacts& instance, std::uint32_t euid, Running& running) {
  if (!running.path) return;
  haproxy::Environment variables;
  if (running.files && !running.environment.empty()) {
    for (const auto& file : *running.files) {
      variables.merge(haproxy::named_variables(file.content, running.environment));
    }
  }
  running.verdict = haproxy::start_verdict(host, instance, *running.path, euid, variables);
}

/// What `.if` finds true depends on the binary, so this has to wait for its -vv; loading the files has not.
Result<haproxy::Config> parse_config(const InstanceFacts& instance, const std::string& host_name, Running& running) {
  if (!running.files) return tl::make_unexpected(running.files.error());
  haproxy::ReadContext context{.environment = std::move(running.environment),
                               .local_peer = instance.command_line.local_peer,
                               .host_name = host_name};
  if (instance.binary) context.binary = *instance.binary;
  return haproxy::parse_config(*running.files, context);
}

Result<haproxy::FileFacts> files_of(const HostView& host, const InstanceFacts& instance) {
  if (!instance.config) return tl::make_unexpected(instance.config.error());
  return haproxy::read_files(host, instance);
}

/// The configuration that a named one is to replace, as the running process was told to read it.
void read_replaced(const HostView& host, const InstanceFacts& instance, const std::string& host_name) {
  if (!instance.replaces) return;
  auto& running = *instance.replaces;
  running.binary = instance.binary;
  Running reading;
  reading.environment = haproxy::environment_of(host, running);
  reading.files = load_config(host, running);
  running.config = parse_config(running, host_name, reading);
}

std::vector<const InstanceFacts*> instances_in(const Facts& facts, const NetworkFacts& network) {
  std::vector<const InstanceFacts*> found;
  for (const auto& instance : facts.instances) {
    if (instance.netns == network.netns) found.push_back(&instance);
  }
  return found;
}

/// A named configuration that cannot be read ends the run before anything is judged.
Result<void> named_config_is_readable(const Facts& facts) {
  for (const auto& instance : facts.instances) {
    if (instance.source == haproxy::ConfigSource::named && !instance.config) {
      return tl::make_unexpected(instance.config.error());
    }
  }
  return {};
}

void read_sysctls_of_host(const HostView& host, const CollectRequest& request, Facts& facts) {
  std::vector<std::string_view> keys;
  for (const auto& key : request.sysctls) {
    if (key.rfind("net.", 0) != 0) keys.push_back(key);
  }
  facts.sysctls = read_sysctls(host, Netns{}, keys);
}

void read_boot(const HostView& host, const CollectRequest& request, Facts& facts) {
  if (request.needs.count(Need::boot) == 0) return;
  facts.sysctl_boot = read_sysctl_boot(host, request.sysctls);
  facts.sysctl_writers = read_sysctl_writers(host, request.sysctls, facts.sysctl_boot);
}

void read_resources(const HostView& host, const CollectRequest& request, Facts& facts) {
  const bool memory = request.needs.count(Need::memory) != 0;
  if (memory) facts.host.memory = read_memory(host);
  for (auto& instance : facts.instances) {
    if (memory) instance.memory_limit = haproxy::read_bound(host, instance, haproxy::Resource::memory);
    if (request.needs.count(Need::cpus) != 0) {
      instance.cpu_quota = haproxy::read_bound(host, instance, haproxy::Resource::cpu_time);
    }
  }
}

}  // namespace

Result<Facts> collect_once(const HostView& host, const CollectRequest& request,
                           const std::set<std::string>& as_stopped) {
  Facts facts;
  auto early = haproxy::start_early(host);
  facts.host = read_host(host);
  auto instances = haproxy::locate_instances(host, {request.configs, request.instance, as_stopped}, facts.blind_spots);
  if (!instances) return tl::make_unexpected(instances.error());
  facts.instances = std::move(*instances);
  read_manager(host, facts.instances, facts.host);
  if (request.needs.count(Need::pam_limits) != 0) facts.host.pam_nofile = read_pam_nofile(host);
  if (request.needs.count(Need::unit_boot) != 0) read_unit_limits(host, facts.instances);
  facts.networks = networks_of(host, facts.instances);

  std::vector<Running> programs;
  const bool verdict = request.needs.count(Need::verdict) != 0;
  for (const auto& instance : facts.instances) {
    programs.push_back(start_programs(host, instance, early));
  }
  for (std::size_t i = 0; i < programs.size(); ++i) {
    programs[i].files = load_config(host, facts.instances[i]);
    programs[i].environment = haproxy::environment_of(host, facts.instances[i]);
    if (verdict) start_verdict(host, facts.instances[i], facts.host.euid, programs[i]);
  }
  read_selinux(host, request, programs_of(facts.instances, programs), facts);
  read_sysctls_of_host(host, request, facts);
  read_boot(host, request, facts);
  read_resources(host, request, facts);
  for (auto& network : facts.networks) read_network(host, request, network);

  for (std::size_t i = 0; i < programs.size(); ++i) {
    auto& instance = facts.instances[i];
    instance.binary = haproxy::finish_version(std::move(programs[i].version), programs[i].path.value_or("haproxy"));
    instance.config = parse_config(instance, facts.host.name, programs[i]);
    programs[i].files = unread("configuration");
    if (request.needs.count(Need::paths) != 0) instance.files = files_of(host, instance);
    read_replaced(host, instance, facts.host.name);
  }
  if (const auto readable = named_config_is_readable(facts); !readable) return tl::make_unexpected(readable.error());
  for (auto& network : facts.networks) {
    const auto here = instances_in(facts, network);
    const bool running = std::any_of(here.begin(), here.end(), [](const auto* i) { return i->running(); });
    read_wanted(host, request, here, network);
    read_sample(host, request, running, network);
  }
  if (verdict) {
    for (std::size_t i = 0; i < programs.size(); ++i) {
      auto& instance = facts.instances[i];
      instance.verdict = haproxy::finish_verdict(std::move(programs[i].verdict));
      // haproxy refuses what it cannot open; as another user than its own that says nothing of the configuration.
      const bool barred = !instance.config && instance.config.error().code == std::errc::permission_denied;
      if (barred && instance.verdict) instance.verdict = tl::make_unexpected(instance.config.error());
    }
  }
  return facts;
}

}  // namespace preflight
