// SPDX-License-Identifier: Apache-2.0
// The larger values of a bundle; what earlier versions did not ask for may be missing.
#include "probes/host/bundle_place.h"
#include "probes/host/bundle_words.h"

namespace preflight::bundle {

void read(const Place& at, IpAddress& out) {
  std::string text;
  read(at, text);
  const auto address = parse_ip(text);
  if (!address) return at.wrong("is not an address");
  out = *address;
}

void read(const Place& at, SocketEntry& out) {
  unsigned state = 0;
  read(at["protocol"], kProtocolWords, out.protocol);
  read(at["state"], state);
  read(at["local"], out.local);
  read(at["local_port"], out.local_port);
  read(at["remote"], out.remote);
  read(at["remote_port"], out.remote_port);
  read(at["interface"], out.interface);
  read(at["v6only"], out.v6only);
  read(at["inode"], out.inode);
  read(at["uid"], out.uid);
  read(at["queue"], out.queue);
  read(at["queue_limit"], out.queue_limit);
  if (at.has("drops")) read(at["drops"], out.drops.emplace());
  if (state < 1 || state > static_cast<unsigned>(SocketState::new_syn_recv)) at["state"].wrong("is not a state");
  out.state = static_cast<SocketState>(state);
}

void read(const Place& at, SocketOwner& out) {
  read(at["inode"], out.inode);
  read(at["pid"], out.pid);
  read(at["command"], out.command);
  read(at["unit"], out.unit);
}

static void read(const Place& at, EnvironmentFile& out) {
  read(at["path"], out.path);
  read(at["optional"], out.optional);
}

static void read(const Place& at, BindPath& out) {
  read(at["source"], out.source);
  read(at["destination"], out.destination);
  read(at["optional"], out.optional);
}

void read(const Place& at, UnitProperties& out) {
  read(at["name"], out.name);
  read(at["load_state"], out.load_state);
  read(at["active_state"], out.active_state);
  read(at["unit_file_state"], out.unit_file_state);
  read(at["result"], out.result);
  if (at.has("start_attempted")) read(at["start_attempted"], out.start_attempted.emplace());
  read(at["fragment_path"], out.fragment_path);
  read(at["drop_in_paths"], out.drop_in_paths);
  read(at["limit_nofile"], out.limit_nofile);
  read(at["limit_nofile_soft"], out.limit_nofile_soft);
  read(at["main_pid"], out.main_pid);
  read(at["user"], out.user);
  if (at.has("group")) read(at["group"], out.group);
  if (at.has("supplementary_groups")) read(at["supplementary_groups"], out.supplementary_groups);
  if (at.has("umask")) read(at["umask"], out.umask);
  if (at.has("bind_paths")) read(at["bind_paths"], out.bind_paths);
  read(at["capability_bounding_set"], out.capability_bounding_set);
  read(at["ambient_capabilities"], out.ambient_capabilities);
  if (at.has("memory_max")) read(at["memory_max"], out.memory_max.emplace());
  if (at.has("cpu_quota")) read(at["cpu_quota"], out.cpu_quota.emplace());
  if (at.has("made_directories")) read(at["made_directories"], out.made_directories);
  if (at.has("exec_start_pre")) read(at["exec_start_pre"], out.exec_start_pre);
  if (at.has("slice")) read(at["slice"], out.slice);
  read(at["environment"], out.environment);
  read(at["environment_files"], out.environment_files);
  read(at["exec_start"], out.exec_start);
}

}  // namespace preflight::bundle
