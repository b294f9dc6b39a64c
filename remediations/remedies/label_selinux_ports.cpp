// SPDX-License-Identifier: Apache-2.0
// The least that lets haproxy bind or connect: the port gets a type that its policy allows already. Nothing else is
// allowed to haproxy by it, and to other domains only what they may do with that type.
#include <algorithm>

#include "policies/listening.h"
#include "probes/base/text.h"
#include "remediations/remedy.h"
#include "remediations/selinux_aims.h"

namespace preflight::remedies {
namespace {

std::string protocol_of(const PortProof& proof) { return std::string(to_string(proof.want.protocol())); }

std::string name_of(const PortProof& proof) { return protocol_of(proof) + " port " + std::to_string(proof.want.port); }

std::string proof_of(const PortProof& proof) {
  return "denied to " + proof.domain + " now: " + permission_text(proof.want.access, proof.type) +
         "; allowed then: " + permission_text(proof.want.access, proof.label->type) + ", as to " +
         grouped(proof.label->users) + " other domains";
}

/// Ranges of this host's own may not overlap, and whoever made the one that is there had a reason.
const selinux::PortRecord* wider_record(const PortProof& proof, const SelinuxStore& store) {
  const auto port = proof.want.port;
  const auto found = std::find_if(store.ports->begin(), store.ports->end(), [&](const selinux::PortRecord& one) {
    return one.protocol == proof.want.protocol() && one.low <= port && port <= one.high && one.low != one.high;
  });
  return found == store.ports->end() ? nullptr : &*found;
}

/// Why a label is not ours to give; empty where it is.
std::string objection(const PortProof& proof, const SelinuxStore& store) {
  if (!proof.label) return "no label lets " + proof.domain + " use " + name_of(proof);
  const auto& label = *proof.label;
  if (!label.owner.empty() && label.owner_users > 0)
    return name_of(proof) + " is " + label.owner + "'s: labelled " + label.type + ", " + grouped(label.owner_users) +
           " domains may no longer use it";
  if (const auto* const record = wider_record(proof, store))
    return "this host labels the ports " + std::to_string(record->low) + "-" + std::to_string(record->high) + " " +
           printable(record->type) + ", which a label of one of them would overlap";
  return {};
}

Result<Aims> propose(const CheckResult& finding, const Case& scene) {
  const auto store = store_to_change(finding, scene.facts);
  if (!store) return tl::make_unexpected(store.error());
  const auto& about = finding.subject.text;
  const auto& lists = *scene.facts.selinux->store;
  if (!lists.ports) return tl::make_unexpected(lists.ports.error());
  Aims aims;
  for (const auto& proof : denials_of(finding, scene)) {
    if (const auto reason = objection(proof, lists); !reason.empty()) return for_a_person(about, reason);
    aims.push_back(LabelAim{protocol_of(proof), proof.want.port, proof.label->type, proof_of(proof)});
  }
  if (aims.empty()) return for_a_person(about, "it is not the label of a port that stands against it");
  return aims;
}

}  // namespace

extern constinit const Remedy label_selinux_ports{
    .id = "label_selinux_ports",
    .title = "Label ports for SELinux with a type that haproxy may use",
    .rationale =
        "A label of this host's own changes one port; haproxy gets no right that it did not have. It is proved on the "
        "loaded policy before and after, and kept in the policy's store.",
    .propose = propose,
    .otherwise = "enable_selinux_boolean",
};

}  // namespace preflight::remedies
