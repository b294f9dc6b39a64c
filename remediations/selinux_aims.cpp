// SPDX-License-Identifier: Apache-2.0
// A label of this host's own stands before those of the policy, and two of them may not overlap: libsemanage refuses
// that.
#include "remediations/selinux_aims.h"

#include <algorithm>

#include "policies/listening.h"
#include "probes/base/text.h"
#include "remediations/remedy.h"
#include "remediations/selinux_state.h"

namespace preflight {
namespace {

Protocol protocol_named(std::string_view name) { return name == "udp" ? Protocol::udp : Protocol::tcp; }

std::string port_text(const LabelAim& aim) { return aim.protocol + " port " + std::to_string(aim.port); }

std::string word(bool value) { return value ? "on" : "off"; }

bool wants(const std::vector<PortWant>& list, const PortWant& want) {
  return std::any_of(list.begin(), list.end(),
                     [&](const PortWant& one) { return one.access == want.access && one.port == want.port; });
}

/// Of the bind or the destination with that subject.
std::vector<PortWant> wants_of_subject(const Subject& subject, const Case& scene) {
  std::vector<PortWant> found;
  for (const auto& demand : scene.demand.instances) {
    for (const auto& port : demand.ports) {
      if (subject_of(*port.bind) != subject) continue;
      const auto wanted = wants_of(*port.bind);
      found.insert(found.end(), wanted.begin(), wanted.end());
    }
    for (const auto& destination : demand.destinations) {
      const auto wanted = want_of(destination);
      if (wanted && subject_of(destination) == subject) found.push_back(*wanted);
    }
  }
  return found;
}

Result<std::string> unmet_in(const Result<selinux::PolicyAnswer>& policy, const LabelAim& aim,
                             const std::string& when) {
  if (!policy) return tl::make_unexpected(policy.error());
  const auto& type = policy->type_of(protocol_named(aim.protocol), aim.port);
  return type == aim.type ? std::string() : port_text(aim) + " is " + printable(type) + when + ", not " + aim.type;
}

Result<std::string> unmet_in(const Result<selinux::PolicyAnswer>& policy, const BooleanAim& aim,
                             const std::string& when) {
  if (!policy) return tl::make_unexpected(policy.error());
  const auto found = policy->booleans.find(aim.name);
  if (found == policy->booleans.end()) return aim.name + " is no boolean of the policy";
  return found->second == aim.value ? std::string() : aim.name + " is " + word(found->second) + when;
}

template <typename PolicyAim>
Result<std::string> unmet_in_both(const PolicyAim& aim, const Facts& facts) {
  if (!facts.selinux) return "this host runs without SELinux";
  auto now = unmet_in(facts.selinux->loaded, aim, " now");
  return now && now->empty() ? unmet_in(facts.selinux->installed, aim, " after the next boot") : now;
}

bool is_so(const Result<std::string>& unmet) { return unmet && unmet->empty(); }

/// A policy with levels has contexts that end with one.
std::string context_of(const std::string& type, const HostView& view) {
  const auto levels = view.read(std::string(kSelinuxFs) + "/mls").value_or("1");
  return "system_u:object_r:" + type + (trim(levels) == "0" ? "" : ":s0");
}

class EditMaker {
 public:
  EditMaker(const Facts& facts, const HostView& view, const SelinuxState& state)
      : facts_(facts), view_(view), state_(state) {}

  void add_label(const std::string& protocol, std::uint16_t port, const std::string& type) {
    if (is_so(unmet_label({protocol, port, type}, facts_))) return;
    const auto context = context_of(type, view_);
    const auto own = state_.ports.find({protocol, port, port});
    if (own == state_.ports.end() && extends_last(protocol, port, context)) {
      ++edit_.ports.back().high;
      return;
    }
    const auto from = own == state_.ports.end() ? std::nullopt : std::optional(own->second);
    edit_.ports.push_back({.protocol = protocol, .low = port, .high = port, .from = from, .to = context});
  }

  Result<void> add_boolean(const std::string& name, bool value) {
    if (is_so(unmet_boolean({name, value}, facts_))) return {};
    const auto own = state_.booleans.find(name);
    SelinuxBoolean boolean{.name = name, .kept_to = value};
    if (own != state_.booleans.end()) boolean.kept_from = own->second;
    if (selinux_runs(view_)) {
      const auto now = running_boolean(view_, name);
      if (!now) return tl::make_unexpected(now.error());
      boolean.running_from = *now;
      boolean.running_to = value;
    }
    edit_.booleans.push_back(std::move(boolean));
    return {};
  }

  std::optional<SelinuxEdit> result(const std::string& store) {
    edit_.store = store;
    return edit_.ports.empty() && edit_.booleans.empty() ? std::nullopt : std::optional(std::move(edit_));
  }

 private:
  [[nodiscard]] bool extends_last(const std::string& protocol, std::uint16_t port, const std::string& context) const {
    if (edit_.ports.empty()) return false;
    const auto& last = edit_.ports.back();
    return last.protocol == protocol && last.high + 1 == port && last.to == context && !last.from;
  }

  const Facts& facts_;
  const HostView& view_;
  const SelinuxState& state_;
  SelinuxEdit edit_;
};

}  // namespace

Result<std::string> store_to_change(const CheckResult& finding, const Facts& facts) {
  const auto& about = finding.subject.text;
  if (!facts.selinux) return for_a_person(about, "this host runs without SELinux");
  const auto& selinux = *facts.selinux;
  if (!selinux.config) return tl::make_unexpected(selinux.config.error());
  if (!selinux.store) return for_a_person(about, "the policy has no store that libsemanage could change");
  if (!selinux.store->active)
    return for_a_person(about, "the policy's store is broken: cure selinux_store_is_healthy first");
  return selinux.config->type;
}

std::vector<PortProof> denials_of(const CheckResult& finding, const Case& scene) {
  const auto wanted = wants_of_subject(finding.subject, scene);
  std::vector<PortProof> found;
  for (const auto& denied : denied_ports(scene)) {
    if (wants(wanted, denied.proof.want)) found.push_back(denied.proof);
  }
  return found;
}

BooleanAim boolean_aim(const PortProof& denied, const BooleanCure& cure) {
  return {cure.name, cure.value,
          "denied to " + denied.domain + " now: " + permission_text(denied.want.access, denied.type) +
              "; allowed with " + cure.name + " " + word(cure.value) + ", and besides " +
              grouped(static_cast<std::int64_t>(cure.port_grants)) + " more permissions on ports and " +
              grouped(static_cast<std::int64_t>(cure.other_grants)) + " others"};
}

Result<std::string> unmet_label(const LabelAim& aim, const Facts& facts) { return unmet_in_both(aim, facts); }

Result<std::string> unmet_boolean(const BooleanAim& aim, const Facts& facts) { return unmet_in_both(aim, facts); }

Result<std::string> unmet_store(const StoreAim& aim, const Facts& facts) {
  if (!facts.selinux || !facts.selinux->store) return "the store of " + aim.store + " is not there";
  return facts.selinux->store->active ? std::string() : "the store of " + aim.store + " has no active part";
}

Result<std::optional<SelinuxEdit>> selinux_edit_for(const Goals& goals, const Facts& facts, const HostView& view) {
  if (goals.labels.empty() && goals.booleans.empty()) return std::optional<SelinuxEdit>();
  const auto& store = facts.selinux->config->type;
  const auto state = read_selinux_state(view, store);
  if (!state) return tl::make_unexpected(state.error());
  EditMaker maker(facts, view, *state);
  for (const auto& [port, type] : goals.labels) maker.add_label(port.first, port.second, type);
  for (const auto& [name, value] : goals.booleans) {
    if (auto added = maker.add_boolean(name, value); !added) return tl::make_unexpected(added.error());
  }
  return maker.result(store);
}

}  // namespace preflight
