// SPDX-License-Identifier: Apache-2.0
// A denial in words: what is denied by which missing rule, and each cure with what else it would allow.
#include "policies/listening.h"
#include "policies/selinux.h"
#include "probes/base/text.h"

namespace preflight {
namespace {

using PortAccess = selinux::Access;

std::string port_text(const PortWant& want) {
  return std::string(to_string(want.protocol())) + " port " + std::to_string(want.port);
}

std::string_view verb(const PortWant& want) { return want.access == PortAccess::tcp_connect ? "connect to" : "bind"; }

std::string domains(std::uint32_t count) { return grouped(count) + (count == 1 ? " other domain" : " other domains"); }

std::string why_denied(const PortProof& proof) {
  const auto who = "SELinux does not let " + proof.domain + " ";
  switch (proof.rule) {
    case PortRule::no_capability:
      return who + "use the capability net_bind_service, which " + port_text(proof.want) + " takes";
    case PortRule::no_node:
      return who + "bind an address of type " + proof.node;
    default:
      return who + std::string(verb(proof.want)) + " " + port_text(proof.want) + ", which is " + proof.type;
  }
}

std::string label_text(const PortProof& proof) {
  const auto& cure = *proof.label;
  return std::string("least privilege: semanage port -") + (cure.modifies ? "m" : "a") + " -t " + cure.type + " -p " +
         std::string(to_string(proof.want.protocol())) + " " + std::to_string(proof.want.port) +
         "; proved: " + proof.domain + " may then " + std::string(verb(proof.want)) + " it, as " + domains(cure.users) +
         " may";
}

std::string owner_text(const PortProof& proof) {
  const auto& cure = *proof.label;
  return "the port is " + cure.owner + "'s: " + grouped(cure.owner_users) +
         (cure.owner_users == 1 ? " domain" : " domains") + " may " + std::string(verb(proof.want)) +
         " it by that type, and no longer by the new one";
}

std::string boolean_text(const PortProof& proof) {
  const auto& cure = proof.booleans.front();
  return std::string(proof.label ? "or, for more than this port" : "it takes") + ": setsebool -P " + cure.name +
         (cure.value ? " on" : " off") + "; it also grants " + proof.domain + " " +
         grouped(static_cast<std::int64_t>(cure.port_grants)) + " more permissions on ports and " +
         grouped(static_cast<std::int64_t>(cure.other_grants)) + " others";
}

void add_cures(const PortProof& proof, Detail& detail) {
  if (proof.label) {
    detail.evidence.push_back(label_text(proof));
    if (!proof.label->owner.empty()) detail.evidence.push_back(owner_text(proof));
  }
  if (!proof.booleans.empty()) detail.evidence.push_back(boolean_text(proof));
  if (!proof.label && proof.booleans.empty()) {
    detail.evidence.emplace_back("no label and no boolean alone cures it: it takes a policy module");
  }
}

bool enforces_after_boot(const SelinuxFacts& selinux) {
  return selinux.config && selinux.config->mode == SelinuxMode::enforcing;
}

}  // namespace

std::string permission_text(PortAccess access, std::string_view type) {
  return std::string(selinux::class_of(access)) + " " + std::string(selinux::permission_of(access)) + " of " +
         std::string(type);
}

Fail denied(const PortProof& proof, const SelinuxFacts& selinux) {
  Fail fail;
  auto& detail = fail.detail;
  detail.observed = Measure(proof.rule == PortRule::no_node ? proof.node : proof.type);
  if (proof.label) detail.expected = Expectation{Relation::equal, Measure(proof.label->type)};
  detail.why = why_denied(proof);
  const bool enforcing = selinux.mode && *selinux.mode == SelinuxMode::enforcing;
  if (proof.permissive) {
    fail.severity = Severity::info;
    detail.evidence.push_back("it is let pass and logged: the domain " + proof.domain + " is permissive");
  } else if (!enforcing) {
    fail.severity = enforces_after_boot(selinux) ? Severity::warning : Severity::info;
    detail.evidence.emplace_back(enforces_after_boot(selinux)
                                     ? "it is let pass until the next boot: SELinux is permissive now, and configured "
                                       "to enforce"
                                     : "it is let pass and logged: SELinux is permissive");
  } else if (proof.want.access == PortAccess::tcp_connect) {
    detail.evidence.emplace_back("haproxy will mark the server DOWN, L4CON, \"Permission denied\"");
  } else {
    detail.evidence.emplace_back(
        "haproxy will say \"cannot bind socket (Permission denied)\" and exit; `haproxy -c` says valid");
    fail.prevents_start = true;
  }
  add_cures(proof, detail);
  return fail;
}

}  // namespace preflight
