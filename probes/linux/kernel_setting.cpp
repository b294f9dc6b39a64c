// SPDX-License-Identifier: Apache-2.0
// kernel/sysctl.c: proc_dointvec_minmax, proc_dou8vec_minmax, proc_doulongvec_minmax, proc_do_large_bitmap; and
// net/ipv4/sysctl_net_ipv4.c for the port range. Bounds are those of Linux 5.14 and later.
#include "probes/linux/kernel_setting.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

#include "probes/base/text.h"
#include "probes/linux/sysctl.h"

namespace preflight {
namespace {

constexpr std::size_t kLongestNumber = 20;  // bytes, sign included
constexpr std::string_view kRange = "net.ipv4.ip_local_port_range";
constexpr std::string_view kUnprivileged = "net.ipv4.ip_unprivileged_port_start";
constexpr std::string_view kReserved = "net.ipv4.ip_local_reserved_ports";

struct Bounds {
  std::string_view key;
  std::int64_t least = 0;
  std::int64_t most = INT32_MAX;
  bool sign = true;  // "-0" is a number to a parser of signed ones
};

constexpr Bounds byte(std::string_view key, std::int64_t most = UINT8_MAX) { return {key, 0, most, false}; }

constexpr auto kIntegers = std::to_array<Bounds>({
    {"fs.file-max", 0, INT64_MAX},
    {"fs.nr_open", 64, 2147483584},
    {"net.core.somaxconn"},
    byte("net.ipv4.ip_nonlocal_bind"),
    {kUnprivileged, 0, UINT16_MAX},
    byte("net.ipv4.tcp_abort_on_overflow"),
    {"net.ipv4.tcp_max_syn_backlog", INT32_MIN},
    {"net.ipv4.tcp_max_tw_buckets", INT32_MIN},
    byte("net.ipv4.tcp_syncookies"),
    byte("net.ipv4.tcp_timestamps"),
    byte("net.ipv4.tcp_tw_reuse", 2),
    {"net.netfilter.nf_conntrack_max"},
});

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

/// A number of C, "0x" and "0" in front as in C, up to a byte of `ends` or the end of the text, which is cut off
/// `text`.
std::optional<std::int64_t> take_number(std::string_view& text, std::string_view ends) {
  const bool negative = !text.empty() && text.front() == '-';
  const auto length = std::min(text.find_first_of(ends), text.size());
  const std::size_t sign = negative ? 1 : 0;
  if (length <= sign || length > kLongestNumber) return std::nullopt;
  auto digits = text.substr(sign, length - sign);
  int base = 10;
  if (digits.size() > 2 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X')) {
    base = 16;
    digits.remove_prefix(2);
  } else if (digits.size() > 1 && digits[0] == '0') {
    base = 8;
  }
  std::uint64_t value = 0;
  const auto [stopped, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc{} || stopped != digits.data() + digits.size() || value > INT64_MAX) return std::nullopt;
  text.remove_prefix(length);
  return negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
}

void skip_spaces(std::string_view& text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
}

/// The first number; what follows after a blank is not looked at.
std::optional<std::string> integer(std::string_view text, const Bounds& bounds) {
  skip_spaces(text);
  if (!bounds.sign && text.substr(0, 1) == "-") return std::nullopt;
  const auto value = take_number(text, " \t\n");
  if (!value || *value < bounds.least || *value > bounds.most) return std::nullopt;
  return std::to_string(*value);
}

/// Two numbers, or the lower end alone.
std::optional<std::string> port_range(std::string_view text, std::string_view held, std::int64_t unprivileged) {
  const auto ends = words(held);
  auto high = ends.size() == 2 ? parse_integer(ends[1]) : std::nullopt;
  skip_spaces(text);
  const auto low = take_number(text, " \t\n");
  if (!low) return std::nullopt;
  skip_spaces(text);
  if (!text.empty()) high = take_number(text, " \t\n");
  if (!high || *low < 1 || *high > UINT16_MAX || *high < *low || *low < unprivileged) return std::nullopt;
  return std::to_string(*low) + "\t" + std::to_string(*high);
}

std::optional<std::int64_t> take_port(std::string_view& text, std::string_view ends) {
  const auto port = take_number(text, ends);
  return port && *port >= 0 && *port <= UINT16_MAX ? port : std::nullopt;
}

/// Sorted, what touches made one.
std::string spelled(std::vector<PortRange> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const PortRange& a, const PortRange& b) { return a.first < b.first; });
  std::string text;
  for (std::size_t i = 0; i < ranges.size();) {
    auto [first, last] = ranges[i];
    for (++i; i < ranges.size() && ranges[i].first <= last + 1; ++i) last = std::max(last, ranges[i].last);
    if (!text.empty()) text += ',';
    text += std::to_string(first);
    if (last > first) text += "-" + std::to_string(last);
  }
  return text;
}

/// "8080,9000-9010"; a blank anywhere is refused.
std::optional<std::string> port_list(std::string_view text) {
  std::vector<PortRange> ranges;
  while (!text.empty()) {
    const auto first = take_port(text, "-,");
    auto last = first;
    const bool range = !text.empty() && text.front() == '-';
    if (!text.empty()) text.remove_prefix(1);
    if (range) {
      last = take_port(text, ",");
      if (!text.empty()) text.remove_prefix(1);
    }
    if (!first || !last || *first > *last) return std::nullopt;
    ranges.push_back({static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)});
  }
  return spelled(std::move(ranges));
}

/// Empty where it is not known.
std::string_view held(const std::map<std::string, std::string, std::less<>>& values, std::string_view key) {
  const auto found = values.find(key);
  return found == values.end() ? std::string_view() : found->second;
}

bool begins_below(std::string_view range, std::int64_t port) {
  const auto ends = words(range);
  const auto low = ends.empty() ? std::nullopt : parse_integer(ends[0]);
  return low && *low < port;
}

/// "6.1.0-13-amd64" -> 6001.
int version_of(std::string_view release) {
  const auto parts = split(release, '.');
  const auto major = parse_integer(parts[0]);
  const auto minor = parts.size() > 1 ? parse_integer(parts[1]) : std::nullopt;
  if (!major || !minor || *major > 1000 || *minor > 999) return 0;
  return static_cast<int>(*major * 1000 + *minor);
}

}  // namespace

bool KernelSettings::write(std::string_view key, std::string_view text) {
  std::optional<std::string> taken(text);
  const auto* const bounds =
      std::find_if(kIntegers.begin(), kIntegers.end(), [&](const auto& b) { return b.key == key; });
  if (bounds != kIntegers.end()) taken = integer(text, *bounds);
  if (key == kReserved) taken = port_list(text);
  if (key == kRange)
    taken = port_range(text, held(values, key), parse_integer(held(values, kUnprivileged)).value_or(0));
  if (taken && key == kUnprivileged && begins_below(held(values, kRange), *parse_integer(*taken))) taken.reset();
  if (taken) values.insert_or_assign(std::string(key), std::move(*taken));
  return taken.has_value();
}

std::optional<std::string> kernel_default(std::string_view key, std::string_view release) {
  struct Default {
    std::string_view key;
    std::string_view value;
    int since;  // version_of()
  };
  static constexpr auto kDefaults = std::to_array<Default>({
      {"net.core.somaxconn", "4096", 5004},
      {"net.ipv4.ip_local_port_range", "32768\t60999", 4002},
      {"net.ipv4.ip_local_reserved_ports", "", 3000},
      {"net.ipv4.ip_nonlocal_bind", "0", 3000},
      {"net.ipv4.ip_unprivileged_port_start", "1024", 4011},
      {"net.ipv4.tcp_abort_on_overflow", "0", 3000},
      {"net.ipv4.tcp_syncookies", "1", 3000},
      {"net.ipv4.tcp_timestamps", "1", 3000},
      {"net.ipv4.tcp_tw_reuse", "2", 4019},
  });
  const auto* const found =
      std::find_if(kDefaults.begin(), kDefaults.end(), [&](const auto& d) { return d.key == key; });
  if (found == kDefaults.end() || version_of(release) < found->since) return std::nullopt;
  return std::string(found->value);
}

std::string_view coupled_key(std::string_view key) {
  if (key == kRange) return kUnprivileged;
  if (key == kUnprivileged) return kRange;
  return {};
}

}  // namespace preflight
