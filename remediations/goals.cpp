// SPDX-License-Identifier: Apache-2.0
// Merging, order, and whether the host is there already.
#include "remediations/goals.h"

#include <algorithm>
#include <array>

#include "policies/demand/start_limits.h"
#include "policies/sysctl_demand.h"
#include "probes/base/text.h"
#include "probes/base/visit.h"
#include "probes/linux/port_set.h"
#include "remediations/reserved_ports.h"
#include "remediations/selinux_aims.h"

namespace preflight {
namespace {

/// What the kernel checks against another setting comes after it; a reservation comes before the range it is for.
constexpr std::array<std::string_view, 7> kOrder = {
    "fs.nr_open",
    "fs.file-max",
    "net.ipv4.ip_unprivileged_port_start",
    kReservedPorts,
    kLocalPortRange,
    "net.netfilter.nf_conntrack_buckets",
    "net.netfilter.nf_conntrack_max",
};

std::size_t rank(std::string_view key) {
  const auto* const found = std::find(kOrder.begin(), kOrder.end(), key);
  return static_cast<std::size_t>(found - kOrder.begin());
}

PortSet ports_of(std::string_view list) {
  Sysctls sysctls;
  sysctls.values.emplace(kReservedPorts, std::string(list));
  PortSet ports;
  for (const auto& range : sysctls.ranges(kReservedPorts).value_or(std::vector<PortRange>())) ports.add(range);
  return ports;
}

std::string united(const std::string& one, const std::string& other) {
  return spelled(ports_of(one + (one.empty() || other.empty() ? "" : ",") + other));
}

void merge(SettingAim& into, const SettingAim& aim) {
  if (aim.key == kReservedPorts) {
    into.value = united(into.value, aim.value);
  } else if (aim.rule == AimRule::exactly || !meets(into.value, aim)) {
    into = aim;
  }
}

Result<std::string> unmet_setting(const SettingAim& aim, const Case& scene) {
  const auto now = SysctlDemand(scene).running(aim.key);
  if (!now) return tl::make_unexpected(now.error());
  if (!meets(*now, aim)) return aim.key + " is " + printable(*now) + ", not " + aim.value;
  const auto* const boot = scene.facts.sysctl_boot ? scene.facts.sysctl_boot->find(aim.key) : nullptr;
  if (boot != nullptr && !boot->late_module.empty())
    return "files set " + aim.key + " before the module " + boot->late_module + " is loaded, which has no effect";
  const auto booted = written_at_boot(scene.facts, aim.key).value;
  if (!booted || meets(normalised(*booted), aim)) return {};
  return "the next boot makes " + aim.key + " " + printable(normalised(*booted)) + ", not " + aim.value;
}

Result<std::string> unmet_limit(const LimitAim& aim, const Case& scene) {
  Result<std::string> unseen = aim.unit + " is not there";
  for (const auto& instance : scene.facts.instances) {
    if (!instance.unit && instance.name == aim.unit) unseen = tl::make_unexpected(instance.unit.error());
    if (!instance.unit || instance.unit->name != aim.unit) continue;
    const auto& limit = instance.unit_limit;
    if (!limit) return tl::make_unexpected(limit.error());
    if (!limit->at_boot) return tl::make_unexpected(limit->at_boot.error());
    const Limits asked = std::min(limit->reloaded.limits, limit->at_boot->limits,
                                  [](const Limits& one, const Limits& other) { return one.hard < other.hard; });
    const auto given = given_at_start(asked, scene.facts);
    if (!given) return tl::make_unexpected(given.error());
    if (given->limits.hard < aim.descriptors) {
      return aim.unit + " would be given " + std::to_string(given->limits.hard) + " descriptors" +
             (given->cut_at_manager ? ", as many as systemd itself has" : "");
    }
    if (instance.unit->limit_nofile < aim.descriptors)
      return "systemd gives " + aim.unit + " " + std::to_string(instance.unit->limit_nofile) + " descriptors";
    return {};
  }
  return unseen;
}

}  // namespace

void Goals::add(const Aims& aims) {
  for (const auto& aim : aims) {
    visit(
        aim,
        [&](const SettingAim& setting) {
          const auto [there, fresh] = settings.emplace(setting.key, setting);
          if (!fresh) merge(there->second, setting);
        },
        [&](const LimitAim& limit) { limits[limit.unit] = std::max(limits[limit.unit], limit.descriptors); },
        [&](const ModuleAim& module) { modules.insert(module.module); },
        [&](const RestartAim& restart) { restarts.insert(restart.unit); },
        // Of two that want another label of one port the first gets it; the other is told that it did not help.
        [&](const LabelAim& label) { labels.emplace(std::pair(label.protocol, label.port), label.type); },
        [&](const BooleanAim& boolean) { booleans.emplace(boolean.name, boolean.value); },
        [&](const StoreAim& store) { stores.insert(store.store); });
  }
}

std::vector<std::string> Goals::keys_in_order() const {
  std::vector<std::string> keys;
  for (const auto& [key, aim] : settings) keys.push_back(key);
  std::stable_sort(keys.begin(), keys.end(),
                   [](const auto& one, const auto& other) { return rank(one) < rank(other); });
  return keys;
}

bool meets(std::string_view value, const SettingAim& aim) {
  if (value == aim.value) return true;
  if (aim.key == kReservedPorts) {
    auto missing = ports_of(aim.value);
    missing.remove(ports_of(value));
    return missing.empty();
  }
  const auto have = parse_integer(value);
  const auto want = parse_integer(aim.value);
  return aim.rule == AimRule::at_least && have && want && *have >= *want;
}

Result<std::string> unmet(const Aims& aims, const Case& scene) {
  for (const auto& aim : aims) {
    auto sentence = visit(
        aim, [&](const SettingAim& setting) { return unmet_setting(setting, scene); },
        [&](const LimitAim& limit) { return unmet_limit(limit, scene); },
        [&](const LabelAim& label) { return unmet_label(label, scene.facts); },
        [&](const BooleanAim& boolean) { return unmet_boolean(boolean, scene.facts); },
        [&](const StoreAim& store) { return unmet_store(store, scene.facts); },
        [](const ModuleAim&) { return Result<std::string>(); },
        [](const RestartAim&) { return Result<std::string>(); });
    if (!sentence || !sentence->empty()) return sentence;
  }
  return {};
}

}  // namespace preflight
