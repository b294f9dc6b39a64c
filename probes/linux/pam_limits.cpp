// SPDX-License-Identifier: Apache-2.0
// Four words a line: whom, soft or hard, which limit, and how much.
#include "probes/linux/pam_limits.h"

#include "probes/base/text.h"

namespace preflight {
namespace {

constexpr std::size_t kLargest = 1024UL * 1024;
constexpr std::size_t kMostLimits = 1000;
constexpr const char* kMain = "/etc/security/limits.conf";
constexpr const char* kFurther = "/etc/security/limits.d";

Result<void> add_limits(const HostView& host, const std::string& path, std::vector<PamLimit>& limits) {
  const auto content = host.read(path, kLargest);
  if (!content && is_missing(content.error())) return {};
  if (!content) return tl::make_unexpected(content.error());
  std::uint32_t number = 0;
  for_each_line(*content, [&](std::string_view line) {
    ++number;
    const auto parts = words(line.substr(0, line.find('#')));
    if (parts.size() < 4 || lowercase(parts[2]) != "nofile" || limits.size() == kMostLimits) return;
    limits.push_back({path, number, std::string(parts[0]), lowercase(parts[1]), std::string(parts[3])});
  });
  return {};
}

bool is_conf(std::string_view name) {
  constexpr std::string_view kSuffix = ".conf";
  return name.front() != '.' && name.size() > kSuffix.size() && name.substr(name.size() - kSuffix.size()) == kSuffix;
}

}  // namespace

Result<std::vector<PamLimit>> read_pam_nofile(const HostView& host) {
  std::vector<PamLimit> limits;
  if (auto added = add_limits(host, kMain, limits); !added) return tl::make_unexpected(added.error());
  const auto names = host.list(kFurther);
  if (!names && !is_missing(names.error())) return tl::make_unexpected(names.error());
  if (!names) return limits;
  for (const auto& name : *names) {
    if (!is_conf(name)) continue;
    if (auto added = add_limits(host, std::string(kFurther) + "/" + name, limits); !added) {
      return tl::make_unexpected(added.error());
    }
  }
  return limits;
}

}  // namespace preflight
