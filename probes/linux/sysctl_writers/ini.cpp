// SPDX-License-Identifier: Apache-2.0
// configparser's ways: '#' and ';' begin a line of comment, " #" a comment behind a value, and a line that stands
// further in than its key continues the value.
#include "probes/linux/sysctl_writers/ini.h"

#include <algorithm>

#include "probes/base/text.h"

namespace preflight::sysctl_writers {
namespace {

std::string_view without_comment(std::string_view line) {
  const auto text = trim(line);
  if (text.empty() || text.front() == '#' || text.front() == ';') return {};
  for (auto at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1))
    if (line[at - 1] == ' ' || line[at - 1] == '\t') return line.substr(0, at);
  return line;
}

class Parser {
 public:
  explicit Parser(std::string_view section) : section_(section) {}

  bool take(std::string_view raw) {
    ++number_;
    const auto line = without_comment(raw);
    const auto text = trim(line);
    if (text.empty()) return true;
    const auto indent = line.find_first_not_of(" \t");
    if (continues_ && indent > indent_) {
      options.back().value += "\n" + std::string(text);
      return true;
    }
    indent_ = indent;
    return text.front() == '[' && text.find(']') != std::string_view::npos ? take_header(text) : take_option(text);
  }

  std::vector<IniOption> options;

 private:
  bool take_header(std::string_view text) {
    section_ = std::string(text.substr(1, text.rfind(']') - 1));
    options.push_back({section_, "", "", number_});
    continues_ = false;
    return true;
  }

  bool take_option(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0 || section_.empty()) return false;
    options.push_back(
        {section_, std::string(trim(text.substr(0, equals))), std::string(trim(text.substr(equals + 1))), number_});
    continues_ = true;
    return true;
  }

  std::string section_;
  std::uint32_t number_ = 0;
  std::size_t indent_ = 0;
  bool continues_ = false;
};

}  // namespace

std::optional<std::vector<IniOption>> parse_ini(std::string_view text, std::string_view section) {
  Parser parser(section);
  bool good = true;
  for_each_line(text, [&](std::string_view line) { good = good && parser.take(line); });
  if (!good) return std::nullopt;
  return std::move(parser.options);
}

std::optional<std::string> find_option(const std::vector<IniOption>& options, std::string_view section,
                                       std::string_view key) {
  const auto last = std::find_if(options.rbegin(), options.rend(),
                                 [&](const IniOption& one) { return one.section == section && one.key == key; });
  if (last == options.rend()) return std::nullopt;
  return last->value;
}

}  // namespace preflight::sysctl_writers
