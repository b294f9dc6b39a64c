// SPDX-License-Identifier: Apache-2.0
// Any bytes at all as two files of sysctl.d and as /etc/sysctl.conf: each loader's answer names a line of them, and the
// value it gives is one that the kernel would show.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "probes/linux/kernel_setting.h"
#include "probes/linux/sysctl_boot.h"

namespace {

using preflight::ConfFile;
using preflight::LineFate;

using Keys = std::set<std::string, std::less<>>;

/// One of each kind that the kernel parses; the length of an input chooses, so that each has its share of the runs.
const std::array<Keys, 4> kKeys = {Keys{"net.core.somaxconn"}, Keys{"net.ipv4.ip_local_port_range"},
                                   Keys{"net.ipv4.ip_local_reserved_ports"},
                                   Keys{"net.ipv4.ip_unprivileged_port_start"}};
const std::map<std::string, std::string, std::less<>> kKernel = {{"net.ipv4.ip_local_port_range", "32768\t60999"},
                                                                 {"net.ipv4.ip_unprivileged_port_start", "1024"}};

void expect(bool holds) {
  if (!holds) std::abort();
}

ConfFile file(const char* path, std::string content) {
  ConfFile made{.path = path};
  made.content = std::move(content);
  return made;
}

void examine(const preflight::Result<preflight::LoaderAnswer>& answer, std::string_view key) {
  if (!answer) {
    expect(!answer.error().reason.empty());
    return;
  }
  expect(answer->value.has_value() == answer->decider.has_value());
  std::size_t deciding = 0;
  for (const auto& line : answer->lines) {
    expect(line.line != 0 && !line.file.empty());
    deciding += line.fate == LineFate::decides ? 1 : 0;
  }
  expect(deciding == (answer->decider ? 1U : 0U));
  if (!answer->value) return;
  preflight::KernelSettings again;  // what the kernel shows it takes, and shows again
  expect(again.write(key, *answer->value));
  expect(again.values.find(key)->second == *answer->value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string content(reinterpret_cast<const char*>(bytes), size);
  preflight::SysctlFiles files;
  files.in_directories = {file("/etc/sysctl.d/50-a.conf", content.substr(0, size / 2)),
                          file("/etc/sysctl.d/60-b.conf", content.substr(size / 2))};
  files.sysctl_conf = file("/etc/sysctl.conf", content.substr(size / 3, size / 3));
  for (const auto& [key, found] : preflight::resolve_sysctls(files, kKeys[size % kKeys.size()], kKernel)) {
    examine(found.systemd, key);
    examine(found.procps, key);
  }
  return 0;
}
