// SPDX-License-Identifier: Apache-2.0
// haproxy's own command line (haproxy(1)): which configuration it reads and what overrides it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace preflight::haproxy {

struct CommandLine {
  std::vector<std::string> configs;          // -f, and what follows "--"
  std::string directory;                     // -C
  std::optional<std::int64_t> maxconn{};     // -n
  std::optional<std::int64_t> memory_mib{};  // -m
  std::string local_peer;                    // -L
  std::vector<std::string> master_sockets;   // -S, options after ',' removed
  std::vector<std::int64_t> old_workers;     // -sf and -st
  bool master_worker = false;                // -W or -Ws
  bool check_only = false;                   // -c: not an instance
};

/// Reads argv without argv[0]. Unknown options are skipped as haproxy's own getopt-free parser would read them.
[[nodiscard]] CommandLine parse_command_line(const std::vector<std::string>& arguments);

}  // namespace preflight::haproxy
