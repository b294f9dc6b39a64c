// SPDX-License-Identifier: Apache-2.0
// The text of `haproxy -vv` (src/haproxy.c display_version and display_build_opts; the same words from 2.4 to 3.4).
#include "probes/haproxy/binary.h"

#include <charconv>
#include <optional>

#include "probes/base/text.h"

namespace preflight::haproxy {
namespace {

/// The number right after `label`: "default=" in "(MAX_THREADS=64, default=2).".
std::optional<std::int64_t> number_after(std::string_view text, std::string_view label) {
  const auto at = text.find(label);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + label.size());
  std::int64_t value = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || value < 0) return std::nullopt;
  return value;
}

/// "3.4-dev7-5f2a" and "2.6.12-1+deb12u4": two or three numbers, then the vendor's own words.
std::optional<Version> parse_version(std::string_view text) {
  Version version;
  const char* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.major);
  if (major.ec != std::errc{} || major.ptr == end || *major.ptr != '.') return std::nullopt;
  const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
  if (minor.ec != std::errc{}) return std::nullopt;
  if (minor.ptr != end && *minor.ptr == '.') std::from_chars(minor.ptr + 1, end, version.patch);
  if (version.major < 0 || version.minor < 0 || version.patch < 0) return std::nullopt;
  return version;
}

/// "Feature list : +EPOLL -KQUEUE" and, since 3.2, "Detected feature list : +HAVE_...".
void add_features(std::string_view line, std::set<std::string, std::less<>>& features) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || line.substr(0, colon).find("eature list") == std::string_view::npos) return;
  for (const auto word : words(line.substr(colon + 1)))
    if (word.size() > 1 && word.front() == '+') features.emplace(word.substr(1));
}

/// "Built with OpenSSL version : OpenSSL 3.0.22 25 Aug 2026"; since 2.9 "SSL library" instead of "OpenSSL".
void add_tls_library(std::string_view line, BinaryFacts& binary) {
  constexpr std::string_view kMark = " version : ";
  const auto mark = line.find(kMark);
  if (mark == std::string_view::npos || line.substr(0, mark).find("SSL") == std::string_view::npos) return;
  const auto text = printable(trim(line.substr(mark + kMark.size())));
  if (line.rfind("Built with ", 0) == 0) binary.tls_built = text;
  if (line.rfind("Running on ", 0) == 0) binary.tls_running = text;
}

void add_line(std::string_view line, BinaryFacts& binary) {
  add_features(line, binary.features);
  add_tls_library(line, binary);
  if (line.find("multi-threading support (") != std::string_view::npos) {
    binary.max_threads = number_after(line, "MAX_THREADS=").value_or(binary.max_threads);
    binary.default_threads = number_after(line, "default=").value_or(binary.default_threads);
  }
  if (trim(line).substr(0, 10) == "bufsize = ")
    binary.bufsize = number_after(line, "bufsize = ").value_or(binary.bufsize);
}

}  // namespace

Result<BinaryFacts> parse_version_output(const std::string& path, std::string_view output) {
  BinaryFacts binary;
  binary.path = path;
  bool first = true;
  bool recognised = false;
  for_each_line(output, [&](std::string_view line) {
    // 2.4 and later: "HAProxy version 2.6.12-1+deb12u4 2023/12/16 - https://haproxy.org/".
    const auto fields = first ? words(line) : std::vector<std::string_view>();
    first = first && trim(line).empty();
    if (fields.size() >= 3 && (fields[0] == "HAProxy" || fields[0] == "HA-Proxy") && fields[1] == "version") {
      binary.version_text = printable(fields[2]);
      const auto version = parse_version(fields[2]);
      recognised = version.has_value();
      binary.version = version.value_or(Version{});
    }
    if (recognised) add_line(line, binary);
  });
  if (!recognised) return fail(std::errc::bad_message, path, "its -vv does not print a version of HAProxy");
  return binary;
}

}  // namespace preflight::haproxy
