// SPDX-License-Identifier: Apache-2.0
// The options of server and default-server lines: each option's arguments are counted, so that a cookie named "check"
// is not taken for a health check.
#include <array>
#include <utility>

#include "probes/haproxy/read_config_sections.h"

namespace preflight::haproxy {
namespace {

/// The options that take an argument, 2.4 to 3.4, besides those read here.
constexpr auto kWithArgument = std::to_array<std::string_view>({"agent-inter",
                                                                "agent-send",
                                                                "alpn",
                                                                "ca-file",
                                                                "cc",
                                                                "check-alpn",
                                                                "check-pool-conn-name",
                                                                "check-proto",
                                                                "check-sni",
                                                                "ciphers",
                                                                "ciphersuites",
                                                                "client-sigalgs",
                                                                "crl-file",
                                                                "crt",
                                                                "curves",
                                                                "downinter",
                                                                "error-limit",
                                                                "fall",
                                                                "fastinter",
                                                                "guid",
                                                                "hash-key",
                                                                "healthcheck",
                                                                "id",
                                                                "idle-ping",
                                                                "init-addr",
                                                                "init-state",
                                                                "inter",
                                                                "interface",
                                                                "ktls",
                                                                "log-bufsize",
                                                                "log-proto",
                                                                "max-reuse",
                                                                "maxqueue",
                                                                "npn",
                                                                "observe",
                                                                "on-error",
                                                                "on-marked-down",
                                                                "on-marked-up",
                                                                "pool-conn-name",
                                                                "pool-purge-delay",
                                                                "proto",
                                                                "proxy-v2-options",
                                                                "quic-cc-algo",
                                                                "redir",
                                                                "resolve-net",
                                                                "resolve-opts",
                                                                "resolve-prefer",
                                                                "resolvers",
                                                                "rise",
                                                                "set-proxy-v2-tlv-fmt",
                                                                "shard",
                                                                "sigalgs",
                                                                "slowstart",
                                                                "sni",
                                                                "socks4",
                                                                "ssl-max-ver",
                                                                "ssl-min-ver",
                                                                "tcp-md5sig",
                                                                "tcp-ut",
                                                                "track",
                                                                "usesrc",
                                                                "verify",
                                                                "verifyhost",
                                                                "weight",
                                                                "ws"});

constexpr auto kWithout = std::to_array<std::string_view>({"allow-0rtt",
                                                           "check-reuse-pool",
                                                           "check-send-proxy",
                                                           "check-sni-auto",
                                                           "check-via-socks4",
                                                           "force-sslv3",
                                                           "force-tlsv10",
                                                           "force-tlsv11",
                                                           "force-tlsv12",
                                                           "force-tlsv13",
                                                           "no-check-reuse-pool",
                                                           "no-check-send-proxy",
                                                           "no-check-sni-auto",
                                                           "no-renegotiate",
                                                           "no-send-proxy",
                                                           "no-send-proxy-v2",
                                                           "no-send-proxy-v2-ssl",
                                                           "no-send-proxy-v2-ssl-cn",
                                                           "no-sni-auto",
                                                           "no-ssl-reuse",
                                                           "no-sslv3",
                                                           "no-tfo",
                                                           "no-tls-tickets",
                                                           "no-tlsv10",
                                                           "no-tlsv11",
                                                           "no-tlsv12",
                                                           "no-tlsv13",
                                                           "non-stick",
                                                           "renegotiate",
                                                           "send-proxy",
                                                           "send-proxy-v2",
                                                           "send-proxy-v2-ssl",
                                                           "send-proxy-v2-ssl-cn",
                                                           "sni-auto",
                                                           "ssl-reuse",
                                                           "stick",
                                                           "strict-maxconn",
                                                           "tfo",
                                                           "tls-tickets"});

struct Flag {
  std::string_view name;
  bool ServerSettings::*member;
  bool value;
};

constexpr std::array kFlags = {
    Flag{"check", &ServerSettings::check, true},
    Flag{"no-check", &ServerSettings::check, false},
    Flag{"agent-check", &ServerSettings::agent_check, true},
    Flag{"no-agent-check", &ServerSettings::agent_check, false},
    Flag{"ssl", &ServerSettings::ssl, true},
    Flag{"no-ssl", &ServerSettings::ssl, false},
    Flag{"check-ssl", &ServerSettings::check_ssl, true},
    Flag{"no-check-ssl", &ServerSettings::check_ssl, false},
    Flag{"backup", &ServerSettings::backup, true},
    Flag{"no-backup", &ServerSettings::backup, false},
    Flag{"disabled", &ServerSettings::disabled, true},
    Flag{"enabled", &ServerSettings::disabled, false},
};

class Options {
 public:
  Options(Reading& reading, const Statement& line, ServerSettings& settings, std::uint32_t& check_ports)
      : reading_(reading), line_(line), settings_(settings), check_ports_(check_ports) {}

  void read(std::size_t first) {
    for (at_ = first; at_ < line_.size(); ++at_) {
      if (read_flag() || read_valued()) continue;
      // "set-proxy-v2-tlv-fmt(0x20) <format>": what is in parentheses belongs to the option
      const auto name = option().text.substr(0, option().text.find('('));
      if (contains(kWithArgument, name)) {
        read_tls_path(reading_, option(), value());
        ++at_;
      } else if (!contains(kWithout, name) && !std::exchange(told_, true)) {
        reading_.remark(RemarkKind::not_understood, option(), "unknown option of a server line");
      }
    }
  }

 private:
  [[nodiscard]] Word option() const { return line_[at_]; }
  [[nodiscard]] Word value() const { return line_[at_ + 1]; }

  bool read_flag() {
    for (const Flag& flag : kFlags) {
      if (flag.name != option().text) continue;
      settings_.*flag.member = flag.value;
      return true;
    }
    return false;
  }

  /// The options with an argument that bear on the host; false for any other word.
  bool read_valued() {
    const std::string_view name = option().text;
    if (name == "port") {
      read_port(settings_.check_port);
    } else if (name == "agent-port") {
      read_port(settings_.agent_port);
    } else if (name == "maxconn" || name == "minconn") {
      auto& bound = name == "maxconn" ? settings_.maxconn : settings_.minconn;
      bound = reading_.number(option(), value(), NumberSyntax::atol);
    } else if (name == "pool-max-conn") {
      read_pool();
    } else if (name == "pool-low-conn") {
      settings_.pool_low_conn = reading_.number(option(), value(), NumberSyntax::atol);
    } else if (name == "addr") {
      read_check_address();
    } else if (name == "cookie") {
      settings_.cookie = reading_.text(option(), value());
    } else if (name == "namespace") {
      settings_.network_namespace = reading_.text(option(), value());
    } else if (name == "agent-addr") {
      settings_.agent_address = reading_.text(option(), value());
    } else if (name == "source") {
      return read_source();
    } else {
      return false;
    }
    ++at_;
    return true;
  }

  void read_port(std::optional<Number>& port) {
    port = reading_.number(option(), value(), NumberSyntax::atol);
    if (port) ++check_ports_;
  }

  void read_pool() {
    const auto number = reading_.number(option(), value(), NumberSyntax::atol);
    if (number && number->value < -1) return reading_.error(value(), "'pool-max-conn' cannot be below -1");
    settings_.pool_max_conn = number;
  }

  void read_check_address() {
    const auto text = reading_.text(option(), value());
    if (!text || !reading_.address(value(), AddressUse::fixed)) return;
    settings_.check_address = Text{expand_address(text->value, reading_.environment).text, text->origin};
  }

  /// `source <address>[:<port>[-<port>]] [usesrc <address>] [interface <name>]`
  bool read_source() {
    if (value().text.empty()) {
      reading_.error(option(), "'source' expects an address");
    } else if (const auto address = reading_.address(value(), AddressUse::range)) {
      settings_.source = Sourced<Address>{*address, reading_.origin(value())};
    }
    ++at_;
    while (value().text == "usesrc" || value().text == "interface") {
      if (value().text == "interface") settings_.source_interface = reading_.text(value(), line_[at_ + 2]);
      at_ += 2;
    }
    return true;
  }

  Reading& reading_;
  const Statement& line_;
  ServerSettings& settings_;
  std::uint32_t& check_ports_;
  std::size_t at_ = 0;
  bool told_ = false;
};

}  // namespace

void read_server_options(Reading& reading, const Statement& line, std::size_t first, ServerSettings& settings,
                         std::uint32_t& check_ports) {
  Options(reading, line, settings, check_ports).read(first);
}

}  // namespace preflight::haproxy
