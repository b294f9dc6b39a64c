// SPDX-License-Identifier: Apache-2.0
// systemd-sysctl runs before sysinit.target; all of these come later at boot, in about this order: what brings
// interfaces up, firewalls before the network, cloud-init, the services of multi-user.target, and rc.local last.
#include "probes/linux/sysctl_writers.h"

#include <algorithm>

#include "probes/base/text.h"
#include "probes/linux/kernel_setting.h"
#include "probes/linux/sysctl_writers/parts.h"

namespace preflight {
namespace {

using Reader = Result<std::vector<SysctlWriter>> (*)(const sysctl_writers::Question&);

constexpr Reader kReaders[] = {sysctl_writers::ifupdown, sysctl_writers::ufw,     sysctl_writers::cloud_init,
                               sysctl_writers::tuned,    sysctl_writers::daemons, sysctl_writers::units,
                               sysctl_writers::rc_local};

/// Whether the owner leaves what is there as it is; nothing where that cannot be said.
std::optional<bool> leaves(const SysctlWriter& writer, const std::optional<std::string>& there) {
  if (writer.rule == WriteRule::sets) return false;
  const auto now = there ? parse_integer(*there) : std::nullopt;
  const auto wanted = parse_integer(writer.value);
  if (!now || !wanted) return std::nullopt;
  return writer.rule == WriteRule::raises ? *now >= *wanted : *now <= *wanted;
}

constexpr std::size_t kLongest = 4096;  // a page: the kernel takes no more of a setting

/// In the kernel's own spelling; nothing is written where the kernel refuses.
bool is_taken(SysctlWriter& writer) {
  if (writer.value.size() > kLongest) writer.value.clear();
  if (writer.value.empty()) return true;
  KernelSettings settings;
  if (!settings.write(writer.key, writer.value)) return false;
  writer.value = settings.values.find(writer.key)->second;
  return true;
}

}  // namespace

Result<std::vector<SysctlWriter>> read_sysctl_writers(const HostView& host, const SysctlKeys& keys,
                                                      const Result<SysctlBoot>& boot) {
  std::vector<SysctlWriter> writers;
  if (keys.empty()) return writers;
  for (const auto reader : kReaders) {
    auto found = reader({host, keys, boot});
    if (!found) return tl::make_unexpected(found.error());
    for (auto& writer : *found)
      if (is_taken(writer)) writers.push_back(std::move(writer));
  }
  return writers;
}

WrittenValue written_after(const std::vector<SysctlWriter>& writers, std::string_view key,
                           const std::optional<std::string>& value) {
  WrittenValue written{value, nullptr};
  for (const auto& writer : writers) {
    if (writer.key != key) continue;
    const auto idle = leaves(writer, written.value);
    if (idle == true) continue;
    written.last_writer = &writer;
    written.value = writer.value.empty() || !idle ? std::nullopt : std::optional(writer.value);
  }
  return written;
}

}  // namespace preflight
