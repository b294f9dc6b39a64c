// SPDX-License-Identifier: Apache-2.0
// bind and stats socket lines: one word may hold several addresses, and haproxy makes a listener of each port of each.
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

#include "probes/base/text.h"
#include "probes/haproxy/read_config_sections.h"

namespace preflight::haproxy {
namespace {

/// The options that take an argument, 2.4 to 3.4, so that an argument is never taken for an option.
constexpr auto kWithArgument = std::to_array<std::string_view>({"accept-netscaler-cip",
                                                                "alpn",
                                                                "backlog",
                                                                "ca-file",
                                                                "ca-ignore-err",
                                                                "ca-sign-file",
                                                                "ca-sign-pass",
                                                                "ca-verify-file",
                                                                "cc",
                                                                "ciphers",
                                                                "ciphersuites",
                                                                "client-sigalgs",
                                                                "crl-file",
                                                                "crt",
                                                                "crt-ignore-err",
                                                                "crt-list",
                                                                "curves",
                                                                "default-crt",
                                                                "ecdhe",
                                                                "ech",
                                                                "expose-fd",
                                                                "gid",
                                                                "group",
                                                                "guid-prefix",
                                                                "id",
                                                                "idle-ping",
                                                                "interface",
                                                                "ktls",
                                                                "label",
                                                                "level",
                                                                "maxconn",
                                                                "mode",
                                                                "mss",
                                                                "name",
                                                                "namespace",
                                                                "nbconn",
                                                                "nice",
                                                                "npn",
                                                                "ocsp-update",
                                                                "process",
                                                                "proto",
                                                                "quic-cc-algo",
                                                                "quic-socket",
                                                                "severity-output",
                                                                "shards",
                                                                "sigalgs",
                                                                "ssl-max-ver",
                                                                "ssl-min-ver",
                                                                "tcp-md5sig",
                                                                "tcp-ss",
                                                                "tcp-ut",
                                                                "thread",
                                                                "tls-ticket-keys",
                                                                "uid",
                                                                "user",
                                                                "verify"});

constexpr auto kWithout = std::to_array<std::string_view>(
    {"accept-proxy", "allow-0rtt",   "defer-accept",  "force-sslv3",           "force-tlsv10",
     "force-tlsv11", "force-tlsv12", "force-tlsv13",  "generate-certificates", "no-alpn",
     "no-ca-names",  "no-sslv3",     "no-strict-sni", "no-tls-tickets",        "no-tlsv10",
     "no-tlsv11",    "no-tlsv12",    "no-tlsv13",     "prefer-client-ciphers", "quic-force-retry",
     "ssl",          "strict-sni",   "tfo",           "tls-tickets",           "transparent",
     "v4v6",         "v6only"});

/// `backlog` and `maxconn`: atol(3), and not below zero.
void read_count(Reading& reading, const Word& option, const Word& value, std::optional<Number>& member) {
  const auto number = reading.number(option, value, NumberSyntax::atol);
  if (!number) return;
  if (number->value < 0) return reading.error(value, "'" + std::string(option.text) + "' cannot be below zero");
  member = *number;
}

void read_shards(Reading& reading, const Word& option, const Word& value, Bind& bind) {
  const auto text = reading.text(option, value);
  if (!text) return;
  const bool known = text->value == "by-thread" || text->value == "by-group";
  if (!known && parse_integer(text->value).value_or(0) < 1) {
    return reading.error(value, "'shards' expects a number, 'by-thread' or 'by-group'");
  }
  bind.shards = *text;
}

/// Repeated, it names further threads.
void read_threads(Reading& reading, const Word& option, const Word& value, Bind& bind) {
  auto text = reading.text(option, value);
  if (!text) return;
  if (bind.thread) text->value.insert(0, bind.thread->value + ",");
  bind.thread = std::move(text);
}

/// An octal number and nothing else: strtol(3) with base 8.
void read_mode(Reading& reading, const Word& option, const Word& value, Bind& bind) {
  std::int64_t mode = 0;
  const char* const end = value.text.data() + value.text.size();
  const auto [stopped, error] = std::from_chars(value.text.data(), end, mode, 8);
  if (value.text.empty() || error != std::errc{} || stopped != end) {
    return reading.error(option, "'mode' expects an octal number");
  }
  bind.mode = Number{mode, reading.origin(value)};
}

/// The options without argument; false for any other word.
bool read_flag(std::string_view option, Bind& bind) {
  if (option == "transparent") {
    bind.transparent = true;
  } else if (option == "v4v6") {
    bind.v4v6 = true;
  } else if (option == "v6only") {
    bind.v6only = true;
  } else if (option == "ssl") {
    bind.ssl = true;
  } else {
    return contains(kWithout, option);
  }
  return true;
}

/// Who may connect to a unix socket, and what for (src/cfgparse-unix.c, bind_parse_level in src/cli.c).
bool read_socket_file(Reading& reading, const Word& option, const Word& value, Bind& bind) {
  if (option.text == "mode") {
    read_mode(reading, option, value, bind);
  } else if (option.text == "user" || option.text == "uid") {
    bind.user = reading.text(option, value);
  } else if (option.text == "group" || option.text == "gid") {
    bind.group = reading.text(option, value);
  } else if (option.text == "level") {
    bind.level = reading.text(option, value);
  } else if (option.text == "expose-fd") {
    bind.expose_fd = reading.text(option, value);
  } else if (option.text == "verify") {
    bind.verifies_clients = value.text == "required";
  } else {
    return false;
  }
  return true;
}

void read_valued(Reading& reading, const Word& option, const Word& value, Bind& bind) {
  if (option.text == "backlog") {
    read_count(reading, option, value, bind.backlog);
  } else if (option.text == "maxconn") {
    read_count(reading, option, value, bind.maxconn);
  } else if (option.text == "interface") {
    bind.interface = reading.text(option, value);
  } else if (option.text == "namespace") {
    bind.network_namespace = reading.text(option, value);
  } else if (option.text == "thread") {
    read_threads(reading, option, value, bind);
  } else if (option.text == "shards") {
    read_shards(reading, option, value, bind);
  } else if (!read_socket_file(reading, option, value, bind)) {
    read_tls_path(reading, option, value);
  }
}

Bind read_options(Reading& reading, const Statement& line, std::size_t first) {
  Bind bind;
  bool told = false;
  for (std::size_t i = first; i < line.size(); ++i) {
    if (read_flag(line[i].text, bind)) continue;
    if (contains(kWithArgument, line[i].text)) {
      read_valued(reading, line[i], line[i + 1], bind);
      ++i;
    } else if (!told) {
      told = true;
      reading.remark(RemarkKind::not_understood, line[i], "unknown option of a bind line");
    }
  }
  return bind;
}

}  // namespace

void read_bind(Reading& reading, const Statement& line, std::size_t first, AddressUse use, std::vector<Bind>& binds) {
  Word addresses = line[first];
  if (addresses.text.empty()) return reading.error(line[0], "an address is expected");
  const Bind options = read_options(reading, line, first + 1);
  // the list is cut before variables expand, and a comma at its end is ignored
  while (!addresses.text.empty()) {
    const auto comma = addresses.text.find(',');
    const Word piece{addresses.text.substr(0, comma), addresses.column};
    if (!reading.admit(piece)) return;
    const auto address = reading.address(piece, use);
    if (!address) return;
    binds.push_back(options);
    binds.back().address = *address;
    binds.back().origin = reading.origin(piece);
    if (comma == std::string_view::npos) return;
    addresses.text.remove_prefix(comma + 1);
    addresses.column += static_cast<std::uint32_t>(comma + 1);
  }
}

}  // namespace preflight::haproxy
