// SPDX-License-Identifier: Apache-2.0
// The files that are ours to write, and no others: their names sort last where loaders go by names.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace preflight {

inline constexpr std::string_view kBootSettings = "/etc/sysctl.d/zz-lbpreflight.conf";
inline constexpr std::string_view kBootModules = "/etc/modules-load.d/zz-lbpreflight.conf";

/// "/etc/systemd/system/haproxy.service.d", and the drop-in in it.
[[nodiscard]] std::string drop_in_directory(std::string_view unit);
[[nodiscard]] std::string drop_in(std::string_view unit);

/// The content of such a file with "key = value" for each setting: where a line sets the key that line, the last one,
/// becomes it; else it is added at the end. Other lines stay. A new file begins with words about itself.
[[nodiscard]] std::string with_settings(const std::string& content,
                                        const std::map<std::string, std::string, std::less<>>& settings);

[[nodiscard]] std::string with_limit(std::uint64_t descriptors);
[[nodiscard]] std::string with_module(const std::string& content, const std::string& module);

}  // namespace preflight
