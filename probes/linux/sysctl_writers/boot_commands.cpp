// SPDX-License-Identifier: Apache-2.0
// As much YAML as a list of commands needs (cloud-init: cc_bootcmd, util.shellify).
#include "probes/linux/sysctl_writers/boot_commands.h"

#include <algorithm>

#include "probes/base/text.h"

namespace preflight::sysctl_writers {
namespace {

constexpr std::string_view kKey = "bootcmd:";

/// A scalar's text without its quotes and, where it has none, without a comment.
std::string scalar(std::string_view text) {
  text = trim(text);
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front()) {
    const char quote = text.front();
    std::string plain;
    text = text.substr(1, text.size() - 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
      // '' inside '...', \x inside "..."
      const bool escape = quote == '"' ? text[i] == '\\' : text.substr(i, 2) == "''";
      if (escape && i + 1 < text.size()) ++i;
      plain += text[i];
    }
    return plain;
  }
  return std::string(trim(text.substr(0, text.find(" #"))));
}

std::string quoted(std::string_view word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "' ";
}

/// "[a, 'b, c']" as words for the shell.
std::string flow_list(std::string_view text) {
  text.remove_prefix(1);
  text = text.substr(0, text.rfind(']'));
  std::string shell;
  std::string item;
  char open = '\0';
  for (const char c : text) {
    if (open == '\0' && c == ',') {
      shell += quoted(scalar(item));
      item.clear();
      continue;
    }
    if (open == '\0' && (c == '"' || c == '\'')) {
      open = c;
    } else if (c == open) {
      open = '\0';
    }
    item += c;
  }
  if (!trim(item).empty()) shell += quoted(scalar(item));
  return shell;
}

class Reader {
 public:
  void take(std::string_view line) {
    ++number_;
    const auto text = trim(line);
    if (literal_ && (text.empty() || indent_of(line) > item_indent_)) {
      commands.back().shell += std::string(text) + "\n";
      return;
    }
    literal_ = false;
    if (text.empty() || text.front() == '#') return;
    if (!is_open(line, text)) return;
    if (text.front() == '-') {
      take_item(text.substr(1), indent_of(line));
    } else if (!commands.empty()) {
      commands.back().shell += " " + scalar(text);  // a folded plain scalar
    }
  }

  bool found = false;
  std::vector<BootCommand> commands;

 private:
  static std::size_t indent_of(std::string_view line) { return std::min(line.find_first_not_of(' '), line.size()); }

  /// Whether the line belongs to the list; a key at the left margin begins or ends it.
  bool is_open(std::string_view line, std::string_view text) {
    if (indent_of(line) != 0 || text.front() == '-') return open_;
    open_ = text.substr(0, kKey.size()) == kKey;
    if (open_) {
      found = true;
      commands.clear();
    }
    return false;
  }

  void take_item(std::string_view rest, std::size_t indent) {
    rest = trim(rest);
    if (nested_ && indent > item_indent_) {
      commands.back().shell += quoted(scalar(rest));
      return;
    }
    nested_ = rest.substr(0, 2) == "- ";
    item_indent_ = indent;
    literal_ = !rest.empty() && (rest.front() == '|' || rest.front() == '>');
    std::string shell = scalar(rest);
    if (nested_) {
      shell = quoted(scalar(rest.substr(2)));
    } else if (literal_) {
      shell.clear();
    } else if (!rest.empty() && rest.front() == '[') {
      shell = flow_list(rest);
    }
    commands.push_back({literal_ ? number_ + 1 : number_, std::move(shell)});
  }

  std::uint32_t number_ = 0;
  bool open_ = false;
  bool nested_ = false;   // the item is a list of words
  bool literal_ = false;  // the item is a block of lines
  std::size_t item_indent_ = 0;
};

}  // namespace

std::optional<std::vector<BootCommand>> boot_commands(std::string_view document) {
  if (document.find(kKey) == std::string_view::npos) return std::nullopt;
  Reader reader;
  for_each_line(document, [&](std::string_view line) { reader.take(line); });
  if (!reader.found) return std::nullopt;
  return std::move(reader.commands);
}

}  // namespace preflight::sysctl_writers
