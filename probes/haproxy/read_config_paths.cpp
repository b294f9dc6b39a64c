// SPDX-License-Identifier: Apache-2.0
// Files that haproxy opens while it reads its configuration. A relative name starts at crt-base or ca-base as far as
// they are set above it, then at default-path, which haproxy obeys by changing its directory (src/cfgparse.c).
#include <algorithm>
#include <array>
#include <utility>

#include "probes/haproxy/characters.h"
#include "probes/haproxy/read_config_sections.h"

namespace preflight::haproxy {
namespace {

std::string joined(const std::string& base, std::string path) {
  if (base.empty() || path.substr(0, 1) == "/") return path;
  return path.empty() ? base : base + "/" + path;
}

void add(Reading& reading, PathKind kind, const Word& word, const std::string& path, std::string_view by) {
  if (path.empty() || !reading.admit(word)) return;
  reading.config.paths.push_back({kind, reading.located(path), reading.origin(word), std::string(by)});
}

void add_word(Reading& reading, PathKind kind, const Word& keyword, const Word& word) {
  add(reading, kind, word, std::string(word.text), keyword.text);
}

struct TlsOption {
  std::string_view name;
  PathKind kind;
  std::string PathBases::*base;
};

constexpr std::array kTlsOptions = {
    TlsOption{"crt", PathKind::certificate, &PathBases::certificates},
    TlsOption{"default-crt", PathKind::certificate, &PathBases::certificates},
    TlsOption{"crt-list", PathKind::certificate_list, nullptr},
    TlsOption{"ca-file", PathKind::authority, &PathBases::authorities},
    TlsOption{"ca-verify-file", PathKind::authority, &PathBases::authorities},
    TlsOption{"ca-sign-file", PathKind::certificate, &PathBases::authorities},
    TlsOption{"crl-file", PathKind::revocation_list, &PathBases::authorities},
    TlsOption{"tls-ticket-keys", PathKind::ticket_keys, nullptr},
};

/// What is loaded under a name but is no file: "virt@", since 2.9; "opt@" may be missing.
std::string_view file_of_reference(std::string_view name) {
  constexpr std::string_view kFile = "file@";
  if (name.rfind("virt@", 0) == 0 || name.rfind("opt@", 0) == 0) return {};
  return name.rfind(kFile, 0) == 0 ? name.substr(kFile.size()) : name;
}

bool is_name(char c) { return is_alnum(c) || c == '_' || c == '-'; }

/// The first argument of a converter, its quotes taken off.
std::string_view first_argument(std::string_view text) {
  if (text.empty() || (text.front() != '"' && text.front() != '\'')) return text.substr(0, text.find_first_of(",)"));
  return text.substr(1, text.find(text.front(), 1) - 1);
}

/// "map_beg(/etc/haproxy/hosts.map,web)" anywhere in an expression; "set-map(...)" only names one that others load.
void read_maps(Reading& reading, const Word& word) {
  constexpr std::string_view kMap = "map";
  const auto text = word.text;
  for (auto at = text.find(kMap); at != std::string_view::npos; at = text.find(kMap, at + 1)) {
    if (at > 0 && is_name(text[at - 1])) continue;
    const auto end = text.find_first_of("( ", at);
    if (end == std::string_view::npos || text[end] != '(') continue;
    const auto name = text.substr(at, end - at);
    if (name != kMap && name.rfind("map_", 0) != 0) continue;
    const Word path{file_of_reference(first_argument(text.substr(end + 1))),
                    word.column + static_cast<std::uint32_t>(end + 1)};
    add(reading, PathKind::map, path, std::string(path.text), name);
  }
}

/// `acl <name> <criterion> -f <file>`, and the same in a condition between braces.
void read_expressions(Reading& reading, SectionKind section, const Statement& line) {
  for (std::size_t i = 1; i < line.size(); ++i) {
    read_maps(reading, line[i]);
    if (section != SectionKind::proxy || line[i].text != "-f") continue;
    const Word file{file_of_reference(line[i + 1].text), line[i + 1].column};
    add(reading, PathKind::pattern_list, file, std::string(file.text), "-f");
  }
}

/// `http-request return ... file <path>` and what answers like it.
void read_answer(Reading& reading, const Statement& line) {
  constexpr auto kAnswers = std::to_array<std::string_view>({"deny", "return", "tarpit"});
  const bool answers =
      line.keyword() == "http-error" || (line.keyword().rfind("http-", 0) == 0 && contains(kAnswers, line[1].text));
  for (std::size_t i = 2; answers && i + 1 < line.size(); ++i) {
    const auto word = line[i].text;
    if (word == "if" || word == "unless") return;
    if (word == "errorfile") add_word(reading, PathKind::error_page, line[i], line[i + 1]);
    if (word == "file" || word == "lf-file") add_word(reading, PathKind::payload, line[i], line[i + 1]);
  }
}

/// The first one of each stays: haproxy refuses a second.
void set_base(std::string& base, const Statement& line) {
  if (base.empty()) base = std::string(line[1].text);
}

void read_global_paths(Reading& reading, const Statement& line) {
  const auto keyword = line.keyword();
  if (keyword == "crt-base") set_base(reading.bases.certificates, line);
  if (keyword == "ca-base") set_base(reading.bases.authorities, line);
  if (keyword == "server-state-base") set_base(reading.bases.server_state, line);
  if (keyword == "ssl-dh-param-file") add_word(reading, PathKind::dh_parameters, line[0], line[1]);
  if (keyword == "server-state-file") add_word(reading, PathKind::server_state, line[0], line[1]);
  if (keyword == "lua-load" || keyword == "lua-load-per-thread") {
    add_word(reading, PathKind::lua, line[0], line[1]);
  }
}

}  // namespace

void read_paths(Reading& reading, SectionKind section, const Statement& line) {
  if (section == SectionKind::global) return read_global_paths(reading, line);
  if (line.keyword() == "errorfile") return add_word(reading, PathKind::error_page, line[0], line[2]);
  read_answer(reading, line);
  read_expressions(reading, section, line);
}

void read_tls_path(Reading& reading, const Word& option, const Word& value) {
  const auto* const known = std::find_if(kTlsOptions.begin(), kTlsOptions.end(),
                                         [&](const TlsOption& candidate) { return candidate.name == option.text; });
  // "@system-ca" is built in, "@store/name" comes from a crt-store
  if (known == kTlsOptions.end() || value.text.substr(0, 1) == "@") return;
  std::string path(value.text);
  if (known->base != nullptr && !path.empty()) path = joined(reading.bases.*known->base, std::move(path));
  add(reading, known->kind, value, path, option.text);
}

void finish_paths(Reading& reading) {
  if (reading.config.files.empty()) return;
  const auto& base = reading.bases.certificates;
  reading.config.certificate_base = base.empty() ? reading.directory() : reading.located(base);
  // the state is looked for when all is read, and then server-state-base may stand below server-state-file
  for (auto& path : reading.config.paths) {
    if (path.kind == PathKind::server_state) path.path = joined(reading.bases.server_state, std::move(path.path));
  }
}

}  // namespace preflight::haproxy
