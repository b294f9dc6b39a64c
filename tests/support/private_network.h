// SPDX-License-Identifier: Apache-2.0
// A network namespace of a test's own, with nothing but loopback in it; needs root.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "probes/host/descriptor.h"

namespace preflight::test {

using Descriptors = std::vector<Descriptor>;

/// Why a private namespace cannot be had here, for GTEST_SKIP; nullopt when it can.
[[nodiscard]] std::optional<std::string> why_no_private_network();

/// The calling thread is inside from construction until `leave` or destruction; loopback is up.
class PrivateNetwork {
 public:
  PrivateNetwork();
  ~PrivateNetwork();
  PrivateNetwork(const PrivateNetwork&) = delete;
  PrivateNetwork& operator=(const PrivateNetwork&) = delete;

  void leave();
  /// Gives loopback a further IPv4 or IPv6 address and waits until it may be bound.
  void add_address(const std::string& address) const;

 private:
  Descriptor home_;
};

/// A child process that stays in the namespace it was started in, holding the sockets open then, until destroyed.
class Resident {
 public:
  explicit Resident(const char* command);
  ~Resident();
  Resident(const Resident&) = delete;
  Resident& operator=(const Resident&) = delete;
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
  Descriptor lifeline_;
};

/// A socket bound to `address` (numeric) and port; `type` is SOCK_STREAM or SOCK_DGRAM. Port 0 lets the kernel choose.
struct BindOptions {
  bool v6only = false;
};
/// Not valid when bind(2) is refused.
[[nodiscard]] Descriptor bound_socket(int type, const std::string& address, std::uint16_t port,
                                      BindOptions options = {});
[[nodiscard]] Descriptor listener(const std::string& address, std::uint16_t port, int backlog,
                                  BindOptions options = {});
/// A blocking connection to a loopback listener.
[[nodiscard]] Descriptor connection(const std::string& address, std::uint16_t port);
void send_to(const Descriptor& socket, const std::string& address, std::uint16_t port, const std::string& bytes);
[[nodiscard]] std::uint64_t inode_of(const Descriptor& socket);

/// What `question` says in a child process without any privilege.
[[nodiscard]] bool as_nobody(const std::function<bool()>& question);

/// What a program prints, run through the shell in the namespace of the calling thread.
[[nodiscard]] std::string output_of(const std::string& command_line);

}  // namespace preflight::test
