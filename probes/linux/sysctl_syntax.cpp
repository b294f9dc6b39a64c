// SPDX-License-Identifier: Apache-2.0
// What a line is made of is the same to both; where it ends, and which blanks are dropped, is not.
#include "probes/linux/sysctl_syntax.h"

#include <algorithm>

#include "probes/base/text.h"
#include "probes/linux/sysctl_name.h"

namespace preflight {
namespace {

constexpr std::size_t kLongestLine = 1024UL * 1024;  // systemd gives up on a file there
constexpr std::string_view kBlanks = " \t\n\r";
constexpr std::string_view kSpaces = " \t\n\v\f\r";  // isspace(3)

std::string_view stripped(std::string_view text, std::string_view blanks) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return text.substr(0, 0);
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string_view right_stripped(std::string_view text, std::string_view blanks) {
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

bool is_comment(std::string_view line) { return line.front() == '#' || line.front() == ';'; }

/// The parts of "KEY=VALUE", "-KEY=VALUE" and "-KEY"; false for anything else. Neither part is trimmed yet.
bool take_apart(std::string_view line, SysctlAssignment& to) {
  const auto equals = line.find('=');
  const bool dash = line.front() == '-';
  if (equals == std::string_view::npos && !dash) return false;
  to.text = line;
  to.exclusion = equals == std::string_view::npos;
  to.key = line.substr(dash ? 1 : 0, (to.exclusion ? line.size() : equals) - (dash ? 1 : 0));
  if (!to.exclusion) to.value = line.substr(equals + 1);
  return true;
}

}  // namespace

std::vector<SysctlAssignment> systemd_assignments(const ConfFile& file) {
  std::vector<SysctlAssignment> found;
  std::string_view rest = *file.content;
  for (std::uint32_t number = 1; !rest.empty();) {
    const auto end = std::min(rest.find_first_of(std::string_view("\n\r\0", 3)), rest.size());
    if (end >= kLongestLine) return found;
    const auto line = stripped(rest.substr(0, end), kBlanks);
    SysctlAssignment one{.file = &file, .line = number};
    if (!line.empty() && !is_comment(line) && take_apart(line, one)) {
      one.key = stripped(one.key, kBlanks);
      one.value = stripped(one.value, kBlanks);
      one.path = simplified(slashed(one.key));
      found.push_back(std::move(one));
    }
    if (end == rest.size()) return found;
    if (rest[end] == '\n') ++number;
    rest.remove_prefix(end + 1);
  }
  return found;
}

std::vector<SysctlAssignment> procps_assignments(const ConfFile& file) {
  std::vector<SysctlAssignment> found;
  std::uint32_t number = 0;
  for_each_line(*file.content, [&](std::string_view whole) {
    SysctlAssignment one{.file = &file, .line = ++number};
    const auto line = stripped(whole.substr(0, whole.find('\0')), kSpaces);
    if (line.empty() || is_comment(line) || !take_apart(line, one)) return;
    one.key = right_stripped(one.key, kSpaces);  // a blank after "-" stays, and no key begins with one
    one.value = stripped(one.value, kSpaces);
    one.path = slashed(one.key.substr(one.key.substr(0, 1) == "-" ? 1 : 0));
    found.push_back(std::move(one));
  });
  return found;
}

}  // namespace preflight
