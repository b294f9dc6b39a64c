// SPDX-License-Identifier: Apache-2.0
// Lines of "Name:   number kB".
#include "probes/linux/memory.h"

#include <optional>
#include <string_view>

#include "probes/base/text.h"

namespace preflight {
namespace {

constexpr std::int64_t kKibibyte = 1024;
constexpr std::int64_t kMostKibibytes = std::int64_t{1} << 50;

std::optional<std::int64_t> bytes_of(std::string_view line, std::string_view name) {
  if (line.substr(0, name.size()) != name) return std::nullopt;
  const auto fields = words(line.substr(name.size()));
  const auto number = fields.empty() ? std::nullopt : parse_integer(fields[0]);
  if (!number || *number < 0 || *number > kMostKibibytes) return std::nullopt;
  return *number * kKibibyte;
}

}  // namespace

Result<Memory> read_memory(const HostView& host) {
  const char* const path = "/proc/meminfo";
  const auto text = host.read(path);
  if (!text) return tl::make_unexpected(text.error());
  std::optional<std::int64_t> total;
  std::optional<std::int64_t> available;
  for_each_line(*text, [&](std::string_view line) {
    if (!total) total = bytes_of(line, "MemTotal:");
    if (!available) available = bytes_of(line, "MemAvailable:");
  });
  if (!total || !available) return fail(std::errc::bad_message, path, "not in the form proc(5) describes");
  return Memory{*total, *available};
}

}  // namespace preflight
