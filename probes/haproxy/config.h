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
  bool transparent = false;
  bool v4v6 = false;
  bool v6only = false;
  bool ssl = false;
};

/// What a server line asks for after the default-servers before it were applied.
struct ServerSettings {
  std::optional<Number> maxconn{};
  std::optional<Number> pool_max_conn{};
  std::optional<Number> check_port{};  // `port N`
  std::optional<Number> agent_port{};
  std::optional<Text> check_address{};  // `addr`
  std::optional<Text> agent_address{};
  std::optional<Sourced<Address>> source{};  // `source`, a port range allowed
  std::optional<Text> cookie{};              // what stands for it in the proxy's persistence cookie
  bool check = false;
  bool agent_check = false;
  bool ssl = false;
  bool disabled = false;
  bool backup = false;
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
  bool splices = false;  // any `option splice-*`
  std::optional<Number> maxconn{};
  std::optional<Number> backlog{};
  std::optional<Number> fullconn{};
  std::optional<Sourced<Address>> source{};  // of all its servers
  std::optional<StickTable> stick_table{};
  bool loads_server_state = false;  // `load-server-state-from-file` local or global
  std::vector<Bind> binds;
  std::vector<Server> servers;
  /// Keywords `port N` and `agent-port N` on server and default-server lines: haproxy counts a descriptor for each one
  /// it parses (src/check.c), whether or not a check uses it.
  std::uint32_t parsed_check_ports = 0;
};

/// A `peers` section. It counts only if one of its peers is this host (see Config::local_peer).
struct Peers {
  std::string name;
  Origin origin;
  bool disabled = false;
  std::vector<Bind> binds;  // the `bind` line, or the local peer's own address where its name is known
  std::vector<std::string> names;
  bool used = false;  // a stick-table names it, or it has a `table` of its own
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
  bool reuse_port = true;  // `noreuseport`
  bool ssl_engine_async = false;
  std::vector<Bind> stats_sockets;
};

enum class RemarkKind : std::uint8_t {
  error,           // haproxy would refuse it
  misread,         // haproxy takes it, but not as it looks: `ulimit-n 10k` is 10
  not_understood,  // this reader does not know it; what depends on it may be wrong
  unset_variable,  // an environment variable without a value was used
};

struct Remark {
  RemarkKind kind = RemarkKind::not_understood;
  Origin origin;
  std::string text;
};

/// At most this many remarks are kept; haproxy itself stops at 50 fatal errors.
inline constexpr std::size_t kRemarkLimit = 200;

/// Most proxies, binds, servers and peers together: a hostile file cannot fill the memory.
inline constexpr std::size_t kObjectLimit = 1'000'000;

struct Config {
  std::vector<std::string> files;  // in the order read
  std::uint64_t lines = 0;
  Global global;
  std::vector<Proxy> proxies;
  std::vector<Peers> peers;
  /// Like Proxy::parsed_check_ports, on the default-server lines of `defaults` and the lines of `peers`.
  std::uint32_t parsed_check_ports = 0;
  std::vector<Remark> remarks;
  std::uint64_t remarks_dropped = 0;
};

}  // namespace preflight::haproxy
