// SPDX-License-Identifier: Apache-2.0
// The first limit of the ladder against the real haproxy under real connections: one after the other, on loopback in a
// network namespace of its own, until one finds no room.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "policies/ladder.h"
#include "probes/haproxy/read_config.h"
#include "probes/host/descriptor.h"
#include "probes/host/live_host.h"
#include "tests/support/real_haproxy.h"

namespace preflight::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t kFront = 18080;
constexpr std::uint16_t kFirstServer = 19000;
constexpr std::size_t kServers = 2;
constexpr std::uint16_t kFirstClient = 20000;  // outside the port range: only haproxy's connections take from that
constexpr std::size_t kMostClients = 400;
constexpr const char* kRange = "40000\t40059";

struct Load {
  std::string name;
  std::string global;
  std::string front;
  std::string servers;
  std::string limit;  // the one that is expected first
  std::optional<std::uint64_t> nofile{};
  std::string bind_options{};

  friend std::ostream& operator<<(std::ostream& out, const Load& load) { return out << load.name; }
};

std::string text_of(const Load& load) {
  return "global\n  stats socket @SOCKET@\n  nbthread 2\n" + load.global +
         "defaults\n  mode tcp\n  timeout client 60s\n  timeout connect 5s\n  timeout server 60s\n"
         "frontend web\n  bind 127.0.0.1:18080" +
         load.bind_options + "\n" + load.front + "  default_backend app\nbackend app\n" + load.servers;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Descriptor socket_at(std::uint16_t port) {
  Descriptor made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  setsockopt(made.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const auto address = loopback(port);
  if (bind(made.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return Descriptor{};
  return made;
}

bool write_file(const char* path, const std::string& text) {
  const Descriptor file(open(path, O_WRONLY | O_CLOEXEC));
  return file.valid() && write(file.number(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// The servers behind haproxy, and as many clients as find their way to them.
class Traffic {
 public:
  bool listen_on_servers() {
    for (std::size_t i = 0; i < kServers; ++i) {
      servers_.push_back(socket_at(static_cast<std::uint16_t>(kFirstServer + i)));
      if (!servers_.back().valid() || listen(servers_.back().number(), 512) != 0) return false;
    }
    return true;
  }

  /// How many connections found room before the first that did not.
  std::int64_t fill() {
    for (std::size_t i = 0; i < kMostClients; ++i) {
      clients_.push_back(socket_at(static_cast<std::uint16_t>(kFirstClient + i)));
      const auto front = loopback(kFront);
      (void)connect(clients_.back().number(), reinterpret_cast<const sockaddr*>(&front), sizeof(front));
      if (!arrives()) return static_cast<std::int64_t>(i);
    }
    return kMostClients;
  }

 private:
  bool arrives() {
    for (const auto end = std::chrono::steady_clock::now() + 700ms; std::chrono::steady_clock::now() < end;) {
      for (const auto& server : servers_) {
        Descriptor accepted(accept4(server.number(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!accepted.valid()) continue;
        held_.push_back(std::move(accepted));
        return true;
      }
      std::this_thread::sleep_for(1ms);
    }
    return false;
  }

  std::vector<Descriptor> servers_;
  std::vector<Descriptor> clients_;
  std::vector<Descriptor> held_;
};

/// What happens inside haproxy's namespace; -1 where the test cannot be had here.
std::int64_t filled_inside(pid_t pid) {
  std::int64_t filled = -1;
  std::thread([&] {
    const Descriptor inside(open(("/proc/" + std::to_string(pid) + "/ns/net").c_str(), O_RDONLY | O_CLOEXEC));
    Traffic traffic;
    if (!inside.valid() || setns(inside.number(), CLONE_NEWNET) != 0 ||
        !write_file("/proc/sys/net/ipv4/ip_local_port_range", kRange) || !traffic.listen_on_servers()) {
      return;
    }
    filled = traffic.fill();
  }).join();
  return filled;
}

Facts facts_of(const RealHaproxy& real, const Load& load) {
  const LiveHost host;
  Facts facts;
  facts.networks.emplace_back();
  auto& network = facts.networks.front();
  network.sysctls = read_sysctls(host, Netns{real.pid()}, ladder_needs().sysctls);
  network.sysctls.values.insert_or_assign("net.ipv4.ip_local_port_range", std::string(kRange));
  network.tcp_listeners =
      host.sockets(Netns{real.pid()}, {Protocol::tcp, states({SocketState::listen}), {}, {}, false});
  facts.sysctls = read_sysctls(host, Netns{}, ladder_needs().sysctls);
  auto& instance = facts.instances.emplace_back();
  instance.binary = haproxy::BinaryFacts{};
  instance.binary->version = {2, 6, 12};
  UnitProperties unit;
  unit.limit_nofile = unit.limit_nofile_soft = load.nofile.value_or(20000);
  instance.unit = unit;
  instance.config = haproxy::parse_config({{real.path(), real.config()}}, {});
  return facts;
}

class LadderUnderLoad : public testing::TestWithParam<Load> {};

TEST_P(LadderUnderLoad, TheFirstLimitIsReachedWhereItSays) {
  if (const auto reason = real_haproxy_missing(); !reason.empty()) GTEST_SKIP() << reason;
  const auto& load = GetParam();
  const RealHaproxy real(text_of(load), {}, load.nofile);
  ASSERT_FALSE(real.info().empty()) << real.log();
  const auto facts = facts_of(real, load);
  const auto demand = compute_demand(facts);
  const auto ladders = compute_ladders(facts, demand);
  const Rung* first = ladders.front().first();
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(to_string(first->limit), load.limit);
  const auto filled = filled_inside(real.pid());
  if (filled < 0) GTEST_SKIP() << "the port range of a private namespace cannot be written here";
  EXPECT_EQ(filled, *first->connections) << first->name;
}

const std::string kOne = "  server a 127.0.0.1:19000\n";
const std::string kTwo = kOne + "  server b 127.0.0.1:19001\n";

INSTANTIATE_TEST_SUITE_P(
    , LadderUnderLoad,
    testing::Values(
        Load{"the global maxconn", "  maxconn 50\n", "", kTwo, "maxconn"},
        Load{"an automatic maxconn", "", "", kTwo, "maxconn", 240},
        Load{"the maxconn of the frontend", "  maxconn 50\n", "  maxconn 30\n", kTwo, "frontend_maxconn"},
        Load{"the maxconn of the bind", "  maxconn 50\n", "  maxconn 40\n", kTwo, "bind_maxconn", {}, " maxconn 20"},
        Load{"the maxconns of the servers", "  maxconn 90\n", "",
             "  server a 127.0.0.1:19000 maxconn 20\n  server b 127.0.0.1:19001 maxconn 11\n", "server_maxconn"},
        Load{"source ports to one server", "  maxconn 300\n", "", kOne, "source_ports"},
        Load{"source ports to two servers", "  maxconn 300\n", "", kTwo, "source_ports"},
        Load{"two servers at one address", "  maxconn 300\n", "", kOne + "  server b 127.0.0.1:19000\n",
             "source_ports"},
        Load{"one server with a bound, one without", "  maxconn 300\n", "",
             "  server a 127.0.0.1:19000 maxconn 10\n  server b 127.0.0.1:19001\n", "source_ports"},
        Load{"a source range of its own", "  maxconn 300\n", "",
             "  server a 127.0.0.1:19000 source 127.0.0.3:30000-30024\n", "source_ports"},
        Load{"a bind inside the port range", "  maxconn 300\n", "  bind 127.0.0.1:40010-40019\n", kOne, "source_ports"},
        Load{"too few descriptors without strict-limits", "  maxconn 300\n  no strict-limits\n", "", kTwo,
             "file_descriptors", 100}),
    [](const auto& sample) {
      std::string name = sample.param.name;
      for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
      return name;
    });

}  // namespace
}  // namespace preflight::test
