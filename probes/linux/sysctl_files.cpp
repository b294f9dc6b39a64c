// SPDX-License-Identifier: Apache-2.0
// systemd-sysctl.service asks for the credential sysctl.extra by name: the manager looks among those it was given
// itself, then in the credential stores.
#include "probes/linux/sysctl_files.h"

#include <array>

namespace preflight {
namespace {

constexpr std::string_view kSysctlConf = "/etc/sysctl.conf";
constexpr std::array<std::string_view, 5> kCredentials = {
    "/run/credentials/@system/sysctl.extra", "/etc/credstore/sysctl.extra", "/run/credstore/sysctl.extra",
    "/usr/local/lib/credstore/sysctl.extra", "/usr/lib/credstore/sysctl.extra"};

bool is_absent(const Result<std::string>& content) {
  return !content && content.error().code == std::errc::no_such_file_or_directory;
}

std::optional<ConfFile> file_at(const HostView& host, std::string_view place) {
  ConfFile file{.path = std::string(place)};
  file.content = read_conf_file(host, file.path);
  if (is_absent(file.content)) return std::nullopt;
  return file;
}

}  // namespace

Result<SysctlFiles> read_sysctl_files(const HostView& host) {
  auto listed = read_conf_files(host, conf_directories(host, "sysctl.d"));
  if (!listed) return tl::make_unexpected(listed.error());
  SysctlFiles files;
  files.in_directories = std::move(*listed);
  files.sysctl_conf = file_at(host, kSysctlConf);
  for (const auto place : kCredentials) {
    if (!files.credential) files.credential = file_at(host, place);
  }
  return files;
}

}  // namespace preflight
