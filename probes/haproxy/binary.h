// SPDX-License-Identifier: Apache-2.0
// What `haproxy -vv` says of a binary: its version, features and compiled-in defaults.
#pragma once

#include <compare>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "probes/base/result.h"

namespace preflight::haproxy {

/// "2.6.12-1+deb12u4" compares as 2.6.12.
struct Version {
  int major = 0;
  int minor = 0;
  int patch = 0;
  friend auto operator<=>(const Version&, const Version&) = default;
};

struct BinaryFacts {
  std::string path;
  Version version;
  std::string version_text;                     // as printed: "2.6.12-1+deb12u4"
  std::set<std::string, std::less<>> features;  // those with a '+'
  std::int64_t default_threads = 1;             // CPUs in the affinity mask, "default=N"
  std::int64_t max_threads = 64;
  std::int64_t bufsize = 16384;
  std::string tls_built{};    // the TLS library it was compiled with, "OpenSSL 3.0.22 25 Aug 2026"; empty: none
  std::string tls_running{};  // the one it loads
};

/// Reads the output of -vv; an error when it does not look like haproxy's.
[[nodiscard]] Result<BinaryFacts> parse_version_output(const std::string& path, std::string_view output);

}  // namespace preflight::haproxy
