// SPDX-License-Identifier: Apache-2.0
// The readers of the sections that bear on the host. Each is given one line at a time and tells whether it made use of
// it; what it does not know is not its business, for haproxy has keywords by the hundred.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "probes/haproxy/reading.h"
#include "probes/haproxy/section_names.h"

namespace preflight::haproxy {

/// Whether a table of keywords holds this one.
template <std::size_t N>
[[nodiscard]] bool contains(const std::array<std::string_view, N>& keywords, std::string_view word) {
  return std::find(keywords.begin(), keywords.end(), word) != keywords.end();
}

/// Adds the addresses of `line[first]`, separated by commas, with the options that follow them.
void read_bind(Reading& reading, const Statement& line, std::size_t first, AddressUse use, std::vector<Bind>& binds);

/// Reads the options of a server or default-server line from `line[first]` on. `check_ports` counts `port` and
/// `agent-port`.
void read_server_options(Reading& reading, const Statement& line, std::size_t first, ServerSettings& settings,
                         std::uint32_t& check_ports);

/// A `server`, `server-template` or `peer` line; nothing, with a remark, when haproxy would refuse it.
[[nodiscard]] std::optional<Server> read_server(Reading& reading, const Statement& line, const ServerSettings& defaults,
                                                std::uint32_t& check_ports);

/// The files that a line of any section names: pages, scripts, maps and lists in expressions, and where their names
/// start.
void read_paths(Reading& reading, SectionKind section, const Statement& line);

/// An option of a bind or server line that names a file of TLS; others are passed over.
void read_tls_path(Reading& reading, const Word& option, const Word& value);

/// What can only be said once all is read.
void finish_paths(Reading& reading);

/// A `log` line: adds a target, `log global` is noted, and `no log` takes all away.
void read_log(Reading& reading, const Statement& line, std::vector<LogTarget>& targets, bool& as_global);

/// One line of `global`.
bool read_global(Reading& reading, const Statement& line);

/// `defaults`, `frontend`, `backend` and `listen`: one state, since proxies inherit from the last defaults above them.
class ProxySections {
 public:
  explicit ProxySections(Reading& reading) : reading_(reading) {}

  void begin(const Statement& line);
  bool read(const Statement& line);
  /// Settles the section that was begun last.
  void end();
  /// Once all is read: the peers that stick-tables name, and the mailers that alerts do.
  void mark_used();

 private:
  /// What a defaults section hands on.
  struct Settings {
    Mode mode = Mode::tcp;
    bool disabled = false;
    bool checks_tls = false;
    bool checks_externally = false;
    bool all_backups = false;
    bool reuses = true;
    std::set<std::string, std::less<>> splices;  // the `option splice-*` that are on
    std::optional<Number> maxconn{};
    std::optional<Number> backlog{};
    std::optional<Number> fullconn{};
    std::optional<Sourced<Address>> source{};
    std::optional<Text> source_interface{};
    bool loads_server_state = false;
    ServerSettings server{};
    std::vector<LogTarget> logs;
    bool logs_as_global = false;
    std::optional<std::size_t> section{};  // the defaults section these were taken from, in Config::defaults
    std::optional<StatsPage> stats{};
    std::optional<Origin> access_rule{};
    std::set<std::string, std::less<>> client_acls{};  // those that look at who the client is
    std::optional<Text> default_backend{};
  };
  enum class Place : std::uint8_t { nowhere, defaults, proxy };

  [[nodiscard]] Proxy& proxy() { return reading_.config.proxies.back(); }
  [[nodiscard]] bool has_frontend() const { return place_ == Place::defaults || kind_ != ProxyKind::backend; }
  [[nodiscard]] bool has_backend() const { return place_ == Place::defaults || kind_ != ProxyKind::frontend; }
  void begin_defaults(const Statement& line);
  void begin_proxy(const Statement& line);
  bool inherit(const Statement& line, std::size_t from);
  bool admit_inherited(const Word& word);
  void claim_name(const Word& name);
  bool read_number(const Statement& line);
  bool read_server_line(const Statement& line);
  void read_bind_line(const Statement& line);
  void read_mode(const Statement& line);
  void read_option(const Statement& line);
  void read_check_rule(const Statement& line);
  void read_source(const Statement& line);
  void read_use_backend(const Statement& line);
  void read_stick_table(const Statement& line);
  bool read_access(const Statement& line);
  void read_stats(const Statement& line);
  void read_acl(const Statement& line);
  void read_rule(const Statement& line);
  void read_backend(const Statement& line);
  [[nodiscard]] bool singles_out(const Statement& line, std::size_t from, bool known) const;
  void settle_access(Proxy& ended);

  Reading& reading_;
  bool stats_are_own_ = false;  // of the proxy being read: no longer those of its defaults
  Place place_ = Place::nowhere;
  ProxyKind kind_ = ProxyKind::listen;
  Settings settings_;          // of the section being read
  std::string defaults_name_;  // its name, when it is a defaults section
  Settings last_defaults_;     // for proxies without `from`
  std::map<std::string, Settings, std::less<>> named_defaults_;
  std::set<std::string, std::less<>> frontends_;
  std::set<std::string, std::less<>> backends_;
  std::set<std::string, std::less<>> used_backends_;  // by the proxy being read
  std::set<std::string, std::less<>> used_peers_;
  std::set<std::string, std::less<>> used_mailers_;
};

/// `peers`.
class PeersSections {
 public:
  explicit PeersSections(Reading& reading) : reading_(reading) {}

  void begin(const Statement& line);
  bool read(const Statement& line);

 private:
  [[nodiscard]] Peers& peers() { return reading_.config.peers.back(); }
  void read_bind_line(const Statement& line);
  void read_peer(const Statement& line);

  Reading& reading_;
  bool inside_ = false;
  ServerSettings defaults_;
};

/// `log-forward`: a proxy that receives syslog messages, on TCP by `bind` and on UDP by `dgram-bind`.
class LogForwardSections {
 public:
  explicit LogForwardSections(Reading& reading) : reading_(reading) {}

  void begin(const Statement& line);
  bool read(const Statement& line);

 private:
  Reading& reading_;
  bool inside_ = false;
};

/// `resolvers`, `mailers`, `program`, `ring` and `crt-store`: what haproxy talks to, runs or opens besides its proxies.
class SideSections {
 public:
  explicit SideSections(Reading& reading) : reading_(reading) {}

  /// Any section; those that are not read here are passed over.
  void begin(SectionKind kind, const Statement& line);
  bool read(const Statement& line);

 private:
  bool read_resolvers(const Statement& line);
  bool read_mailers(const Statement& line);
  bool read_program(const Statement& line);
  bool read_ring(const Statement& line);
  bool read_store(const Statement& line);
  void read_address(const Statement& line, AddressUse use, std::vector<NamedAddress>& addresses);
  void read_path(const Statement& line, std::optional<Text>& path);

  Reading& reading_;
  SectionKind kind_ = SectionKind::none;
};

}  // namespace preflight::haproxy
