// SPDX-License-Identifier: Apache-2.0
// The settings a person may ask about, in the spellings people copy: from sysctl(8), from /proc, from a unit file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "policies/check.h"

namespace preflight::cli {

struct SettingName {
  enum class Kind : std::uint8_t { sysctl, open_files };
  Kind kind = Kind::sysctl;
  std::string key;   // of a sysctl: "net.ipv4.conf.eth0/200.forwarding", a dot inside a name written as a slash
  std::string unit;  // of LimitNOFILE: "haproxy.service"; empty: of every haproxy of this run
  friend bool operator==(const SettingName&, const SettingName&) = default;
};

inline constexpr std::string_view kOpenFiles = "LimitNOFILE";

/// "net.core.somaxconn", "net/core/somaxconn", "/proc/sys/net/core/somaxconn", "LimitNOFILE" or "UNIT:LimitNOFILE"; the
/// error says in words why `word` is none of them. Whether the kernel has such a key is not asked.
[[nodiscard]] tl::expected<SettingName, std::string> parse_setting_name(std::string_view word,
                                                                        std::span<const Check* const> checks);

/// Every sysctl that a check reads, and LimitNOFILE, in byte order.
[[nodiscard]] std::vector<std::string_view> known_settings(std::span<const Check* const> checks);

/// The one of `known` that was probably meant: by its whole name, or by the last part of one that is no more than
/// that ("somaxconn"); empty where none is near.
[[nodiscard]] std::string_view nearest_setting(std::string_view typed, const std::vector<std::string_view>& known);

}  // namespace preflight::cli
