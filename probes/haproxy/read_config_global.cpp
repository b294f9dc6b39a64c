// SPDX-License-Identifier: Apache-2.0
// The global section: most numbers may be set once, and a second one is ignored with an alert while haproxy goes on.
#include <array>
#include <limits>

#include "probes/haproxy/read_config_sections.h"

namespace preflight::haproxy {
namespace {

struct NumberKeyword {
  std::string_view name;
  std::optional<Number> Global::*member;
  bool once;            // a second one is ignored, unless the first was 0
  NumberSyntax syntax;  // how a word that is not quite a number is taken
  std::int64_t least;
};

constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::min();

constexpr std::array kNumbers = {
    NumberKeyword{"maxconn", &Global::maxconn, true, NumberSyntax::atol, kAny},
    NumberKeyword{"ulimit-n", &Global::ulimit_n, true, NumberSyntax::atol, kAny},
    NumberKeyword{"fd-hard-limit", &Global::fd_hard_limit, true, NumberSyntax::atol, kAny},
    NumberKeyword{"maxpipes", &Global::maxpipes, true, NumberSyntax::atol, kAny},
    NumberKeyword{"nbthread", &Global::nbthread, false, NumberSyntax::strict, 1},
    NumberKeyword{"thread-groups", &Global::thread_groups, false, NumberSyntax::strict, 1},
    NumberKeyword{"uid", &Global::uid, true, NumberSyntax::strict, kAny},
    NumberKeyword{"gid", &Global::gid, true, NumberSyntax::strict, kAny},
};

struct TextKeyword {
  std::string_view name;
  std::optional<Text> Global::*member;
  bool once;
};

constexpr std::array kTexts = {
    TextKeyword{"user", &Global::user, true},
    TextKeyword{"group", &Global::group, true},
    TextKeyword{"chroot", &Global::chroot, true},
    TextKeyword{"tune.listener.default-shards", &Global::default_shards, false},
};

void already(Reading& reading, const Statement& line, const Origin& first) {
  reading.error(
      line[0], "'" + std::string(line.keyword()) + "' was already set at " + first.text() + "; haproxy keeps that one");
}

void read_number(Reading& reading, const Statement& line, const NumberKeyword& keyword) {
  if (reading.too_many_arguments(line, 1)) return;
  auto& member = reading.config.global.*keyword.member;
  if (keyword.once && member && member->value != 0) return already(reading, line, member->origin);
  // since 2.7 "maxconn 10k" is refused; the other keywords still take it for 10
  const bool strict_maxconn = keyword.name == "maxconn" && reading.known_at_least(2, 7);
  const auto number = reading.number(line[0], line[1], strict_maxconn ? NumberSyntax::strict : keyword.syntax);
  if (!number) return;
  if (number->value < keyword.least) return reading.error(line[1], "below the least value haproxy takes");
  member = *number;
}

void read_text(Reading& reading, const Statement& line, const TextKeyword& keyword) {
  if (reading.too_many_arguments(line, 1)) return;
  auto& member = reading.config.global.*keyword.member;
  if (keyword.once && member) return already(reading, line, member->origin);
  if (const auto text = reading.text(line[0], line[1])) member = *text;
}

/// `stats socket`, `stats maxconn`; the rest of `stats` does not concern the host.
bool read_stats(Reading& reading, const Statement& line) {
  Global& global = reading.config.global;
  if (line[1].text == "socket") {
    read_bind(reading, line, 2, AddressUse::stats_socket, global.stats_sockets);
  } else if (line[1].text == "maxconn") {
    const auto number = reading.number(line[1], line[2], NumberSyntax::atol);
    if (number && number->value <= 0) {
      reading.error(line[2], "'stats maxconn' must be above zero");
    } else if (number) {
      global.stats_maxconn = number;
    }
  } else {
    return false;
  }
  return true;
}

/// setenv and its kin change what later lines expand to.
bool read_environment(Reading& reading, const Statement& line) {
  Environment& environment = reading.environment;
  const std::string name(line[1].text);
  if (line.keyword() == "setenv" && line.size() > 2) {
    environment.insert_or_assign(name, std::string(line[2].text));
  } else if (line.keyword() == "presetenv" && line.size() > 2) {
    environment.emplace(name, line[2].text);
  } else if (line.keyword() == "unsetenv") {
    for (std::size_t i = 1; i < line.size(); ++i) environment.erase(std::string(line[i].text));
  } else if (line.keyword() == "resetenv") {
    Environment kept;
    for (std::size_t i = 1; i < line.size(); ++i) {
      const auto found = environment.find(line[i].text);
      if (found != environment.end()) kept.insert(*found);
    }
    environment = std::move(kept);
  } else {
    return false;
  }
  return true;
}

void read_local_peer(Reading& reading, const Statement& line) {
  if (reading.too_many_arguments(line, 1)) return;
  const auto name = reading.text(line[0], line[1]);
  // -L wins, and a peers section above has already been read with the old name
  if (!name || reading.local_peer_settled || !reading.config.peers.empty()) return;
  reading.config.global.local_peer = *name;
  reading.local_peer = name->value;
  reading.environment.insert_or_assign("HAPROXY_LOCALPEER", name->value);
}

void read_unix_bind(Reading& reading, const Statement& line) {
  for (std::size_t i = 1; i < line.size(); i += 2) {
    if (line[i].text != "prefix") continue;
    auto& prefix = reading.config.global.unix_bind_prefix;
    if (prefix) {
      already(reading, line, prefix->origin);
    } else {
      prefix = reading.text(line[i], line[i + 1]);
    }
  }
}

bool read_switch(Reading& reading, const Statement& line) {
  Global& global = reading.config.global;
  const std::string_view keyword = line.keyword();
  if (keyword == "strict-limits") {
    if (reading.too_many_arguments(line, 0)) return true;
    // without `no` haproxy changes nothing: it cannot be switched on again (src/cfgparse-global.c)
    if (line.modifier() == Modifier::no) global.strict_limits = false;
    global.strict_limits_origin = reading.origin(line[0]);
  } else if (keyword == "noreuseport") {
    if (!reading.too_many_arguments(line, 0)) global.reuse_port = false;
  } else if (keyword == "master-worker") {
    global.master_worker = reading.origin(line[0]);
  } else {
    return false;
  }
  return true;
}

/// Descriptors are kept for engines only when one is named and `ssl-mode-async` asks for it.
void read_ssl_engine(Reading& reading, const Statement& line) {
  (line.keyword() == "ssl-engine" ? reading.ssl_engine : reading.ssl_async) = true;
  reading.config.global.ssl_engine_async = reading.ssl_engine && reading.ssl_async;
}

bool read_other(Reading& reading, const Statement& line) {
  const std::string_view keyword = line.keyword();
  if (keyword == "stats") return read_stats(reading, line);
  if (keyword == "log") {
    bool as_global = false;
    read_log(reading, line, reading.config.global.logs, as_global);
  } else if (keyword == "localpeer") {
    read_local_peer(reading, line);
  } else if (keyword == "unix-bind") {
    read_unix_bind(reading, line);
  } else if (keyword == "ssl-engine" || keyword == "ssl-mode-async") {
    read_ssl_engine(reading, line);
  } else {
    return read_switch(reading, line) || read_environment(reading, line);
  }
  return true;
}

}  // namespace

bool read_global(Reading& reading, const Statement& line) {
  for (const NumberKeyword& keyword : kNumbers) {
    if (keyword.name != line.keyword()) continue;
    read_number(reading, line, keyword);
    return true;
  }
  for (const TextKeyword& keyword : kTexts) {
    if (keyword.name != line.keyword()) continue;
    read_text(reading, line, keyword);
    return true;
  }
  return read_other(reading, line);
}

}  // namespace preflight::haproxy
