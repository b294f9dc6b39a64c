// SPDX-License-Identifier: Apache-2.0
// Makes a namespace as busy as a load balancer: N established loopback connections, held by several processes because
// one process's hard descriptor limit is often 20,000. A connection is two sockets.
//   busy_sockets CONNECTIONS     prints "ready", then waits until standard input closes
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

constexpr unsigned kFewestHolders = 6;
constexpr unsigned kSpareDescriptors = 64;
constexpr unsigned kMostPerHolder = 25'000;  // below the 28,232 ports of one source address

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::_Exit(1);
}

rlim_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) give_up("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) give_up("setrlimit");
  return limit.rlim_cur;
}

/// 127.HOLDER.0.LAST
sockaddr_in address_of(unsigned holder, unsigned last, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl((127U << 24U) | ((holder + 1U) << 16U) | last);
  return address;
}

int new_socket() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) give_up("socket");
  return socket;
}

int listen_on(const sockaddr_in& address) {
  const int socket = new_socket();
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) give_up("bind");
  if (::listen(socket, SOMAXCONN) != 0) give_up("listen");
  return socket;
}

void connect_once(int listener, const sockaddr_in& from, const sockaddr_in& to) {
  const int socket = new_socket();
  const int on = 1;
  ::setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) give_up("bind");
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) give_up("connect");
  if (::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC) < 0) give_up("accept");
}

/// Tells `ready` and holds its connections until `lifeline` closes.
[[noreturn]] void hold(unsigned holder, unsigned connections, int ready, int lifeline) {
  const auto server = address_of(holder, 1, 8080);
  const int listener = listen_on(server);
  for (unsigned i = 0; i < connections; ++i) connect_once(listener, address_of(holder, 2, 0), server);
  char byte = 'r';
  if (::write(ready, &byte, 1) != 1) give_up("write");
  while (::read(lifeline, &byte, 1) < 0 && errno == EINTR) {
  }
  std::_Exit(0);
}

unsigned holders_for(unsigned connections, rlim_t descriptors) {
  if (descriptors < 4 * kSpareDescriptors) give_up("too few descriptors");
  const auto room = static_cast<unsigned>(std::min<rlim_t>((descriptors - kSpareDescriptors) / 2, kMostPerHolder));
  return std::clamp((connections + room - 1) / room, kFewestHolders, 254U);
}

std::array<int, 2> pipe_pair() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), 0) != 0) give_up("pipe2");
  return ends;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: busy_sockets CONNECTIONS\n", stderr);
    return 2;
  }
  const auto connections = static_cast<unsigned>(std::strtoul(arguments[1], nullptr, 10));
  const auto holders = holders_for(connections, raise_descriptor_limit());
  const auto ready = pipe_pair();
  const auto lifeline = pipe_pair();
  std::vector<pid_t> children;
  for (unsigned holder = 0; holder < holders; ++holder) {
    const pid_t child = ::fork();
    if (child < 0) give_up("fork");
    if (child == 0) {
      ::close(ready[0]);
      ::close(lifeline[1]);
      hold(holder, connections / holders + (holder < connections % holders ? 1U : 0U), ready[1], lifeline[0]);
    }
    children.push_back(child);
  }
  ::close(ready[1]);
  ::close(lifeline[0]);
  char byte = 0;
  unsigned told = 0;
  while (told < holders && ::read(ready[0], &byte, 1) == 1) ++told;
  if (told == holders) {
    std::puts("ready");
    std::fflush(stdout);
    while (::read(STDIN_FILENO, &byte, 1) > 0) {
    }
  }
  ::close(lifeline[1]);
  for (const auto child : children) ::waitpid(child, nullptr, 0);
  return told == holders ? 0 : 1;
}
