// SPDX-License-Identifier: Apache-2.0
// The statistics page of a proxy and who may see it. haproxy evaluates `http-request` rules before the page
// (http_process_req_common in src/http_ana.c), so a rule that refuses strangers guards it too.
#include <algorithm>
#include <array>
#include <utility>

#include "probes/haproxy/read_config_sections.h"

namespace preflight::haproxy {
namespace {

/// Fetches that tell strangers from friends: by address, password, certificate.
bool is_of_client(std::string_view fetch) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"src", "fc_src", "http_auth", "http_auth_group", "http_auth_user", "http_auth_pass", "http_auth_bearer",
       "ssl_c_used", "ssl_c_verify", "ssl_fc_has_crt", "jwt_verify", "var"});
  constexpr auto kBegin =
      std::to_array<std::string_view>({"ssl_c_s_dn", "ssl_c_i_dn", "ssl_c_sha1", "hdr(authorization",
                                       "req.hdr(authorization", "req.fhdr(authorization", "http_auth"});
  if (contains(kNames, fetch.substr(0, fetch.find_first_of("(,")))) return true;
  return std::any_of(kBegin.begin(), kBegin.end(), [&](auto begin) { return fetch.rfind(begin, 0) == 0; });
}

bool refuses(std::string_view action) {
  constexpr auto kRefusals = std::to_array<std::string_view>({"deny", "reject", "silent-drop", "tarpit", "block"});
  return contains(kRefusals, action);
}

/// The position of `if` or `unless`; the line's size without one.
std::size_t condition_of(const Statement& line) {
  for (std::size_t i = 2; i < line.size(); ++i) {
    if (line[i].text == "if" || line[i].text == "unless") return i;
  }
  return line.size();
}

}  // namespace

bool ProxySections::read_access(const Statement& line) {
  const std::string_view keyword = line.keyword();
  if (keyword == "stats") {
    read_stats(line);
    return true;
  }
  // of these lines little is understood
  if (keyword == "acl") read_acl(line);
  if (keyword == "http-request" || keyword == "tcp-request") read_rule(line);
  if (keyword == "use_backend" || keyword == "default_backend") read_backend(line);
  return false;
}

void ProxySections::read_stats(const Statement& line) {
  if (place_ == Place::proxy && !stats_are_own_) {
    settings_.stats.reset();
    stats_are_own_ = true;
  }
  const std::string_view word = line[1].text;
  // since 3.4 the version is hidden unless asked for, and hiding it turns nothing on
  if (word.empty() || (word == "hide-version" && reading_.known_at_least(3, 4))) return;
  auto& page = settings_.stats;
  if (!page) page = StatsPage{.origin = reading_.origin(line[0])};
  const Origin here = reading_.origin(line[1]);
  if (word == "uri" && line.size() > 2) page->uri = std::string(line[2].text);
  if (word == "auth" && !page->auth) page->auth = here;
  if (word == "admin" && !page->admin) page->admin = here;
  const bool guards = word == "http-request" && (refuses(line[2].text) || line[2].text == "auth");
  if (guards && !page->auth) page->auth = here;
}

/// Whether the condition that begins at `line[from]` with `if` or `unless` holds for known clients only (`known`), or
/// for all but known ones: a list of addresses to be refused lets every stranger in.
bool ProxySections::singles_out(const Statement& line, std::size_t from, bool known) const {
  bool negated = line[from].text == "unless";
  const bool begins_negated = negated;
  for (std::size_t i = from + 1; i < line.size(); ++i) {
    std::string_view word = line[i].text;
    for (; word.substr(0, 1) == "!"; word.remove_prefix(1)) negated = !negated;
    if (word.empty()) continue;
    const bool client = word == "{" ? is_of_client(line[i + 1].text) : settings_.client_acls.count(word) != 0;
    if (client && negated != known) return true;
    negated = begins_negated;
  }
  return false;
}

void ProxySections::read_acl(const Statement& line) {
  if (line.size() < 3 || !is_of_client(line[2].text)) return;
  if (settings_.client_acls.count(line[1].text) != 0 || !reading_.admit(line[1])) return;
  settings_.client_acls.insert(std::string(line[1].text));
}

/// `http-request deny`, `tcp-request connection reject`, `http-request auth`.
void ProxySections::read_rule(const Statement& line) {
  if (settings_.access_rule) return;
  const std::string_view action = line[line.keyword() == "tcp-request" ? 2 : 1].text;
  const std::size_t condition = condition_of(line);
  const bool to_all = condition == line.size();
  const bool guards = action == "auth" || (refuses(action) && (to_all || singles_out(line, condition, false)));
  if (guards) settings_.access_rule = reading_.origin(line[0]);
}

void ProxySections::read_backend(const Statement& line) {
  // elsewhere haproxy warns and ignores it
  if (!has_frontend() || line.size() < 2) return;
  if (line.keyword() == "use_backend") read_use_backend(line);
  const std::size_t condition = condition_of(line);
  if (condition < line.size() && singles_out(line, condition, true)) return;
  auto name = Text{std::string(line[1].text), reading_.origin(line[1])};
  if (line.keyword() == "default_backend") {
    settings_.default_backend = std::move(name);
  } else if (place_ == Place::proxy && reading_.admit(line[1])) {
    proxy().open_backends.push_back(std::move(name));
  }
}

void ProxySections::settle_access(Proxy& ended) {
  // elsewhere haproxy warns and ignores them
  if (settings_.mode == Mode::http) ended.stats_page = settings_.stats;
  ended.access_rule = settings_.access_rule;
  if (has_frontend() && settings_.default_backend) ended.open_backends.push_back(*settings_.default_backend);
}

}  // namespace preflight::haproxy
