// SPDX-License-Identifier: Apache-2.0
// /proc/sys: a key is its path with dots for slashes, and /proc/sys/net shows the reader's own network namespace.
#include "probes/linux/sysctl.h"

#include <algorithm>
#include <optional>

#include "probes/base/text.h"
#include "probes/linux/sysctl_name.h"

namespace preflight {
namespace {

/// Only what leads to a file below /proc/sys.
std::optional<std::string> path_of(std::string_view key) {
  const auto path = swap_separators(key);
  for (const auto name : split(path, '/'))
    if (name.empty() || name == "." || name == "..") return std::nullopt;
  return "/proc/sys/" + path;
}

Result<std::string> read_one(const HostView& host, Netns netns, std::string_view key) {
  const auto path = path_of(key);
  if (!path) return fail(std::errc::invalid_argument, std::string(key), "not the name of a sysctl");
  auto text = key.substr(0, 4) == "net." ? host.read_in(netns, *path) : host.read(*path);
  if (!text) return tl::make_unexpected(Error{text.error().code, std::string(key), text.error().reason});
  return std::string(trim(*text));
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto number = parse_integer(text);
  if (!number || *number < 0 || *number > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

tl::unexpected<Error> unexpected_text(std::string_view key, std::string_view text, std::string_view wanted) {
  return fail(std::errc::bad_message, std::string(key), printable(text) + " is not " + std::string(wanted));
}

}  // namespace

Result<std::string> Sysctls::text(std::string_view key) const {
  const auto found = values.find(key);
  if (found == values.end()) return unread(std::string(key));
  return found->second;
}

Result<std::int64_t> Sysctls::integer(std::string_view key) const {
  const auto value = text(key);
  if (!value) return tl::make_unexpected(value.error());
  const auto number = parse_integer(*value);
  if (!number) return unexpected_text(key, *value, "a number");
  return *number;
}

Result<PortRange> Sysctls::range(std::string_view key) const {
  const auto value = text(key);
  if (!value) return tl::make_unexpected(value.error());
  const auto fields = words(*value);
  const auto first = fields.size() == 2 ? parse_port(fields[0]) : std::nullopt;
  const auto last = fields.size() == 2 ? parse_port(fields[1]) : std::nullopt;
  if (!first || !last) return unexpected_text(key, *value, "a range of ports");
  return PortRange{*first, *last};
}

Result<std::vector<PortRange>> Sysctls::ranges(std::string_view key) const {
  const auto value = text(key);
  if (!value) return tl::make_unexpected(value.error());
  std::vector<PortRange> found;
  if (value->empty()) return found;
  for (const auto piece : split(*value, ',')) {
    const auto dash = piece.find('-');
    const auto first = parse_port(piece.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_port(piece.substr(dash + 1));
    if (!first || !last) return unexpected_text(key, *value, "a list of ports");
    found.push_back({*first, *last});
  }
  return found;
}

Sysctls read_sysctls(const HostView& host, Netns netns, std::span<const std::string_view> keys) {
  Sysctls sysctls;
  for (const auto key : keys) sysctls.values.emplace(key, read_one(host, netns, key));
  return sysctls;
}

}  // namespace preflight
