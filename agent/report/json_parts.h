// SPDX-License-Identifier: Apache-2.0
// The pieces that both JSON documents share. Objects keep one shape: what is not known is null, not a missing key.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "policies/check.h"
#include "probes/facts.h"

namespace preflight::json {

using Json = nlohmann::ordered_json;

/// {"name": "lbpreflight", "version": "0.1.0"}
[[nodiscard]] Json tool();
[[nodiscard]] Json host(const HostFacts& host);
/// {"code": "EACCES", "object": ..., "reason": ...}
[[nodiscard]] Json error(const Error& error);
/// {"error": {...}}: stands where a fact would.
[[nodiscard]] Json absent(const Error& error);
/// A text, or null when it is empty.
[[nodiscard]] Json optional_text(std::string_view text);
/// {"file", "line", "column"}, or null when the value was not written anywhere.
[[nodiscard]] Json origin(const haproxy::Origin& origin);

[[nodiscard]] std::string_view name_of(haproxy::ConfigSource source);
[[nodiscard]] std::string_view name_of(haproxy::Role role);

/// The bytes: ASCII only, so that the document is safe on a terminal too; invalid UTF-8 is replaced.
[[nodiscard]] std::string bytes(const Json& document);

}  // namespace preflight::json
