// SPDX-License-Identifier: Apache-2.0
// Where haproxy looks for what a configuration names: what is relative starts at -C, and some names stand for several.
#include "probes/haproxy/file_facts.h"
#include "probes/haproxy/instances.h"

namespace preflight::haproxy {

const PathFacts* FileFacts::at(const std::string& path) const {
  const auto found = paths.find(path);
  return found == paths.end() ? nullptr : &found->second;
}

std::string absolute_file(const std::string& path, const InstanceFacts& instance) {
  if (!path.empty() && path.front() == '/') return path;
  const auto* head = instance.head();
  std::string directory = head != nullptr ? head->working_directory.value_or("/") : "/";
  const auto enter = [&](const std::string& next) {
    if (next.empty()) return;
    if (next.front() == '/') directory.clear();
    directory += (directory.empty() || directory.back() == '/' ? "" : "/") + next;
  };
  enter(instance.command_line.directory);
  enter(path);
  return directory;
}

std::string directory_above(const std::string& path) {
  const auto slash = path.find_last_of('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::string key_beside(const std::string& certificate) { return certificate + ".key"; }

std::vector<std::string> bundle_of(const std::string& certificate) {
  return {certificate + ".rsa", certificate + ".ecdsa", certificate + ".dsa"};
}

std::vector<const Bind*> unix_sockets(const Config& config) {
  std::vector<const Bind*> found;
  const auto add = [&](const std::vector<Bind>& binds) {
    for (const auto& bind : binds) {
      if (bind.address.kind == AddressKind::unix_path) found.push_back(&bind);
    }
  };
  add(config.global.stats_sockets);
  for (const auto& proxy : config.proxies) {
    if (!proxy.disabled) add(proxy.binds);
  }
  for (const auto& peers : config.peers) {
    if (!peers.disabled) add(peers.binds);
  }
  return found;
}

}  // namespace preflight::haproxy
