// SPDX-License-Identifier: Apache-2.0
// systemd reads a file line by line and believes all it read before the line that it could not take.
#include "probes/linux/unit_syntax.h"

#include <algorithm>

#include "probes/base/text.h"

namespace preflight {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kLongestLine = 1024UL * 1024;

/// systemd's idea of white space; not that of isspace(3).
std::string_view strip(std::string_view text) {
  constexpr std::string_view kWhite = " \t\n\r";
  text.remove_prefix(std::min(text.find_first_not_of(kWhite), text.size()));
  return text.substr(0, text.find_last_not_of(kWhite) + 1);
}

/// The next line, taken off `text`. Its end is one of each of CR and LF in either order, and perhaps a NUL byte.
std::string_view take_line(std::string_view& text) {
  constexpr std::string_view kEnds("\n\r\0", 3);
  const auto length = std::min(text.find_first_of(kEnds), text.size());
  const auto line = text.substr(0, length);
  text.remove_prefix(length);
  std::string_view seen;
  const auto before = text;
  while (!text.empty() && kEnds.find(text.front()) != std::string_view::npos) {
    if (seen.find(text.front()) != std::string_view::npos) break;
    text.remove_prefix(1);
    seen = before.substr(0, before.size() - text.size());
    if (seen.back() == '\0') break;
  }
  return line;
}

bool is_comment(std::string_view line) {
  const auto first = line.find_first_not_of(" \t");
  return first != std::string_view::npos && (line[first] == '#' || line[first] == ';');
}

/// Whether a backslash that is not itself escaped ends it.
bool is_continued(std::string_view line) {
  bool escaped = false;
  for (const char c : line) escaped = !escaped && c == '\\';
  return escaped;
}

/// Code points that are no characters, which systemd refuses in text: U+FDD0 to U+FDEF, and the last two of each plane.
bool has_noncharacter(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 2; i < text.size(); ++i) {
    if (at(i - 2) == 0xEF && at(i - 1) == 0xB7 && at(i) >= 0x90 && at(i) <= 0xAF) return true;
    const bool last_two = at(i - 1) == 0xBF && at(i) >= 0xBE;
    if (last_two && at(i - 2) == 0xEF) return true;
    if (last_two && i > 2 && at(i - 3) >= 0xF0 && (at(i - 2) & 0x0FU) == 0x0F) return true;
  }
  return false;
}

bool is_unsafe(char c) { return (c > 0 && c < ' ') || c == '"' || c == '\'' || c == '\\' || c == '\x7f'; }

class Reader {
 public:
  explicit Reader(const TakeSetting& take) : take_(take) {}

  void line(std::string_view text) {
    ++number_;
    if (text.size() >= kLongestLine || pending_.size() + text.size() > kLongestLine) give_up("is too long");
    if (is_comment(text)) return;
    if (!marked_ && text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
      marked_ = true;
      text.remove_prefix(kByteOrderMark.size());
    }
    if (!continues_) first_ = number_;
    pending_ += text;
    continues_ = is_continued(text);
    if (continues_) {
      pending_.back() = ' ';
    } else {
      finish();
    }
  }

  std::optional<GivenUp> end() {
    if (continues_) finish();
    return given_up_;
  }

 private:
  void give_up(std::string reason) {
    if (!given_up_) given_up_ = GivenUp{number_, std::move(reason)};
  }

  void finish() {
    const auto text = strip(pending_);
    if (!is_utf8(text) || has_noncharacter(text)) give_up("is not UTF-8");
    if (text.substr(0, 1) == "[") {
      header(text);
    } else {
      assignment(text);
    }
    pending_.clear();
    continues_ = false;
  }

  void header(std::string_view text) {
    const auto name = text.substr(1, text.size() < 2 ? 0 : text.size() - 2);
    if (text.size() < 2 || text.back() != ']') return give_up("is no header of a section");
    if (std::any_of(name.begin(), name.end(), is_unsafe)) return give_up("is no header of a section");
    section_ = name;
  }

  void assignment(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) return;
    take_({section_, strip(text.substr(0, equals)), std::string(strip(text.substr(equals + 1))), first_, !given_up_});
  }

  const TakeSetting& take_;
  std::string section_;
  std::string pending_;
  bool continues_ = false;
  bool marked_ = false;  // a byte order mark was met
  std::uint32_t number_ = 0;
  std::uint32_t first_ = 0;
  std::optional<GivenUp> given_up_{};
};

}  // namespace

std::optional<GivenUp> for_each_setting(std::string_view text, const TakeSetting& take) {
  Reader reader(take);
  while (!text.empty()) reader.line(take_line(text));
  return reader.end();
}

}  // namespace preflight
