// SPDX-License-Identifier: Apache-2.0
// The kernel's counters, found by name: their order and number change from release to release.
#include "probes/linux/counters.h"

#include <charconv>
#include <optional>
#include <vector>

#include "probes/base/text.h"

namespace preflight {
namespace {

tl::unexpected<Error> unreadable(const std::string& path) {
  return fail(std::errc::bad_message, path, "not in the kernel's form");
}

/// "TcpExt: A B C" followed by "TcpExt: 1 2 3".
Result<Counters> parse_netstat(std::string_view text, const std::string& path) {
  std::vector<std::vector<std::string_view>> rows;
  for_each_line(text, [&](std::string_view line) {
    auto fields = words(line);
    if (!fields.empty() && fields[0] == "TcpExt:" && rows.size() < 2) rows.push_back(std::move(fields));
  });
  if (rows.size() != 2 || rows[0].size() != rows[1].size()) return unreadable(path);
  Counters counters;
  for (std::size_t i = 1; i < rows[0].size(); ++i) {
    const auto value = parse_integer(rows[1][i]);
    if (!value) return unreadable(path);
    counters.values.emplace(rows[0][i], *value);
  }
  return counters;
}

/// "TCP: inuse 5 orphan 0 tw 2".
Result<Counters> parse_sockstat(std::string_view text, const std::string& path) {
  Counters counters;
  bool sound = true;
  for_each_line(text, [&](std::string_view line) {
    const auto fields = words(line);
    if (fields.empty()) return;
    const std::string group(fields[0].substr(0, fields[0].find(':')));
    sound = sound && fields[0].back() == ':' && fields.size() % 2 == 1;
    for (std::size_t i = 1; i + 1 < fields.size() && sound; i += 2) {
      const auto value = parse_integer(fields[i + 1]);
      sound = value.has_value();
      if (value) counters.values.emplace(group + "." + std::string(fields[i]), *value);
    }
  });
  if (!sound || counters.values.empty()) return unreadable(path);
  return counters;
}

std::optional<std::int64_t> parse_hex(std::string_view text) {
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value, 16);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

/// One line of names, then one of hexadecimal numbers for each CPU.
Result<Counters> parse_conntrack(std::string_view text, const std::string& path) {
  Counters counters;
  std::vector<std::string_view> names;
  bool sound = true;
  for_each_line(text, [&](std::string_view line) {
    const auto fields = words(line);
    if (names.empty()) {
      names = fields;
      return;
    }
    sound = sound && fields.size() == names.size();
    for (std::size_t i = 0; i < fields.size() && sound; ++i) {
      const auto value = parse_hex(fields[i]);
      sound = value.has_value();
      if (value) counters.values[std::string(names[i])] += *value;
    }
  });
  if (!sound || counters.values.empty()) return unreadable(path);
  // Not a sum: every CPU's row shows the one table.
  counters.values.erase("entries");
  return counters;
}

using Parser = Result<Counters> (*)(std::string_view, const std::string&);

Result<Counters> read_with(Parser parse, const HostView& host, Netns netns, const std::string& path) {
  const auto text = host.read_in(netns, path);
  if (!text) return tl::make_unexpected(text.error());
  return parse(*text, path);
}

}  // namespace

Result<std::int64_t> Counters::get(std::string_view name) const {
  const auto found = values.find(name);
  if (found == values.end())
    return fail(std::errc::no_such_file_or_directory, std::string(name), "this kernel has no such counter");
  return found->second;
}

Result<Counters> read_netstat(const HostView& host, Netns netns) {
  return read_with(parse_netstat, host, netns, "/proc/net/netstat");
}

Result<Counters> read_sockstat(const HostView& host, Netns netns) {
  return read_with(parse_sockstat, host, netns, "/proc/net/sockstat");
}

Result<Counters> read_conntrack(const HostView& host, Netns netns) {
  return read_with(parse_conntrack, host, netns, "/proc/net/stat/nf_conntrack");
}

}  // namespace preflight
