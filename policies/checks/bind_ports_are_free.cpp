// SPDX-License-Identifier: Apache-2.0
// haproxy sets SO_REUSEADDR and SO_REUSEPORT: a foreign listener on the port stops it ("Address already in use"), an
// outgoing connection on it does too, and another haproxy of the same user silently takes half of the traffic.
#include "policies/check.h"
#include "policies/listening.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kV6Only = "net.ipv6.bindv6only";
constexpr std::string_view kLocalPortRange = "net.ipv4.ip_local_port_range";
constexpr std::string_view kReservedPorts = "net.ipv4.ip_local_reserved_ports";
constexpr std::string_view kSysctls[] = {kV6Only, kLocalPortRange, kReservedPorts};
constexpr Need kNeeds[] = {Need::port_users, Need::listeners};
constexpr std::string_view kReferences[] = {"socket(7), SO_REUSEADDR and SO_REUSEPORT",
                                            "Linux net/ipv4/inet_connection_sock.c, inet_csk_bind_conflict"};

/// What the judgement of one bind rests on.
struct Scene {
  const haproxy::InstanceFacts& instance;
  const std::vector<PortUser>& users;
  bool bindv6only = false;
};

bool listens(const SocketEntry& socket) {
  return socket.state == SocketState::listen || socket.protocol == Protocol::udp;
}

bool is_haproxy(const PortUser& user) {
  return !user.owners.empty() && user.owners.front().command.rfind("haproxy", 0) == 0;
}

/// The kernel lets two sockets share a port when both ask for it and belong to one user; haproxy always asks.
bool shares(const PortUser& user, const Scene& scene) {
  const auto* head = scene.instance.head();
  const std::uint32_t starter = head != nullptr ? head->uid : 0;
  return is_haproxy(user) && user.socket.uid == starter;
}

Detail detail_of(const haproxy::Bind& bind, const PortUser& user, const std::string& what) {
  Detail detail;
  detail.observed = Measure(endpoint(user.socket.local, user.socket.local_port) + " is " + what);
  detail.expected = Expectation{Relation::equal, Measure(std::string("free"))};
  detail.where.origin = bind.origin;
  return detail;
}

Outcome judge_listener(const haproxy::Bind& bind, const PortUser& user, const Scene& scene) {
  if (user.owners.empty() && !user.owners_complete && scene.instance.running()) {
    return Unknown{{std::errc::permission_denied, "owner of " + endpoint(user.socket.local, user.socket.local_port),
                    "not visible, so it cannot be told whether it is this haproxy's own listener"}};
  }
  auto detail = detail_of(bind, user, "held by " + owners_text(user));
  if (shares(user, scene)) {
    detail.why = "another haproxy of the same user listens here: both would start, and share the connections";
    return Fail{Severity::warning, std::move(detail)};
  }
  detail.why = "another program listens on this port";
  detail.evidence.push_back("haproxy will say \"cannot bind socket (Address already in use)\" and exit");
  return Fail{Severity::error, std::move(detail), true};
}

Outcome judge_client(const haproxy::Bind& bind, const PortUser& user) {
  if (user.socket.state == SocketState::time_wait) {
    auto detail = detail_of(bind, user, "in TIME_WAIT");
    detail.why = "a closed outgoing connection still holds this port for up to a minute";
    return Fail{Severity::info, std::move(detail)};
  }
  auto detail = detail_of(bind, user, "used by a connection of " + owners_text(user));
  detail.why = "an outgoing connection uses this port: haproxy cannot bind it while that lasts";
  return Fail{Severity::warning, std::move(detail)};
}

/// Both bound to a device, to different ones perhaps: then they do not meet.
bool may_be_apart(const haproxy::Bind& bind, const SocketEntry& socket) {
  return bind.interface && socket.interface != 0;
}

void judge(const haproxy::Bind& bind, const Scene& scene, Outcomes& outcomes) {
  bool free = true;
  for (const auto& user : scene.users) {
    if (!overlaps(bind, user.socket, scene.bindv6only) || may_be_apart(bind, user.socket)) continue;
    if (owned_by(user, scene.instance)) continue;
    const bool own_traffic = !listens(user.socket) && scene.instance.running();
    if (own_traffic) continue;  // accepted connections have the listener's port
    free = false;
    const auto about =
        subject::bind(to_string(user.socket.protocol), endpoint(*bind.address.ip, user.socket.local_port));
    outcomes.push_back({about, listens(user.socket) ? judge_listener(bind, user, scene) : judge_client(bind, user)});
  }
  if (free) outcomes.push_back({subject_of(bind), Pass{}});
}

void judge_instance(const InstanceDemand& demand, const Case& c, Outcomes& outcomes) {
  const auto& network = c.facts.network_of(*demand.instance);
  const auto v6only = network.sysctls.integer(kV6Only);  // absent where IPv6 is off
  for (const auto& port : demand.ports) {
    if (port.bind->network_namespace) continue;
    if (!port.bind->address.ip) {
      outcomes.push_back({subject_of(*port.bind), Unknown{{std::errc::not_supported, port.bind->address.text,
                                                           "a host name, which haproxy resolves at start"}}});
    } else if (!network.port_users) {
      outcomes.push_back({subject_of(*port.bind), Unknown{network.port_users.error()}});
    } else {
      judge(*port.bind, {*demand.instance, *network.port_users, v6only.value_or(0) != 0}, outcomes);
    }
  }
}

Outcomes evaluate(const Case& c) {
  Outcomes outcomes = unread_instances(c);
  for (const auto& demand : c.demand.instances) judge_instance(demand, c, outcomes);
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"no bind with a port"});
  return outcomes;
}

}  // namespace

extern constinit const Check bind_ports_are_free{
    .id = "bind_ports_are_free",
    .title = "The ports haproxy wants belong to nobody else",
    .rationale =
        "haproxy exits at start when it cannot bind, and a second haproxy of the same user does not even "
        "fail: the kernel splits the connections between both.",
    .advice = "Stop or move the program named, or choose another port.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds, .sysctls = kSysctls},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
