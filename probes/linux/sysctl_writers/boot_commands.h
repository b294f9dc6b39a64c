// SPDX-License-Identifier: Apache-2.0
// The list under `bootcmd:` of a cloud-config document, which is YAML.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace preflight::sysctl_writers {

struct BootCommand {
  std::uint32_t line = 0;
  std::string shell;  // as /bin/sh gets it; a list of words is quoted, as cloud-init does
};

/// Nothing where the document has no `bootcmd`. Read are block lists of plain or quoted text, of "[a, b]", of nested
/// block lists and of literal blocks ("|"): what people write and what cloud-init itself writes.
[[nodiscard]] std::optional<std::vector<BootCommand>> boot_commands(std::string_view document);

}  // namespace preflight::sysctl_writers
