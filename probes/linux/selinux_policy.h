// SPDX-License-Identifier: Apache-2.0
// What an SELinux policy says of ports, as values: everything that is needed to judge any port, and to say what a label
// or a boolean would change, without the policy at hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "probes/base/ip_address.h"
#include "probes/linux/socket_entry.h"

namespace preflight::selinux {

/// What the kernel asks of a domain before it lets a socket be bound or connected: a permission of a class towards the
/// type of a port, of an address (node), or of the domain itself (the capability).
enum class Access : std::uint8_t {
  tcp_bind,          // tcp_socket name_bind
  tcp_connect,       // tcp_socket name_connect; there is none of udp_socket
  udp_bind,          // udp_socket name_bind
  tcp_node_bind,     // tcp_socket node_bind
  udp_node_bind,     // udp_socket node_bind
  net_bind_service,  // capability net_bind_service
};
inline constexpr std::size_t kAccesses = 6;

/// "tcp_socket" and "name_bind".
[[nodiscard]] std::string_view class_of(Access access);
[[nodiscard]] std::string_view permission_of(Access access);

/// One portcon: the first in the kernel's order that holds the port decides.
struct PortRecord {
  Protocol protocol = Protocol::tcp;
  std::uint16_t low = 0;
  std::uint16_t high = 0;
  std::string type;
  friend auto operator<=>(const PortRecord&, const PortRecord&) = default;
};

/// One nodecon: decides for the addresses whose bits under `mask` are those of `address`.
struct NodeRecord {
  IpAddress address;
  IpAddress mask;
  std::string type;
  friend auto operator<=>(const NodeRecord&, const NodeRecord&) = default;
};

/// Types towards which something is allowed. One that is missing from the map is allowed towards none.
using TypesByAccess = std::map<Access, std::set<std::string, std::less<>>>;

/// A boolean that changes an answer for the domain when it alone is flipped.
struct BooleanEffect {
  std::string name;
  bool value = false;    // in this policy
  TypesByAccess gained;  // by flipping it
  TypesByAccess lost;
  std::uint64_t port_grants = 0;   // pairs of a port's type and name_bind or name_connect that flipping it adds
  std::uint64_t other_grants = 0;  // triples of type, class and permission besides
  friend bool operator==(const BooleanEffect&, const BooleanEffect&) = default;
};

/// Whom a policy is asked about: a process ("system_u:system_r:haproxy_t:s0"), or the program that one starts.
struct Subject {
  std::string context;       // of the process, else of its starter; a type alone ("init_t") where no process is
  std::string executable{};  // the label of the program that is to be started
  friend auto operator<=>(const Subject&, const Subject&) = default;
};

/// What the policy lets one domain do.
struct DomainRules {
  std::string domain;       // "haproxy_t"
  bool permissive = false;  // what is denied is logged and let pass
  /// For the types of all ports and nodes of the policy; for net_bind_service, of the domain itself.
  TypesByAccess allowed;
  std::vector<BooleanEffect> booleans;  // by name
  friend bool operator==(const DomainRules&, const DomainRules&) = default;
};

/// How many domains rules let bind or connect to the ports of a type, haproxy's own included where it is one of them.
struct TypeUsers {
  std::uint32_t tcp_bind = 0;
  std::uint32_t tcp_connect = 0;
  std::uint32_t udp_bind = 0;
  friend bool operator==(const TypeUsers&, const TypeUsers&) = default;
};

/// The path of the kernel's own policy.
inline constexpr std::string_view kLoadedPolicy = "/sys/fs/selinux/policy";

/// A change of a policy that is only supposed: booleans set, and ports labelled as semanage(8) does, before all others.
struct PolicyEdit {
  std::map<std::string, bool, std::less<>> booleans{};
  std::vector<PortRecord> ports{};
  friend auto operator<=>(const PolicyEdit&, const PolicyEdit&) = default;
};

/// Asks one binary policy, as it is or as it would be after `edit`.
struct PolicyQuestion {
  std::string path;
  std::vector<Subject> subjects;
  PolicyEdit edit{};
  friend auto operator<=>(const PolicyQuestion&, const PolicyQuestion&) = default;
};

struct PolicyAnswer {
  std::uint32_t version = 0;
  std::map<std::string, bool, std::less<>> booleans;
  std::vector<PortRecord> ports;                        // in the kernel's order
  std::vector<NodeRecord> nodes;                        // in the kernel's order, IPv4 first
  std::string port_type;                                // of a port without a record
  std::string node_type;                                // of an address without a record
  std::set<std::string, std::less<>> permissive;        // domains
  std::map<std::string, TypeUsers, std::less<>> users;  // by type of port
  std::vector<DomainRules> domains;                     // one for each subject of the question, in its order
  friend bool operator==(const PolicyAnswer&, const PolicyAnswer&) = default;

  /// The record that decides the type of a port; nullptr where none does, and `port_type` holds.
  [[nodiscard]] const PortRecord* record_of(Protocol protocol, std::uint16_t port) const;
  [[nodiscard]] const std::string& type_of(Protocol protocol, std::uint16_t port) const;
  /// Of an address; the kernel asks for the wildcard as for any other.
  [[nodiscard]] const std::string& type_of(const IpAddress& address) const;
};

/// The answer as it would be after the edit, computed from values alone: the same as that of the edited policy for any
/// ports whose types have a record, and for one boolean. Several booleans are taken each for itself.
[[nodiscard]] PolicyAnswer supposed(PolicyAnswer answer, const PolicyEdit& edit);

}  // namespace preflight::selinux
