// SPDX-License-Identifier: Apache-2.0
// What we say of a candidate against a real reload: which sockets are handed on, opened anew, opened and closed, and
// whose queues stay as they are.
#include <chrono>
#include <csignal>
#include <fstream>
#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "policies/candidate.h"
#include "probes/haproxy/read_config.h"
#include "probes/host/live_host.h"
#include "tests/support/real_haproxy.h"

namespace preflight::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kHead =
    "global\n  maxconn 1000\n  stats socket @SOCKET@\n"
    "defaults\n  mode tcp\n  timeout client 5s\n  timeout connect 5s\n  timeout server 5s\n";
constexpr const char* kNow =
    "listen it\n  bind 127.0.0.1:18301\n  bind 127.0.0.1:18302 backlog 100\n  bind 127.0.0.1:18303\n"
    "  bind 127.0.0.1:18304\n  bind 127.0.0.1:18305 backlog 100\n  bind 127.0.0.1:18310-18319\n";
constexpr const char* kThen =
    "listen it\n  bind 127.0.0.1:18301\n  bind 127.0.0.1:18302 backlog 200\n  bind 127.0.0.1:18303 interface lo\n"
    "  bind 127.0.0.1:18305 backlog 50\n  bind 127.0.0.1:18306\n  bind 127.0.0.1:18315-18324\n"
    "  bind 127.0.0.1:18304 transparent\n";

using Listeners = std::map<std::uint16_t, SocketEntry>;

Listeners listeners_of(const RealHaproxy& real) {
  const auto found =
      LiveHost().sockets(Netns{real.pid()}, {Protocol::tcp, states({SocketState::listen}), {}, {}, false});
  Listeners listeners;
  EXPECT_TRUE(found);
  if (!found) return listeners;
  for (const auto& socket : *found) listeners.emplace(socket.local_port, socket);
  return listeners;
}

/// Until the old worker has gone, which leaves each port to the new one.
Listeners reload(const RealHaproxy& real, const std::string& before, const std::string& config) {
  std::ofstream(real.path()) << config;
  Listeners listeners;
  for (int i = 0; i < 500; ++i) {
    // a master that has just begun loses a signal now and then
    const bool heard = real.log().find("Reloading") != std::string::npos;
    if (!heard && i % 50 == 0) ::kill(real.pid(), SIGUSR2);
    const auto info = real.info();
    const auto pid = info.find("Pid");
    listeners = listeners_of(real);
    if (pid != info.end() && pid->second != before && listeners.count(18319) == 0 && listeners.count(18324) != 0) break;
    std::this_thread::sleep_for(10ms);
  }
  return listeners;
}

haproxy::InstanceFacts instance_with(const RealHaproxy& real, const std::string& config) {
  haproxy::InstanceFacts instance;
  instance.binary = haproxy::BinaryFacts{};
  instance.config = haproxy::parse_config({{real.path(), config}}, {});
  instance.command_line.master_worker = true;
  return instance;
}

CandidateChange computed(const RealHaproxy& real, const std::string& now, const std::string& then) {
  static Facts facts;
  facts = Facts{};
  facts.networks.emplace_back();
  facts.instances.push_back(instance_with(real, then));
  facts.instances.front().replaces = std::make_shared<haproxy::InstanceFacts>(instance_with(real, now));
  const auto demand = compute_demand(facts);
  return compare_candidates(facts, demand).front();
}

/// What became of a port in the kernel.
std::string fate(std::uint16_t port, const Listeners& before, const Listeners& after) {
  const auto old = before.find(port);
  const auto now = after.find(port);
  if (now == after.end()) return old == before.end() ? "never" : "closed";
  if (old == before.end()) return "opened";
  return old->second.inode == now->second.inode ? "kept" : "reopened";
}

TEST(CandidateOracle, AReloadDoesWhatWeSaid) {
  if (const auto reason = real_haproxy_missing(); !reason.empty()) GTEST_SKIP() << reason;
  const RealHaproxy real(std::string(kHead) + kNow, {"-W"});
  const auto info = real.info();
  ASSERT_FALSE(info.empty()) << real.log();
  const auto before = listeners_of(real);
  const std::string head = real.config().substr(0, real.config().find("listen it"));
  const auto change = computed(real, head + kNow, head + kThen);
  const auto after = reload(real, info.at("Pid"), head + kThen);

  std::map<std::string, std::int64_t> really;
  for (std::uint16_t port = 18301; port <= 18324; ++port) ++really[fate(port, before, after)];
  std::map<PortFate, std::int64_t> said;
  for (const auto& port : change.ports) said[port.fate] += port.ports;
  EXPECT_EQ(said[PortFate::opened], really["opened"]) << real.log();
  EXPECT_EQ(said[PortFate::reopened], really["reopened"]);
  EXPECT_EQ(said[PortFate::closed], really["closed"]);
  EXPECT_EQ(really["opened"], 6);
  EXPECT_EQ(really["reopened"], 2);
  EXPECT_EQ(really["closed"], 5);
  EXPECT_EQ(really["kept"], 8);

  ASSERT_EQ(change.needs_restart.size(), 1U);
  EXPECT_EQ(change.needs_restart.front().text, "the accept queue of 127.0.0.1:18302 stays at 100 instead of 200");
  EXPECT_EQ(after.at(18302).queue_limit, 100U);
}

}  // namespace
}  // namespace preflight::test
