// SPDX-License-Identifier: Apache-2.0
// haproxy sets SO_REUSEADDR and SO_REUSEPORT: a foreign listener on the port stops it ("Address already in use"), an
// outgoing connection on it does too, and another haproxy of the same user silently takes half of the traffic.
#include "policies/check.h"
#include "policies/listening.h"
#include "policies/occupants.h"
#include "probes/base/text.h"
#include "probes/linux/port_set.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kV6Only = "net.ipv6.bindv6only";
constexpr std::string_view kSysctls[] = {kV6Only, kLocalPortRange, kReservedPorts};
constexpr Need kNeeds[] = {Need::port_users, Need::listeners};
constexpr std::string_view kReferences[] = {"socket(7), SO_REUSEADDR and SO_REUSEPORT",
                                            "Linux net/ipv4/inet_connection_sock.c, inet_csk_bind_conflict"};

/// What the judgement of one bind rests on.
struct Scene {
  const haproxy::InstanceFacts& instance;
  const Occupants& occupants;
  bool bindv6only = false;
};

/// How bad it is that a socket is there, the worst last.
enum class Harm : std::uint8_t { time_wait, client, shared, not_visible, foreign };

bool is_haproxy(const PortUser& user) {
  return !user.owners.empty() && user.owners.front().command.rfind("haproxy", 0) == 0;
}

/// The kernel lets two sockets share a port when both ask for it and belong to one user; haproxy asks, unless told not
/// to. A user known by name only is at least not root.
bool shares(const PortUser& user, const Scene& scene) {
  if (!is_haproxy(user) || !scene.instance.config->global.reuse_port) return false;
  const auto starter = starter_uid(scene.instance, scene.occupants);
  return starter ? *starter == user.socket.uid : user.socket.uid != 0;
}

Harm harm_of(const PortUser& user, const Scene& scene) {
  if (!is_listening(user.socket)) {
    return user.socket.state == SocketState::time_wait ? Harm::time_wait : Harm::client;
  }
  if (user.owners.empty() && !user.owners_complete && scene.instance.running()) return Harm::not_visible;
  return shares(user, scene) ? Harm::shared : Harm::foreign;
}

std::string endpoint_of(const SocketEntry& socket) { return endpoint(socket.local, socket.local_port); }

Detail detail_of(const haproxy::Bind& bind, const PortUser& user, const std::string& what, std::string more) {
  Detail detail;
  detail.why = endpoint_of(user.socket) + " is " + what;
  detail.observed = Measure(detail.why);
  detail.expected = Expectation{Relation::equal, Measure(std::string("free"))};
  detail.where.origin = bind.origin;
  detail.evidence.push_back(std::move(more));
  return detail;
}

Outcome failure(const haproxy::Bind& bind, const PortUser& user, Harm harm) {
  switch (harm) {
    case Harm::time_wait:
      return Fail{Severity::info, detail_of(bind, user, "in TIME_WAIT",
                                            "a closed outgoing connection holds a port for up to a minute")};
    case Harm::client:
      return Fail{Severity::warning, detail_of(bind, user, "used by a connection of " + owners_text(user),
                                               "haproxy cannot bind it while that connection lasts")};
    case Harm::shared:
      return Fail{Severity::warning,
                  detail_of(bind, user, "held by " + owners_text(user),
                            "both haproxies would start, and share the connections: they belong to one user")};
    case Harm::not_visible:
      return Unknown{{std::errc::permission_denied, "owner of " + endpoint_of(user.socket),
                      "not visible, so it cannot be told whether it is this haproxy's own listener"}};
    case Harm::foreign:
      break;
  }
  auto detail = detail_of(bind, user, "held by " + owners_text(user),
                          "haproxy will say \"cannot bind socket (Address already in use)\" and exit");
  return Fail{Severity::error, std::move(detail), true};
}

/// haproxy resolves a name at start, so it is not known which of the sockets on its port are in the way.
Outcome judge_name(const haproxy::Bind& bind, const std::vector<const PortUser*>& users) {
  if (users.empty()) return Pass{};
  return Unknown{{std::errc::not_supported, bind.address.text,
                  "a host name, which haproxy resolves at start; " + endpoint_of(users.front()->socket) +
                      " is held by " + owners_text(*users.front())}};
}

Outcome judge(const haproxy::Bind& bind, const Scene& scene) {
  const auto users = scene.occupants.in_the_way(bind, scene.bindv6only);
  if (!bind.address.ip) return judge_name(bind, users);
  if (users.empty()) return Pass{};
  const PortUser* worst = nullptr;
  Harm harm = Harm::time_wait;
  for (const auto* user : users) {
    const auto found = harm_of(*user, scene);
    if (worst != nullptr && found <= harm) continue;
    worst = user;
    harm = found;
  }
  auto outcome = failure(bind, *worst, harm);
  if (auto* fail = std::get_if<Fail>(&outcome); fail != nullptr && users.size() > 1) {
    fail->detail.evidence.push_back("the first of " + grouped(static_cast<std::int64_t>(users.size())) +
                                    " sockets in the way");
  }
  return outcome;
}

void judge_instance(const InstanceDemand& demand, const Case& c, Outcomes& outcomes) {
  const auto& network = c.facts.network_of(*demand.instance);
  const auto v6only = network.sysctls.integer(kV6Only);  // absent where IPv6 is off
  const bool known = network.port_users.has_value();
  const std::vector<PortUser> nobody;
  const Occupants occupants(known ? *network.port_users : nobody, *demand.instance);
  const Scene scene{*demand.instance, occupants, v6only.value_or(0) != 0};
  for (const auto& port : demand.ports) {
    if (port.bind->network_namespace) continue;
    outcomes.push_back(
        {subject_of(*port.bind), known ? judge(*port.bind, scene) : Outcome(Unknown{network.port_users.error()})});
  }
}

Outcomes evaluate(const Case& c) {
  Outcomes outcomes = unread_instances(c);
  for (const auto& demand : c.demand.instances) judge_instance(demand, c, outcomes);
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"no bind with a port"});
  return worst_of_each_subject(std::move(outcomes));
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
