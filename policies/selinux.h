// SPDX-License-Identifier: Apache-2.0
// Whether SELinux lets haproxy bind or connect where its configuration says, and what would cure it: proved on the
// loaded policy's own answers, with the rules that the kernel adds to them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/check.h"

namespace preflight {

/// What haproxy wants of one port: to bind it, at some address, or to connect to it.
struct PortWant {
  selinux::Access access = selinux::Access::tcp_bind;  // tcp_bind, tcp_connect or udp_bind
  std::uint16_t port = 0;
  std::optional<IpAddress> address{};  // of a bind, where it is written as a number
  friend bool operator==(const PortWant&, const PortWant&) = default;

  [[nodiscard]] Protocol protocol() const {
    return access == selinux::Access::udp_bind ? Protocol::udp : Protocol::tcp;
  }
};

/// Why it is allowed, or what stands against it. The first that applies, in the kernel's order.
enum class PortRule : std::uint8_t {
  allowed,        // by a rule for the port's type
  range_exempt,   // no rule allows it; name_bind is not checked inside the local port range
  no_capability,  // net_bind_service, of a port below ip_unprivileged_port_start
  no_port,        // name_bind or name_connect towards the port's type
  no_node,        // node_bind towards the address's type
};
[[nodiscard]] inline bool is_denied(PortRule rule) { return rule >= PortRule::no_capability; }

/// Gives the port another type, which lets haproxy's domain do all that it wants of this port.
struct LabelCure {
  std::string type;
  std::uint32_t users = 0;        // other domains that may use this type so: they may use the port from then on
  bool modifies = false;          // the policy has a record of exactly this port: `semanage port -m`, else -a
  std::string owner{};            // the type that the port has by a record of its own, not by a default of its range
  std::uint32_t owner_users = 0;  // domains that may use it by that type, and no longer from then on
};

/// Flips one boolean, which cures it alone.
struct BooleanCure {
  std::string name;
  bool value = false;             // what it must be
  std::uint64_t port_grants = 0;  // what it would let haproxy's domain do besides: types of ports to bind or connect to
  std::uint64_t other_grants = 0;
};

/// The proof for one port.
struct PortProof {
  PortWant want;
  PortRule rule = PortRule::allowed;
  std::string domain;
  bool permissive = false;  // the domain is: a denial is logged and let pass
  std::string type;         // of the port
  std::string node{};       // of the address, where that is what is denied
  std::optional<LabelCure> label{};
  std::vector<BooleanCure> booleans{};  // the one that grants least first
};

/// Judges ports for one domain. What it is given must outlive it.
class PortProver {
 public:
  /// `sysctls`, of the domain's network namespace, hold the local port range and the first unprivileged port.
  PortProver(const selinux::PolicyAnswer& policy, const selinux::DomainRules& rules, const Sysctls& sysctls);

  /// What haproxy wants of its ports: a label that cures one want must not harm another.
  void also_wanted(const std::vector<PortWant>& wants);

  /// An error where a setting that decides is not known.
  [[nodiscard]] Result<PortRule> rule_of(const PortWant& want) const;
  /// The same, with what would cure a denial.
  [[nodiscard]] Result<PortProof> prove(const PortWant& want) const;

 private:
  [[nodiscard]] bool may(selinux::Access access, std::string_view type) const;
  [[nodiscard]] Result<bool> is_checked(std::uint16_t port) const;
  /// nullptr: no label lets haproxy do it without harm to what else it wants of the port.
  [[nodiscard]] const std::string* label_type(const PortWant& want) const;
  [[nodiscard]] std::optional<LabelCure> label_for(const PortWant& want) const;
  [[nodiscard]] std::vector<BooleanCure> booleans_for(const PortProof& proof) const;

  const selinux::PolicyAnswer& policy_;
  const selinux::DomainRules& rules_;
  Result<PortRange> local_range_;
  Result<std::int64_t> first_unprivileged_;
  std::map<std::pair<Protocol, std::uint16_t>, std::set<selinux::Access>> all_;
};

/// What one instance wants of ports: its binds (of a range each port), and the TCP destinations whose port is known.
[[nodiscard]] std::vector<PortWant> wants_of(const haproxy::Bind& bind);
[[nodiscard]] std::optional<PortWant> want_of(const DestinationDemand& destination);
[[nodiscard]] std::vector<PortWant> wants_of(const InstanceDemand& demand);

/// What a remedy for the labels of ports, or for booleans, is made from.
struct DeniedPort {
  std::string instance;
  PortProof proof;
};

/// Everything that SELinux denies haproxy of this case, each port once for each instance; nothing where it is not
/// known.
[[nodiscard]] std::vector<DeniedPort> denied_ports(const Case& c);

/// The judgement of a denied port, for both checks: worse where the host enforces than where it only logs.
[[nodiscard]] Fail denied(const PortProof& proof, const SelinuxFacts& selinux);

/// "tcp_socket name_bind of http_port_t"
[[nodiscard]] std::string permission_text(selinux::Access access, std::string_view type);

/// Why checks of SELinux are not applicable; empty where the host has it.
[[nodiscard]] std::string_view without_selinux(const Facts& facts);

/// "tuple:*>10.0.1.1:8080": SELinux asks for the port alone.
[[nodiscard]] Subject subject_of(const DestinationDemand& destination);

inline constexpr std::string_view kFirstUnprivilegedPort = "net.ipv4.ip_unprivileged_port_start";

}  // namespace preflight
