// SPDX-License-Identifier: Apache-2.0
// Variables are judged by name: secret, used, or none of our business.
#include "probes/haproxy/redact_environment.h"

#include <algorithm>
#include <array>

#include "probes/base/text.h"
#include "probes/haproxy/secret_name.h"

namespace preflight::haproxy {
namespace {

using namespace std::string_view_literals;

/// The unit's own, haproxy's own (section 2.4 of configuration.txt) and socket activation's.
constexpr std::array kUsed = {"CONFIG"sv,          "PIDFILE"sv,        "EXTRAOPTS"sv,        "OPTIONS"sv,
                              "CFGDIR"sv,          "HAPROXY_BRANCH"sv, "HAPROXY_CFGFILES"sv, "HAPROXY_LOCALPEER"sv,
                              "HAPROXY_MWORKER"sv, "LISTEN_FDS"sv,     "LISTEN_PID"sv};

bool is_secret(std::string_view name, const Secrets& secrets) {
  return names_secret(name) || secrets.variables.count(name) != 0;
}

bool is_used(std::string_view name, const Secrets& secrets) {
  return std::find(kUsed.begin(), kUsed.end(), name) != kUsed.end() || secrets.referenced.count(name) != 0;
}

std::string_view without_quotes(std::string_view value) {
  value = trim(value);
  const bool quoted =
      value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
  return quoted ? value.substr(1, value.size() - 2) : value;
}

/// Hides the value of a variable that is secret, or not used; tells whether it did.
bool redact_value(std::string& text, std::string_view name, std::size_t begin, std::size_t end, Secrets& secrets) {
  const bool secret = is_secret(name, secrets);
  if (!secret && is_used(name, secrets)) return false;
  if (secret) secrets.keep(without_quotes(std::string_view(text).substr(begin, end - begin)));
  hide_value(text, begin, end);
  return true;
}

/// Where the value that begins at `at` ends: at a line end that neither the quote it began with nor a backslash
/// protects.
std::size_t value_end(std::string_view text, std::size_t at) {
  at = std::min(text.find_first_not_of(" \t", at), text.size());
  const char quote = at < text.size() && (text[at] == '"' || text[at] == '\'') ? text[at++] : '\n';
  while (at < text.size() && text[at] != quote) at += text[at] == '\\' ? 2U : 1U;
  return std::min(text.find('\n', std::min(at, text.size())), text.size());
}

/// Where a unit file's statement ends; quotes do not reach over a line end there, and a comment has no continuation.
std::size_t statement_end(std::string_view text, std::size_t at) {
  const auto first = text.find_first_not_of(" \t", at);
  const bool comment = first != std::string_view::npos && (text[first] == '#' || text[first] == ';');
  auto end = text.find('\n', at);
  while (!comment && end != std::string_view::npos && end > at && text[end - 1] == '\\') end = text.find('\n', end + 1);
  return std::min(end, text.size());
}

/// The name before a '=': without `export`, and without the '#' of a comment, which may be last year's assignment.
std::string_view name_before(std::string_view text) {
  const auto found = words(text);
  if (found.empty()) return {};
  return found.back().substr(std::min(found.back().find_first_not_of("#;"), found.back().size()));
}

/// Environment="A=b c" D=e: each quoted or bare word is an assignment.
void redact_unit_assignments(std::string& text, std::size_t begin, std::size_t end, Secrets& secrets) {
  while (begin < end) {
    begin = std::min(text.find_first_not_of(" \t\\\n", begin), end);
    if (begin == end) return;
    const char quote = text[begin] == '"' || text[begin] == '\'' ? text[begin++] : '\0';
    auto stop = begin;
    while (stop < end && (quote != '\0' ? text[stop] != quote : text[stop] != ' ' && text[stop] != '\t')) {
      stop += text[stop] == '\\' ? 2U : 1U;
    }
    stop = std::min(stop, end);
    const auto equals = begin + std::string_view(text).substr(begin, stop - begin).find('=');
    if (equals >= begin && equals < stop) {
      const std::string name = text.substr(begin, equals - begin);
      redact_value(text, name, equals + 1, stop, secrets);
    }
    begin = quote != '\0' ? stop + 1 : stop;
  }
}

}  // namespace

void hide_value(std::string& text, std::size_t begin, std::size_t end) {
  for (; begin < end && begin < text.size(); ++begin) {
    if (text[begin] != '\n' && text[begin] != '\r' && text[begin] != ' ') text[begin] = '*';
  }
}

void redact_assignments(std::vector<std::string>& assignments, Secrets& secrets) {
  std::vector<std::string> kept;
  for (auto& assignment : assignments) {
    const auto equals = std::min(assignment.find('='), assignment.size());
    const std::string name = assignment.substr(0, equals);
    const bool used = is_used(name, secrets);
    redact_value(assignment, name, std::min(equals + 1, assignment.size()), assignment.size(), secrets);
    if (used) kept.push_back(std::move(assignment));
  }
  assignments = std::move(kept);
}

void redact_environment(std::string& block, Secrets& secrets) {
  std::vector<std::string> assignments;
  for (const auto assignment : split(block, '\0')) {
    if (!assignment.empty()) assignments.emplace_back(assignment);
  }
  redact_assignments(assignments, secrets);
  block.clear();
  for (const auto& assignment : assignments) block.append(assignment).push_back('\0');
}

void redact_environment_file(std::string& text, Secrets& secrets) {
  for (std::size_t begin = 0; begin < text.size();) {
    const auto line = std::min(text.find('\n', begin), text.size());
    const auto statement = std::string_view(text).substr(begin, line - begin);
    const auto length = statement.find('=');
    if (length == std::string_view::npos) {
      begin = line + 1;
      continue;
    }
    const auto equals = begin + length;
    const std::string name(name_before(statement.substr(0, length)));
    const auto end = value_end(text, equals + 1);
    // The lines of a value that stays are looked at one by one: a stray quote must not hide an assignment from us.
    begin = 1 + (redact_value(text, name, equals + 1, end, secrets) ? end : line);
  }
}

void redact_unit_file(std::string& text, Secrets& secrets) {
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = statement_end(text, begin);
    const auto statement = std::string_view(text).substr(begin, end - begin);
    const auto length = statement.find('=');
    if (length != std::string_view::npos) {
      const auto directive = name_before(statement.substr(0, length));
      const auto value = begin + length + 1;
      if (directive == "Environment") {
        redact_unit_assignments(text, value, end, secrets);
      } else if (directive == "SetCredential" || directive == "SetCredentialEncrypted") {
        secrets.keep(trim(statement.substr(statement.find(':', length) + 1)));
        hide_value(text, value, end);
      }
    }
    begin = end + 1;
  }
}

}  // namespace preflight::haproxy
