// SPDX-License-Identifier: Apache-2.0
// Drives the reading of all files, as readcfgfile() in src/cfgparse.c does: directives and conditions first, then the
// section a line belongs to. A section ends with its file; the defaults it set do not.
#include "probes/haproxy/read_config.h"

#include <algorithm>

#include "probes/base/text.h"
#include "probes/haproxy/characters.h"
#include "probes/haproxy/directives.h"
#include "probes/haproxy/keywords.h"
#include "probes/haproxy/lexer.h"
#include "probes/haproxy/noted_lines.h"
#include "probes/haproxy/read_config_sections.h"
#include "probes/haproxy/section_names.h"

namespace preflight::haproxy {
namespace {

class Reader {
 public:
  explicit Reader(const ReadContext& context)
      : reading_(context),
        lexer_(context.binary ? Dialect::of(context.binary->version) : Dialect{}),
        directives_(reading_),
        proxies_(reading_),
        peers_(reading_),
        log_forwards_(reading_),
        side_sections_(reading_) {}

  Config read(const std::vector<SourceFile>& files) {
    for (const SourceFile& file : files) {
      reading_.config.files.push_back(file.path);
      if (read_file(file) == Next::abort) break;
    }
    proxies_.mark_used();
    finish_paths(reading_);
    return std::move(reading_.config);
  }

 private:
  Next read_file(const SourceFile& file) {
    reading_.enter_file(file.path);
    path_ = file.path;
    line_ = 0;
    const Next next = read_lines(file.content);
    end_section();
    return next == Next::abort ? next : directives_.end_file(next);
  }

  Next read_lines(std::string_view content) {
    // the line that holds a NUL is read up to it; then haproxy gives up on the file
    const auto nul = content.find('\0');
    const std::string_view readable = content.substr(0, nul);
    std::size_t begin = 0;
    while (begin < readable.size()) {
      const auto end = readable.find('\n', begin);
      const std::string_view text = readable.substr(begin, end == std::string_view::npos ? end : end - begin);
      enter_line();
      if (const Next next = read_line(text); next != Next::line) return next;
      if (end == std::string_view::npos) {
        tell_truncated(text, nul != std::string_view::npos);
        return Next::line;
      }
      begin = end + 1;
    }
    if (nul == std::string_view::npos) return Next::line;
    enter_line();
    tell_truncated({}, true);
    return Next::line;
  }

  void enter_line() {
    ++line_;
    ++reading_.config.lines;
    reading_.enter_line(line_);
  }

  void tell_truncated(std::string_view text, bool nul) {
    const Word end{{}, static_cast<std::uint32_t>(text.size() + 1)};
    reading_.error(end,
                   nul ? "a NUL byte: haproxy stops here" : "the last line has no line end: the file may be cut off");
  }

  Next read_line(std::string_view text) {
    const auto first = std::find_if_not(text.begin(), text.end(), is_blank);
    if (first == text.end() || *first == '#' || *first == '[') return Next::line;  // '[' begins a scope
    const Line& line = lexer_.read(text, {line_, path_, section_name_}, reading_.environment);
    if (line.fault != LexicalFault::none) {
      reading_.error({{}, line.fault_column}, std::string(describe(line.fault)));
      return Next::line;
    }
    if (line.has_empty_word() && reading_.known_at_least(3, 3)) {
      reading_.error(line.words[line.count], "an empty word ends the line");
      return Next::line;
    }
    if (line.count == 0) return Next::line;
    if (line.words[0].text.front() == '.') return directives_.read(line);
    if (!directives_.dropped()) read_statement(line);
    return Next::line;
  }

  void read_statement(const Line& line) {
    Modifier modifier = Modifier::none;
    if (line.words[0].text == "no") modifier = Modifier::no;
    if (line.words[0].text == "default") modifier = Modifier::by_default;
    const std::size_t skip = modifier == Modifier::none ? 0 : 1;
    const Statement statement(line.words.data() + skip, line.count - skip, modifier);
    if (statement.size() == 0) return;
    if (const Section* const section = find_section(statement.keyword())) {
      begin_section(*section, statement);
    } else if (!read_in_section(statement)) {
      tell_unknown(statement);
    } else if (modifier != Modifier::none && !takes_modifier(statement.keyword())) {
      reading_.error(line.words[0], "'no' and 'default' are not accepted before this keyword");
    }
    note_line(reading_, section_keyword_, statement);
    for (const UnsetVariable& variable : line.unset) {
      reading_.unset_variable({{}, variable.column}, variable.name, gap_at(statement, variable.column));
    }
  }

  /// A keyword that no release from 2.4 to 3.4 has in this section: the demand has no part in it.
  void tell_unknown(const Statement& line) {
    if (is_known_keyword(kind_, line.keyword())) return;
    reading_.add({.kind = RemarkKind::not_understood,
                  .origin = reading_.origin(line[0]),
                  .text = "unknown keyword '" + shown(line.keyword()) + "'",
                  .feeds_demand = false});
  }

  static bool takes_modifier(std::string_view keyword) {
    return keyword == "option" || keyword == "strict-limits" || keyword == "log";
  }

  bool read_in_section(const Statement& line) {
    read_paths(reading_, kind_, line);
    switch (kind_) {
      case SectionKind::global:
        return read_global(reading_, line);
      case SectionKind::proxy:
        return proxies_.read(line);
      case SectionKind::peers:
        return peers_.read(line);
      case SectionKind::log_forward:
        return log_forwards_.read(line);
      case SectionKind::none:
        break;
      default:
        return side_sections_.read(line);
    }
    reading_.error(line[0], "a keyword before any section: '" + printable(line.keyword().substr(0, 40)) + "'");
    return true;
  }

  void end_section() {
    if (kind_ == SectionKind::proxy) proxies_.end();
    kind_ = SectionKind::none;
    section_keyword_ = {};
    section_name_.clear();
  }

  void begin_section(const Section& section, const Statement& line) {
    end_section();
    kind_ = section.kind;
    section_keyword_ = section.name;
    section_name_ = std::string(line.size() > 1 ? line[1].text : line[0].text);
    if (!is_registered(section, reading_.binary)) {
      kind_ = SectionKind::other;
      reading_.error(line[0], "this version of haproxy has no such section");
    }
    if (kind_ == SectionKind::proxy) proxies_.begin(line);
    if (kind_ == SectionKind::peers) peers_.begin(line);
    if (kind_ == SectionKind::log_forward) log_forwards_.begin(line);
    side_sections_.begin(kind_, line);
  }

  Reading reading_;
  Lexer lexer_;
  Directives directives_;
  ProxySections proxies_;
  PeersSections peers_;
  LogForwardSections log_forwards_;
  SideSections side_sections_;
  SectionKind kind_ = SectionKind::none;
  std::string_view section_keyword_;
  std::string section_name_;
  std::string path_;
  std::uint32_t line_ = 0;
};

}  // namespace

Config parse_config(const std::vector<SourceFile>& files, const ReadContext& context) {
  return Reader(context).read(files);
}

}  // namespace preflight::haproxy
