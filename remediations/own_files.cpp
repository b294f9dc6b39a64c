// SPDX-License-Identifier: Apache-2.0
// Contents, line by line, so that a diff shows what is new and nothing else.
#include "remediations/own_files.h"

#include <algorithm>
#include <vector>

#include "probes/base/text.h"
#include "probes/linux/sysctl_name.h"

namespace preflight {
namespace {

constexpr std::string_view kHead =
    "# Written by lbpreflight for what haproxy.cfg asks of this host. When and why:\n"
    "# `lbpreflight history`; back: `lbpreflight revert`. Use other files for your own.\n";

std::vector<std::string> lines_of(const std::string& content) {
  std::vector<std::string> lines;
  for_each_line(content, [&](std::string_view line) { lines.emplace_back(line); });
  if (content.empty()) for_each_line(kHead, [&](std::string_view line) { lines.emplace_back(line); });
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string content;
  for (const auto& line : lines) content += line + "\n";
  return content;
}

/// Whether a line sets this key, however it is spelled.
bool sets(std::string_view line, std::string_view key) {
  auto name = trim(line.substr(0, line.find('=')));
  if (line.find('=') == std::string_view::npos || name.empty() || name.front() == '#' || name.front() == ';')
    return false;
  if (name.front() == '-') name.remove_prefix(1);
  return sysctl_key(name) == key;
}

void set_line(std::vector<std::string>& lines, const std::string& key, const std::string& value) {
  const auto found = std::find_if(lines.rbegin(), lines.rend(), [&](const auto& line) { return sets(line, key); });
  if (found == lines.rend()) {
    lines.push_back(key + " = " + value);
  } else {
    *found = key + " = " + value;
  }
}

}  // namespace

std::string drop_in_directory(std::string_view unit) { return "/etc/systemd/system/" + std::string(unit) + ".d"; }
std::string drop_in(std::string_view unit) { return drop_in_directory(unit) + "/zz-lbpreflight.conf"; }

std::string with_settings(const std::string& content, const std::map<std::string, std::string, std::less<>>& settings) {
  auto lines = lines_of(content);
  for (const auto& [key, value] : settings) set_line(lines, key, value);
  return joined(lines);
}

std::string with_limit(std::uint64_t descriptors) {
  return std::string(kHead) + "[Service]\nLimitNOFILE=" + std::to_string(descriptors) + "\n";
}

std::string with_module(const std::string& content, const std::string& module) {
  auto lines = lines_of(content);
  if (std::find(lines.begin(), lines.end(), module) == lines.end()) lines.push_back(module);
  return joined(lines);
}

}  // namespace preflight
