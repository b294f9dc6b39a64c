// SPDX-License-Identifier: Apache-2.0
// A host of values under SELinux.
#include <array>

#include "tests/support/world.h"

namespace preflight::test {
namespace {

using selinux::Access;
using selinux::PolicyAnswer;
using Types = std::set<std::string, std::less<>>;

constexpr std::array<std::uint16_t, 4> kHttp = {80, 443, 8443, 9000};
const Types kBindable{"commplex_main_port_t", "http_cache_port_t", "http_port_t"};
const Types kOthers{"redis_port_t", "reserved_port_t", "unreserved_port_t"};

selinux::DomainRules haproxy_rules() {
  selinux::DomainRules rules;
  rules.domain = "haproxy_t";
  rules.allowed = {{Access::tcp_bind, kBindable},
                   {Access::tcp_connect, kBindable},
                   {Access::tcp_node_bind, {"node_t"}},
                   {Access::udp_node_bind, {"node_t"}},
                   {Access::net_bind_service, {"haproxy_t"}}};
  rules.allowed[Access::tcp_connect].insert("commplex_link_port_t");
  selinux::BooleanEffect any;
  any.name = "haproxy_connect_any";
  any.gained = {{Access::tcp_bind, kOthers}, {Access::tcp_connect, kOthers}};
  any.gained[Access::tcp_bind].insert("commplex_link_port_t");
  any.port_grants = 7;
  any.other_grants = 14;
  rules.booleans.push_back(std::move(any));
  return rules;
}

PolicyAnswer el_policy() {
  PolicyAnswer policy;
  policy.version = 33;
  policy.booleans = {{"haproxy_connect_any", false}, {"httpd_enable_cgi", true}};
  for (const auto port : kHttp) policy.ports.push_back({Protocol::tcp, port, port, "http_port_t"});
  policy.ports.push_back({Protocol::udp, 443, 443, "http_port_t"});
  policy.ports.push_back({Protocol::tcp, 8080, 8080, "http_cache_port_t"});
  policy.ports.push_back({Protocol::tcp, 10001, 10010, "http_cache_port_t"});
  policy.ports.push_back({Protocol::tcp, 5000, 5000, "commplex_main_port_t"});
  policy.ports.push_back({Protocol::tcp, 5001, 5001, "commplex_link_port_t"});
  policy.ports.push_back({Protocol::tcp, 6379, 6379, "redis_port_t"});
  policy.ports.push_back({Protocol::tcp, 1, 1023, "reserved_port_t"});
  policy.ports.push_back({Protocol::tcp, 1024, 65535, "unreserved_port_t"});
  policy.ports.push_back({Protocol::udp, 1024, 65535, "unreserved_port_t"});
  policy.port_type = "port_t";
  policy.node_type = "node_t";
  policy.users = {{"commplex_link_port_t", {4, 6, 0}},
                  {"commplex_main_port_t", {9, 12, 0}},
                  {"http_cache_port_t", {8, 30, 0}},
                  {"http_port_t", {6, 41, 3}},
                  {"port_t", {2, 2, 2}},
                  {"redis_port_t", {5, 11, 0}},
                  {"reserved_port_t", {20, 25, 20}},
                  {"unreserved_port_t", {55, 60, 50}}};
  policy.domains = {haproxy_rules()};
  return policy;
}

}  // namespace

World& World::enforcing() {
  SelinuxFacts found;
  found.mode = SelinuxMode::enforcing;
  found.config = SelinuxConfig{SelinuxMode::enforcing, "targeted"};
  const selinux::Subject started{"system_u:system_r:init_t:s0", "system_u:object_r:haproxy_exec_t:s0"};
  found.identities[instance().name].started = started;
  found.question = {std::string(selinux::kLoadedPolicy), {started}};
  found.loaded = el_policy();
  found.installed = el_policy();
  found.installed->domains.clear();
  found.installed->users.clear();
  found.installed_path = "/etc/selinux/targeted/policy/policy.33";
  found.store = SelinuxStore{.path = "/var/lib/selinux/targeted",
                             .active = true,
                             .booleans = std::map<std::string, bool, std::less<>>{},
                             .ports = std::vector<selinux::PortRecord>{}};
  found.log = SelinuxLog{.path = "/var/log/audit/audit.log", .booted = 1'700'000'000};
  facts.selinux = std::move(found);
  return *this;
}

}  // namespace preflight::test
