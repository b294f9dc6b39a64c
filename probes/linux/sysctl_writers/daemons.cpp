// SPDX-License-Identifier: Apache-2.0
// Daemons that set kernel settings of their own accord, whatever a file of sysctl.d says: looked for only where one of
// these keys is asked for.
#include <algorithm>
#include <array>
#include <string_view>

#include "probes/base/text.h"
#include "probes/linux/sysctl_writers/parts.h"

namespace preflight::sysctl_writers {
namespace {

/// `unless`: "key value" in the daemon's configuration, blanks and quotes left out, that keeps it from writing.
struct Daemon {
  std::string_view unit;
  std::string_view config;
  std::string_view unless;
  std::string_view key;
  std::string_view value;
  WriteRule rule;
};

constexpr std::string_view kDocker = "/etc/docker/daemon.json";
constexpr std::string_view kNoForward = "ip-forward:false";
constexpr std::string_view kKubelet = "/var/lib/kubelet/config.yaml";
constexpr std::string_view kProtect = "protectKernelDefaults:true";

/// moby: bridge driver, setupIPForwarding; kubernetes: setupKernelTunables.
constexpr auto kDaemons = std::to_array<Daemon>({
    {"docker.service", kDocker, kNoForward, "net.ipv4.ip_forward", "1", WriteRule::raises},
    {"kubelet.service", kKubelet, kProtect, "kernel.keys.root_maxbytes", "25000000", WriteRule::sets},
    {"kubelet.service", kKubelet, kProtect, "kernel.keys.root_maxkeys", "1000000", WriteRule::sets},
    {"kubelet.service", kKubelet, kProtect, "kernel.panic", "10", WriteRule::sets},
    {"kubelet.service", kKubelet, kProtect, "kernel.panic_on_oops", "1", WriteRule::sets},
    {"kubelet.service", kKubelet, kProtect, "vm.overcommit_memory", "1", WriteRule::sets},
    {"kubelet.service", kKubelet, kProtect, "vm.panic_on_oom", "0", WriteRule::sets},
});

std::string squeezed(std::string text) {
  const auto drop = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '"' || c == '\''; };
  text.erase(std::remove_if(text.begin(), text.end(), drop), text.end());
  return text;
}

}  // namespace

Result<Writers> daemons(const Question& question) {
  Writers writers;
  for (const auto& daemon : kDaemons) {
    if (question.keys.count(daemon.key) == 0) continue;
    const std::string unit(daemon.unit);
    const auto starts = starts_at_boot(question.host, unit);
    if (!starts) return tl::make_unexpected(starts.error());
    if (!*starts) continue;
    auto config = read_if_there(question.host, std::string(daemon.config));
    if (!config) return tl::make_unexpected(config.error());
    if (squeezed(config->value_or("")).find(daemon.unless) != std::string::npos) continue;
    writers.push_back({unit, unit, 0, std::string(daemon.key), std::string(daemon.value), daemon.rule});
  }
  return writers;
}

}  // namespace preflight::sysctl_writers
