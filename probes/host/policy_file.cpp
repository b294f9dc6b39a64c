// SPDX-License-Identifier: Apache-2.0
// From a file of megabytes to an answer of kilobytes, after the edit that is only supposed.
#include "probes/host/policy_file.h"

#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>

#include "probes/host/files.h"
#include "probes/host/policy_sepol.h"

namespace preflight {
namespace {

using selinux::PolicyAnswer;
using selinux::PolicyEdit;
using selinux::PolicyQuestion;
using selinux::PortRecord;
using sepol::Context;
using sepol::Policy;

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;

IpAddress address_of(IpFamily family, const std::uint32_t* words, std::size_t count) {
  IpAddress address;
  address.family = family;
  std::memcpy(address.bytes.data(), words, count * sizeof *words);  // in network order there, too
  return address;
}

/// The context of a port or an address that no record names.
const context_struct_t* initial_context(const policydb_t& db, sepol_security_id_t number) {
  for (const auto* each = db.ocontexts[OCON_ISID]; each != nullptr; each = each->next) {
    if (each->sid[0] == number) return &each->context[0];
  }
  return nullptr;
}

/// One context a type, in the order of first mention.
class Targets {
 public:
  void add(const context_struct_t* context) {
    if (context != nullptr && seen_.insert(context->type).second) contexts_.emplace_back(*context);
  }
  [[nodiscard]] const std::vector<Context>& contexts() const { return contexts_; }

 private:
  std::set<std::uint32_t> seen_;
  std::vector<Context> contexts_;
};

/// What was labelled by hand comes before everything else. The type is known, or there would be no such label.
Result<void> apply(Policy& policy, const PolicyEdit& edit, std::vector<PortRecord>& first, Targets& ports) {
  for (const auto& [name, value] : edit.booleans) {
    if (!policy.set_boolean(name, value))
      return fail(std::errc::invalid_argument, name, "is no boolean of this policy");
  }
  const auto* const model = initial_context(policy.db(), sepol::kInitialPort);
  if (!edit.ports.empty() && model == nullptr)
    return fail(std::errc::bad_message, "SELinux policy", "has no label for ports that no rule names");
  for (const auto& record : edit.ports) {
    const auto type = policy.type(record.type);
    if (type == 0) return fail(std::errc::invalid_argument, record.type, "is no type of this policy");
    Context context(*model);
    context.get().type = type;
    ports.add(&context.get());
    first.push_back(record);
  }
  return {};
}

void read_ports(const Policy& policy, PolicyAnswer& answer, Targets& types) {
  for (const auto* each = policy.db().ocontexts[OCON_PORT]; each != nullptr; each = each->next) {
    const auto& port = each->u.port;
    if (port.protocol != kTcp && port.protocol != kUdp) continue;  // SCTP and DCCP, which haproxy does not speak
    types.add(&each->context[0]);
    answer.ports.push_back({port.protocol == kTcp ? Protocol::tcp : Protocol::udp, port.low_port, port.high_port,
                            policy.type_name(each->context[0].type)});
  }
}

void read_nodes(const Policy& policy, PolicyAnswer& answer, Targets& types) {
  for (const auto* each = policy.db().ocontexts[OCON_NODE]; each != nullptr; each = each->next) {
    types.add(&each->context[0]);
    answer.nodes.push_back({address_of(IpFamily::v4, &each->u.node.addr, 1),
                            address_of(IpFamily::v4, &each->u.node.mask, 1), policy.type_name(each->context[0].type)});
  }
  for (const auto* each = policy.db().ocontexts[OCON_NODE6]; each != nullptr; each = each->next) {
    types.add(&each->context[0]);
    answer.nodes.push_back({address_of(IpFamily::v6, each->u.node6.addr, 4),
                            address_of(IpFamily::v6, each->u.node6.mask, 4), policy.type_name(each->context[0].type)});
  }
}

std::string default_type(const Policy& policy, sepol_security_id_t number, Targets& types) {
  const auto* const context = initial_context(policy.db(), number);
  types.add(context);
  return context == nullptr ? "" : policy.type_name(context->type);
}

void read_booleans(const Policy& policy, PolicyAnswer& answer) {
  const auto& db = policy.db();
  for (std::uint32_t i = 0; i < db.p_bools.nprim; ++i) {
    answer.booleans.emplace(db.p_bool_val_to_name[i], db.bool_val_to_struct[i]->state != 0);
  }
}

void read_permissive(const Policy& policy, PolicyAnswer& answer) {
  sepol::for_each_bit(policy.db().permissive_map, [&](std::uint32_t type) {  // the only map numbered from 1
    if (type != 0) answer.permissive.emplace(policy.type_name(type));
  });
}

Result<PolicyAnswer> answer_of(Policy& policy, const PolicyQuestion& question) {
  PolicyAnswer answer;
  Targets ports;
  Targets all;
  answer.version = policy.db().policyvers;
  if (auto done = apply(policy, question.edit, answer.ports, ports); !done) return tl::make_unexpected(done.error());
  read_ports(policy, answer, ports);
  answer.port_type = default_type(policy, sepol::kInitialPort, ports);
  for (const auto& port : ports.contexts()) all.add(&port.get());
  read_nodes(policy, answer, all);
  answer.node_type = default_type(policy, sepol::kInitialNode, all);
  read_booleans(policy, answer);
  read_permissive(policy, answer);
  if (question.subjects.empty()) return answer;
  answer.users = users_of(policy, ports.contexts());
  for (const auto& subject : question.subjects) {
    const auto context = sepol::context_of(policy, subject);
    if (!context) return tl::make_unexpected(context.error());
    answer.domains.push_back(rules_of(policy, *context, all.contexts()));
    answer.domains.back().permissive = answer.permissive.count(answer.domains.back().domain) != 0;
  }
  return answer;
}

/// The kernel hands its policy to one reader at a time.
Result<std::string> read_policy(const std::string& path) {
  constexpr int kAttempts = 5;
  for (int attempt = 1;; ++attempt) {
    auto bytes = read_file(path, kPolicyLimit);
    const bool busy = !bytes && bytes.error().code == std::errc::device_or_resource_busy;
    if (!busy || attempt == kAttempts) return bytes;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

Result<PolicyAnswer> ask_policy(std::string bytes, const PolicyQuestion& question) {
  // Freeing a policy takes a fifth of the time that reading it took: the last one of a run is left to its end.
  static auto& last = *new std::unique_ptr<Policy>();
  last.reset();
  auto policy = Policy::load(std::move(bytes), question.path);
  if (!policy) return tl::make_unexpected(policy.error());
  last = *std::move(policy);
  return answer_of(*last, question);
}

Result<PolicyAnswer> ask_policy_file(const std::string& path, const PolicyQuestion& question) {
  auto bytes = read_policy(path);
  if (!bytes) {
    bytes.error().object = question.path;
    return tl::make_unexpected(std::move(bytes.error()));
  }
  return ask_policy(std::move(*bytes), question);
}

}  // namespace preflight
