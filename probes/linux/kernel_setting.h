// SPDX-License-Identifier: Apache-2.0
// What the kernel makes of a text written to one of its settings. Its parsers take less, and more, than people think:
// "0x10" is sixteen, "4096 # comment" is 4096, one number changes the lower end of the port range alone.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace preflight {

/// Settings that are written one after another, as a loader does. Keys are dotted. Those whose parser we know are held
/// in the kernel's own spelling; any other key takes any text.
class KernelSettings {
 public:
  std::map<std::string, std::string, std::less<>> values;  // what is known to be there

  /// False where the kernel refuses (EINVAL): the value stays.
  bool write(std::string_view key, std::string_view text);
};

/// What a kernel of this release ("6.1.0-13-amd64") begins with in its first network namespace, for keys whose default
/// depends on nothing else.
[[nodiscard]] std::optional<std::string> kernel_default(std::string_view key, std::string_view release);

/// The other key that decides whether a value of this one is taken: the port range may not begin below the first
/// unprivileged port. Empty: none.
[[nodiscard]] std::string_view coupled_key(std::string_view key);

}  // namespace preflight
