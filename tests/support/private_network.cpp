// SPDX-License-Identifier: Apache-2.0
// unshare(CLONE_NEWNET) and the few socket calls that fill the new namespace.
#include "tests/support/private_network.h"

#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "probes/base/ip_address.h"

namespace preflight::test {
namespace {

void check(bool good, const char* what) {
  if (!good) throw std::system_error(errno, std::generic_category(), what);
}

/// struct in6_ifreq of linux/ipv6.h, which cannot be included next to netinet/in.h.
struct Address6 {
  in6_addr address;
  std::uint32_t prefix;
  int interface;
};

struct Endpoint {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

Endpoint endpoint_of(const std::string& text, std::uint16_t port) {
  const auto address = parse_ip(text);
  if (!address) throw std::invalid_argument(text);
  Endpoint endpoint;
  if (address->family == IpFamily::v4) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&endpoint.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    std::memcpy(&v4->sin_addr, address->bytes.data(), 4);
    endpoint.size = sizeof *v4;
  } else {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&endpoint.storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    std::memcpy(&v6->sin6_addr, address->bytes.data(), 16);
    endpoint.size = sizeof *v6;
  }
  return endpoint;
}

void bring_up_loopback() {
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  check(::ioctl(socket.number(), SIOCGIFFLAGS, &request) == 0, "SIOCGIFFLAGS");
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  check(::ioctl(socket.number(), SIOCSIFFLAGS, &request) == 0, "SIOCSIFFLAGS");
}

}  // namespace

std::optional<std::string> why_no_private_network() {
  const Descriptor home(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (::unshare(CLONE_NEWNET) != 0) return std::string("a private network namespace: ") + std::strerror(errno);
  check(::setns(home.number(), CLONE_NEWNET) == 0, "setns");
  return std::nullopt;
}

PrivateNetwork::PrivateNetwork() : home_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
  check(home_.valid(), "open ns/net");
  check(::unshare(CLONE_NEWNET) == 0, "unshare");
  bring_up_loopback();
}

PrivateNetwork::~PrivateNetwork() { leave(); }

void PrivateNetwork::leave() {
  if (home_.valid()) check(::setns(home_.number(), CLONE_NEWNET) == 0, "setns");
  home_ = Descriptor();
}

void PrivateNetwork::add_address(const std::string& address) const {
  auto endpoint = endpoint_of(address, 0);
  const Descriptor socket(::socket(endpoint.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (endpoint.storage.ss_family == AF_INET) {
    ifreq request{};
    std::strcpy(request.ifr_name, "lo:1");
    std::memcpy(&request.ifr_addr, endpoint.get(), sizeof request.ifr_addr);
    check(::ioctl(socket.number(), SIOCSIFADDR, &request) == 0, "SIOCSIFADDR");
    return;
  }
  Address6 request{reinterpret_cast<sockaddr_in6*>(&endpoint.storage)->sin6_addr, 128,
                   static_cast<int>(::if_nametoindex("lo"))};
  check(::ioctl(socket.number(), SIOCSIFADDR, &request) == 0, "SIOCSIFADDR");
  // Even on loopback it is tentative until the kernel's worker has seen that there is nobody to ask.
  for (int i = 0; i < 5000 && !bound_socket(SOCK_DGRAM, address, 0).valid(); ++i) ::usleep(1000);
}

Resident::Resident(const char* command) {
  std::array<int, 2> lifeline{};
  check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, lifeline.data()) == 0, "socketpair");
  pid_ = ::fork();
  check(pid_ >= 0, "fork");
  char byte = 0;
  if (pid_ == 0) {
    ::prctl(PR_SET_NAME, command);
    ::close(lifeline[1]);
    const bool told = ::write(lifeline[0], &byte, 1) == 1;
    while (told && ::read(lifeline[0], &byte, 1) < 0 && errno == EINTR) {
    }
    ::_exit(0);
  }
  ::close(lifeline[0]);
  lifeline_ = Descriptor(lifeline[1]);
  check(::read(lifeline_.number(), &byte, 1) == 1, "read from the resident");
}

Resident::~Resident() {
  lifeline_ = Descriptor();
  ::waitpid(pid_, nullptr, 0);
}

Descriptor bound_socket(int type, const std::string& address, std::uint16_t port, BindOptions options) {
  auto endpoint = endpoint_of(address, port);
  Descriptor socket(::socket(endpoint.storage.ss_family, type | SOCK_CLOEXEC, 0));
  check(socket.valid(), "socket");
  const int on = 1;
  if (options.v6only) ::setsockopt(socket.number(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (::bind(socket.number(), endpoint.get(), endpoint.size) == 0) return socket;
  return {};
}

Descriptor listener(const std::string& address, std::uint16_t port, int backlog, BindOptions options) {
  auto socket = bound_socket(SOCK_STREAM, address, port, options);
  check(socket.valid(), "bind");
  check(::listen(socket.number(), backlog) == 0, "listen");
  return socket;
}

Descriptor connection(const std::string& address, std::uint16_t port) {
  auto endpoint = endpoint_of(address, port);
  Descriptor socket(::socket(endpoint.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  check(::connect(socket.number(), endpoint.get(), endpoint.size) == 0, "connect");
  return socket;
}

void send_to(const Descriptor& socket, const std::string& address, std::uint16_t port, const std::string& bytes) {
  auto endpoint = endpoint_of(address, port);
  check(::sendto(socket.number(), bytes.data(), bytes.size(), 0, endpoint.get(), endpoint.size) >= 0, "sendto");
}

std::uint64_t inode_of(const Descriptor& socket) {
  struct stat status {};
  check(::fstat(socket.number(), &status) == 0, "fstat");
  return status.st_ino;
}

bool as_nobody(const std::function<bool()>& question) {
  constexpr uid_t kNobody = 65534;
  const pid_t child = ::fork();
  check(child >= 0, "fork");
  if (child == 0) {
    const bool dropped = ::setgroups(0, nullptr) == 0 && ::setgid(kNobody) == 0 && ::setuid(kNobody) == 0;
    ::_exit(dropped && question() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string output_of(const std::string& command_line) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command_line.c_str(), "re"), ::pclose);
  check(pipe != nullptr, "popen");
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto count = std::fread(buffer.data(), 1, buffer.size(), pipe.get());
    if (count == 0) return text;
    text.append(buffer.data(), count);
  }
}

}  // namespace preflight::test
