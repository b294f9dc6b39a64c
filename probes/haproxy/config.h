// SPDX-License-Identifier: Apache-2.0
// What haproxy.cfg says, as far as the host must carry it. Values keep the place they were written; what is not
// understood is listed, never guessed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "probes/haproxy/address.h"
#include "probes/haproxy/origin.h"

namespace preflight::haproxy {

using Number = Sourced<std::int64_t>;
using Text = Sourced<std::string>;

/// One address of a `bind` or `stats socket` line. A port range is one Bind with several ports: haproxy makes a
/// listener (and a descriptor) of each port and shard.
struct Bind {
  Address address;
  Origin origin;  // of the address, not of the word "bind"
  std::optional<Number> backlog{};
  std::optional<Number> maxconn{};
  std::optional<Text> interface {};
  std::optional<Text> network_namespace{};  // `namespace`
  std::optional<Text> thread{};             // the thread set as written
  std::optional<Text> shards{};             // a number, "by-thread" or "by-group"
  std::optional<Number> mode{};             // of a unix socket's file; without it the umask decides
  std::optional<Text> user{};               // its owner, by name or number
  std::optional<Text> group{};
  std::optional<Text> level{};      // of a stats socket: "user", "operator" (unless written) or "admin"
  std::optional<Text> expose_fd{};  // "listeners": who connects may take them over
  bool transparent = false;
  bool v4v6 = false;
  bool v6only = false;
  bool ssl = false;
  bool verifies_clients = false;  // `verify required`: without a certificate nobody gets in
};

/// The statistics page of a proxy. Any `stats` line turns it on (src/cfgparse-listen.c), and the first one of a proxy
/// drops what its defaults section said of `stats`, passwords included.
struct StatsPage {
  Origin origin;  // of the line that turned it on
  std::string uri = "/haproxy?stats";
  std::optional<Origin> auth{};   // `stats auth`, or a `stats http-request` that asks or refuses
  std::optional<Origin> admin{};  // `stats admin`: servers can be switched off there
};

enum class LogSink : std::uint8_t {
  address,  // syslog at an address, a unix socket, or a descriptor (`stdout` is 1, `stderr` is 2)
  ring,     // `ring@NAME`
  backend,  // `backend@NAME`, since 2.9
};

/// Where the lines of one `log` keyword go.
struct LogTarget {
  LogSink sink = LogSink::address;
  Address address;   // datagram unless a prefix says otherwise; port 514 where none was written
  std::string name;  // of the ring or the backend
  std::string text;  // the target's word as written
  Origin origin;
};

/// What a server line asks for after the default-servers before it were applied.
struct ServerSettings {
  std::optional<Number> maxconn{};
  std::optional<Number> minconn{};  // the least that `maxconn` is lowered to while the backend has few connections
  std::optional<Number> pool_max_conn{};
  std::optional<Number> pool_low_conn{};
  std::optional<Number> check_port{};  // `port N`
  std::optional<Number> agent_port{};
  std::optional<Text> check_address{};  // `addr`
  std::optional<Text> agent_address{};
  std::optional<Sourced<Address>> source{};  // `source`, a port range allowed
  std::optional<Text> source_interface{};    // its `interface`
  std::optional<Text> network_namespace{};   // `namespace`
  std::optional<Text> cookie{};              // what stands for it in the proxy's persistence cookie
  bool check = false;
  bool agent_check = false;
  bool ssl = false;
  bool check_ssl = false;  // `check-ssl`
  bool had_ssl = false;    // by its default-server; haproxy prepares TLS even if `no-ssl` takes it back
  bool disabled = false;
  bool backup = false;

  /// Whether haproxy prepares TLS towards this server, for traffic or for its checks.
  [[nodiscard]] bool prepares_tls() const { return ssl || check_ssl || had_ssl; }
};

struct Server {
  std::string name;         // of a template: the prefix
  std::uint32_t count = 1;  // of a server-template
  Address address;
  Origin origin;
  ServerSettings settings;
};

enum class ProxyKind : std::uint8_t { frontend, backend, listen, log_forward };
enum class Mode : std::uint8_t { tcp, http, log, spop, health, syslog };

/// What a `stick-table` remembers lives in the process; only peers hand it on at a reload.
struct StickTable {
  Origin origin;
  std::optional<Text> peers{};
};

struct Proxy {
  ProxyKind kind = ProxyKind::listen;
  std::string name;
  Origin origin;
  Mode mode = Mode::tcp;
  bool disabled = false;
  bool splices = false;            // any `option splice-*`
  bool reuses = true;              // unless `http-reuse never`: idle connections to servers are kept
  bool all_backups = false;        // `option allbackups`: without other servers all of these take traffic, not one
  bool checks_externally = false;  // `option external-check`: a program of its own connects
  bool checks_tls = false;         // a `tcp-check connect` or `http-check connect` with `ssl`
  std::optional<Number> maxconn{};
  std::optional<Number> backlog{};
  std::optional<Number> fullconn{};
  std::optional<Sourced<Address>> source{};  // of all its servers
  std::optional<Text> source_interface{};    // its `interface`
  /// Where its connections go: what `use_backend` names, each once, and else `default_backend`. A name with "%[" is
  /// made for each request and may be any backend.
  std::vector<std::string> use_backends;
  std::string default_backend;
  std::optional<StickTable> stick_table{};
  bool loads_server_state = false;  // `load-server-state-from-file` local or global
  std::vector<Bind> binds;
  std::vector<Server> servers;
  std::vector<LogTarget> logs;            // those of its defaults too
  bool logs_as_global = false;            // `log global`: those of the global section too
  std::optional<std::size_t> defaults{};  // what it inherits from, in Config::defaults
  std::optional<StatsPage> stats_page{};
  /// The first rule of `http-request` or `tcp-request` that asks for a password, or refuses all but known clients.
  std::optional<Origin> access_rule{};
  /// Of `default_backend` and `use_backend`, but for those that known clients alone are sent to. A name may be one that
  /// is computed at run time ("%[...]").
  std::vector<Text> open_backends;
  /// Keywords `port N` and `agent-port N` on server and default-server lines: haproxy counts a descriptor for each one
  /// it parses (src/check.c), whether or not a check uses it.
  std::uint32_t parsed_check_ports = 0;
};

/// A `defaults` section, and its lines: whose origin lies among them came from it.
struct DefaultsSection {
  std::string name;  // may be empty
  Origin origin;     // of the word `defaults`
  std::uint32_t last_line = 0;
  std::optional<std::size_t> from{};  // what it inherits from itself, in Config::defaults
};

/// One `nameserver` of a resolvers section, or one `mailer`.
struct NamedAddress {
  std::string name;
  Address address;
  Origin origin;  // of the address
};

struct Resolvers {
  std::string name;
  Origin origin;
  std::vector<NamedAddress> nameservers;
  std::optional<Origin> resolv_conf{};  // `parse-resolv-conf`: those of /etc/resolv.conf too
};

/// A `mailers` section; haproxy drops one that no `email-alert mailers` names.
struct Mailers {
  std::string name;
  Origin origin;
  std::vector<NamedAddress> mailers;
  bool used = false;
};

/// A process the master starts beside its workers (`program`, gone since 3.3).
struct Program {
  std::string name;
  Origin origin;
  std::optional<Text> command{};  // with its arguments
  std::optional<Text> user{};
  std::optional<Text> group{};
};

/// A ring buffer, and the log servers it is forwarded to.
struct Ring {
  std::string name;
  Origin origin;
  std::vector<Server> servers;
  std::optional<Text> backing_file{};  // as haproxy opens it
};

/// A `crt-store`: certificates that bind lines name as "@NAME/...". Empty name: the one without.
struct CertificateStore {
  std::string name;
  Origin origin;
  std::optional<Text> certificates{};  // `crt-base`, as haproxy opens it
  std::optional<Text> keys{};          // `key-base`
};

/// A `peers` section. It counts only if one of its peers is this host (see Config::local_peer).
struct Peers {
  std::string name;
  Origin origin;
  bool disabled = false;
  std::vector<Bind> binds;  // the `bind` line, or the local peer's own address where its name is known
  std::vector<std::string> names;
  std::vector<NamedAddress> remotes;  // the other peers, whom haproxy connects to
  std::vector<LogTarget> logs;
  bool logs_as_global = false;
  bool used = false;  // a stick-table names it, or it has a `table` of its own
  bool ssl = false;   // a connection to one of its peers is encrypted
};

struct Global {
  std::optional<Number> maxconn{};
  std::optional<Number> ulimit_n{};
  std::optional<Number> fd_hard_limit{};
  std::optional<Number> nbthread{};
  std::optional<Number> thread_groups{};
  std::optional<Number> maxpipes{};
  std::optional<Number> stats_maxconn{};
  std::optional<Text> user{};
  std::optional<Text> group{};
  std::optional<Number> uid{};
  std::optional<Number> gid{};
  std::optional<Text> chroot{};
  std::optional<Text> local_peer{};
  std::optional<Text> default_shards{};  // tune.listener.default-shards
  std::optional<Text> unix_bind_prefix{};
  std::optional<Origin> master_worker{};
  bool strict_limits = true;  // on by default since 2.3
  Origin strict_limits_origin{};
  bool reuse_port = true;             // `noreuseport`
  std::vector<Text> ssl_engines;      // `ssl-engine`, OpenSSL's hardware back ends
  std::optional<Origin> ssl_async{};  // `ssl-mode-async`: engines work beside the threads
  std::optional<Number> maxsslconn{};
  std::optional<Number> maxzlibmem{};      // MiB
  std::optional<Number> bufsize{};         // `tune.bufsize`, bytes as written
  std::optional<Number> ssl_cache_size{};  // `tune.ssl.cachesize`, sessions
  std::optional<Number> log_uri_length{};  // `tune.http.logurilen`
  std::optional<Number> cookie_length{};   // `tune.http.cookielen`
  std::vector<Bind> stats_sockets;
  std::vector<LogTarget> logs;
};

enum class PathKind : std::uint8_t {
  certificate,       // `crt`: a file, a directory of them, or the common part of name.rsa, name.ecdsa and name.dsa
  certificate_list,  // `crt-list`: names certificates, a line each
  authority,         // `ca-file`, a file or a directory, and its kin
  revocation_list,
  ticket_keys,
  dh_parameters,
  map,
  pattern_list,  // `acl ... -f`
  error_page,    // `errorfile`
  payload,       // `http-request return file`
  lua,
  server_state,  // written by whoever saves the state: it may be missing
};

/// A file that haproxy reads when it starts.
struct ConfigPath {
  PathKind kind = PathKind::certificate;
  /// As haproxy opens it: after `crt-base`, `ca-base`, `server-state-base` and `default-path`. What is still relative
  /// starts at -C, else where haproxy was started.
  std::string path;
  Origin origin;
  std::string by;  // the keyword: "crt", "errorfile", "map_beg"
};

enum class RemarkKind : std::uint8_t {
  error,           // haproxy would refuse it
  misread,         // haproxy takes it, but not as it looks: `ulimit-n 10k` is 10
  not_understood,  // this reader does not know it; what depends on it may be wrong
  unset_variable,  // an environment variable without a value was used
};

/// What is left without its value where an environment variable has none.
enum class Gap : std::uint8_t {
  elsewhere,
  address,   // of a server or a source
  listener,  // an address to listen on: with nothing left of it, haproxy listens on all addresses
};

struct Remark {
  RemarkKind kind = RemarkKind::not_understood;
  Origin origin;
  std::string text;
  std::string variable{};  // of unset_variable: its name
  Gap gap = Gap::elsewhere;
  bool feeds_demand = true;  // false: nothing of the host depends on the line
};

/// A line that this program has something to say about although no demand follows from it: a keyword that is gone,
/// ignored or often misunderstood. Which ones: noted_lines.h.
struct NotedLine {
  std::string section;  // the keyword that began it: "global", "backend", ...
  std::string words;    // the first ones, at most three
  Origin origin;
};
inline constexpr std::size_t kNotedLimit = 200;

/// At most this many remarks are kept; haproxy itself stops at 50 fatal errors.
inline constexpr std::size_t kRemarkLimit = 200;

/// Most proxies, binds, servers, peers, log targets and the like together: a hostile file cannot fill the memory.
inline constexpr std::size_t kObjectLimit = 1'000'000;

struct Config {
  std::vector<std::string> files;  // in the order read
  std::uint64_t lines = 0;
  Global global;
  std::vector<Proxy> proxies;
  std::vector<Peers> peers;
  std::vector<DefaultsSection> defaults;
  std::vector<Resolvers> resolvers;
  std::vector<Mailers> mailers;
  std::vector<Program> programs;
  std::vector<Ring> rings;
  std::vector<CertificateStore> certificate_stores;
  std::vector<ConfigPath> paths;  // in the order written; one that several lines name is there as often
  std::string certificate_base;   // where relative names in a `crt-list` start; empty: where haproxy is started
  /// Like Proxy::parsed_check_ports, on the default-server lines of `defaults` and the lines of `peers`.
  std::uint32_t parsed_check_ports = 0;
  std::vector<NotedLine> noted;  // at most kNotedLimit
  std::vector<Remark> remarks;
  std::uint64_t remarks_dropped = 0;

  /// The defaults section through which a value of `proxy` came; null where the proxy's own lines say it.
  [[nodiscard]] const DefaultsSection* through(const Proxy& proxy, const Origin& value) const;
};

}  // namespace preflight::haproxy
