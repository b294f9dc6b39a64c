// SPDX-License-Identifier: Apache-2.0
// What a unit's name says: its type, whether it is a template or an instance of one, and in which directories systemd
// looks for drop-ins because of it (systemd.unit(5)).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace preflight {

enum class UnitNameKind : std::uint8_t {
  plain,     // "haproxy.service"
  blank,     // "haproxy@.service", a template
  instance,  // "haproxy@edge.service"
};

/// nullopt for what systemd takes for no unit's name: an unknown type, other letters, 256 bytes and more.
[[nodiscard]] std::optional<UnitNameKind> unit_name_kind(std::string_view name);

/// "service" of "haproxy.service".
[[nodiscard]] std::string unit_type(std::string_view name);

/// "edge" of "haproxy@edge.service"; empty for other names.
[[nodiscard]] std::string instance_of(std::string_view name);

/// "haproxy@.service" of "haproxy@edge.service"; empty for other names.
[[nodiscard]] std::string template_of(std::string_view name);

/// "haproxy@edge.service" of the template "haproxy@.service".
[[nodiscard]] std::string with_instance(std::string_view blank, std::string_view instance);

/// Whose ".d" directories count for a unit of this name, the most specific first: its own, its template's, and those of
/// every prefix that ends in a dash ("a-b.service" is also configured by "a-.service.d"). Without the type's own.
[[nodiscard]] std::vector<std::string> drop_in_names(const std::string& name);

}  // namespace preflight
