// SPDX-License-Identifier: Apache-2.0
// Stick-tables live in the process: a reload takes their entries along only where peers hand them on. Cookies live with
// the clients, and point to a server that must still be there.
#include <map>
#include <set>

#include "policies/candidate/parts.h"
#include "probes/base/text.h"

namespace preflight::candidate {
namespace {

using haproxy::Config;
using haproxy::Proxy;

std::map<std::string, const Proxy*> by_name(const Config& config) {
  std::map<std::string, const Proxy*> proxies;
  for (const auto& proxy : config.proxies) {
    // a frontend and a backend may share a name; the one with servers or a table is meant
    auto& known = proxies[proxy.name];
    if (known == nullptr || proxy.stick_table || !proxy.servers.empty()) known = &proxy;
  }
  return proxies;
}

/// The old process hands entries to the new one over the peers section that both name.
bool handed_on(const Proxy& now, const Proxy& then) {
  const auto& a = now.stick_table->peers;
  return a && then.stick_table && then.stick_table->peers && then.stick_table->peers->value == a->value;
}

void tables(const Proxy& now, const Proxy& then, std::vector<Consequence>& found) {
  if (!now.stick_table || handed_on(now, then)) return;
  const std::string why =
      now.stick_table->peers ? ": the candidate does not name its peers any more" : ": no peers hand them on";
  found.push_back({"the entries of the stick-table of " + now.name + why, now.stick_table->origin});
}

std::set<std::string> cookies_of(const Proxy& proxy) {
  std::set<std::string> cookies;
  for (const auto& server : proxy.servers) {
    if (server.settings.cookie) cookies.insert(server.settings.cookie->value);
  }
  return cookies;
}

void cookies(const Proxy& now, const Proxy& then, std::vector<Consequence>& found) {
  const auto kept = cookies_of(then);
  std::set<std::string> told;
  for (const auto& server : now.servers) {
    const auto& cookie = server.settings.cookie;
    if (!cookie || kept.count(cookie->value) != 0 || !told.insert(cookie->value).second) continue;
    found.push_back({"clients with the cookie " + printable(cookie->value) + " of " + now.name +
                         " are given another server: none has it any more",
                     cookie->origin});
  }
}

/// What an operator or an agent set over the stats socket: weights, drains, maintenance.
void states(const Config& then, std::vector<Consequence>& found) {
  std::int64_t backends = 0;
  const Proxy* first = nullptr;
  for (const auto& proxy : then.proxies) {
    if (proxy.disabled || proxy.servers.empty() || proxy.loads_server_state) continue;
    if (first == nullptr) first = &proxy;
    ++backends;
  }
  if (first == nullptr) return;
  found.push_back({"states and weights that were set at run time, in " + grouped(backends) +
                       (backends == 1 ? " backend" : " backends") + ": no load-server-state-from-file",
                   first->origin});
}

}  // namespace

std::vector<Consequence> forgotten(const Config& now, const Config& then) {
  std::vector<Consequence> found;
  const auto after = by_name(then);
  for (const auto& [name, proxy] : by_name(now)) {
    const auto next = after.find(name);
    if (next == after.end()) continue;  // the whole proxy goes: somebody meant that
    tables(*proxy, *next->second, found);
    cookies(*proxy, *next->second, found);
  }
  states(then, found);
  return found;
}

}  // namespace preflight::candidate
