// SPDX-License-Identifier: Apache-2.0
// What the host calls itself: the kernel's name for it where it runs, else that of its files (os-release(5)).
#include "probes/host_facts.h"

#include <algorithm>

#include "probes/base/text.h"
#include "probes/linux/process.h"

namespace preflight {
namespace {

std::string pretty_name(const HostView& host) {
  const auto text = host.read("/etc/os-release");
  std::string name;
  if (!text) return name;
  for_each_line(*text, [&](std::string_view line) {
    constexpr std::string_view kKey = "PRETTY_NAME=";
    if (line.rfind(kKey, 0) != 0) return;
    line.remove_prefix(kKey.size());
    name = std::string(trim(line));
    name.erase(std::remove(name.begin(), name.end(), '"'), name.end());
  });
  return name;
}

}  // namespace

HostFacts read_host(const HostView& host) {
  HostFacts facts;
  facts.kind = host.kind();
  const auto live_name = host.read("/proc/sys/kernel/hostname");
  const auto name = live_name ? live_name : host.read("/etc/hostname");
  if (name) facts.name = std::string(trim(*name));
  facts.system = pretty_name(host);
  facts.systemd = host.status("/run/systemd/system").has_value();
  if (facts.kind == HostKind::live) {
    if (const auto self = read_identity(host); self) {
      facts.euid = self->uid;
      facts.capabilities = self->capabilities;
    }
  }
  return facts;
}

}  // namespace preflight
