// SPDX-License-Identifier: Apache-2.0
// What is not asked costs nothing: dumps of connections and searches for owners happen only where they can matter.
#include "probes/network.h"

#include <gtest/gtest.h>

#include "probes/haproxy/read_config.h"
#include "probes/wanted.h"
#include "tests/support/scripted_host.h"

namespace preflight {
namespace {

/// One namespace of a scripted host, and one instance with this configuration.
struct Scene {
  explicit Scene(const std::string& config) {
    instance.config = haproxy::parse_config({{"/haproxy.cfg", config}}, {});
    host.files["/proc/sys/net/ipv4/ip_local_port_range"] = "32768\t60999\n";
    host.files["/proc/sys/net/ipv4/ip_local_reserved_ports"] = "\n";
    host.files["/proc/net/sockstat"] = "TCP: inuse 5 orphan 0 tw 0 alloc 9 mem 1\n";
    request.needs = {Need::listeners, Need::port_users, Need::outgoing, Need::sockstat, Need::local_addresses};
    request.sysctls = {"net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports", "fs.nr_open"};
  }

  void running(std::uint64_t descriptors) {
    haproxy::InstanceProcess member;
    member.process.pid = 100;
    member.process.open_descriptors = descriptors;
    instance.processes = {member};
  }
  NetworkFacts look() {
    NetworkFacts network;
    read_network(host, request, network);
    read_wanted(host, request, {&instance}, network);
    return network;
  }

  test::ScriptedHost host;
  haproxy::InstanceFacts instance;
  CollectRequest request;
};

std::string listen(const std::string& bind) { return "listen l\n  mode http\n  bind " + bind + "\n"; }

TEST(Network, ConnectionsAreNotDumpedForPortsTheKernelNeverHandsOut) {
  Scene scene(listen("*:80"));
  scene.host.connection("10.0.0.5", 80, 7);
  const auto network = scene.look();
  EXPECT_EQ(scene.host.connection_dumps(), 0U);
  EXPECT_TRUE(scene.host.owner_questions.empty()) << "nobody on the port";
  EXPECT_TRUE(network.port_users->empty());
  EXPECT_FALSE(network.outgoing);
}

TEST(Network, ReservedPortsAreNotHandedOut) {
  Scene scene(listen("*:40000-40009"));
  scene.host.files["/proc/sys/net/ipv4/ip_local_reserved_ports"] = "40000-40009\n";
  (void)scene.look();
  EXPECT_EQ(scene.host.connection_dumps(), 0U);
}

TEST(Network, SquattersAreLookedForInsideTheRange) {
  Scene scene(listen("*:40000"));
  scene.host.connection("10.0.0.5", 40000, 7);
  scene.host.connection("10.0.0.5", 40001, 8);
  scene.host.socket_owners = {{7, 812, "curl", ""}};
  const auto network = scene.look();
  ASSERT_EQ(network.port_users->size(), 1U) << "only the wanted port";
  EXPECT_EQ(network.port_users->front().owners.front().command, "curl");
  ASSERT_EQ(scene.host.connection_dumps(), 1U);
  EXPECT_EQ(scene.host.queries.back().local_ports, std::vector<std::uint16_t>{40000});
}

TEST(Network, ConnectionsOfAListenedPortAreThatListeners) {
  Scene scene(listen("*:40000"));
  scene.host.listener("0.0.0.0", 40000, 6);
  scene.host.connection("10.0.0.5", 40000, 7);
  const auto network = scene.look();
  EXPECT_EQ(scene.host.connection_dumps(), 0U);
  EXPECT_EQ(network.port_users->size(), 1U);
}

TEST(Network, ManyPortsAreNotFilteredByTheKernel) {
  Scene scene(listen("*:40000-40063"));
  (void)scene.look();
  EXPECT_EQ(scene.host.queries.back().local_ports.size(), 64U);
  Scene more(listen("*:40000-40064"));
  (void)more.look();
  EXPECT_TRUE(more.host.queries.back().local_ports.empty());
}

TEST(Network, OwnersAreAskedOnceForWantedPortsOnly) {
  std::string config;
  for (int i = 0; i < 300; ++i)
    config += "listen l" + std::to_string(i) + "\n  bind *:" + std::to_string(1000 + i) + "\n";
  Scene scene(config);
  for (std::uint16_t i = 0; i < 300; ++i) scene.host.listener("0.0.0.0", static_cast<std::uint16_t>(1000 + i), 50U + i);
  scene.host.listener("0.0.0.0", 22, 9);
  scene.host.socket_owners = {{51, 100, "haproxy", ""}, {51, 101, "haproxy", ""}};
  scene.request.owners_deadline = std::chrono::milliseconds(123);
  const auto network = scene.look();
  ASSERT_EQ(scene.host.owner_questions.size(), 1U);
  EXPECT_EQ(scene.host.owner_questions.front().size(), 300U);
  EXPECT_EQ(scene.host.deadlines.front(), std::chrono::milliseconds(123));
  ASSERT_EQ(network.port_users->size(), 300U);
  EXPECT_TRUE((*network.port_users)[0].owners.empty());
  EXPECT_EQ((*network.port_users)[1].owners.size(), 2U);
}

TEST(Network, UdpSocketsMatterOnlyToQuic) {
  for (const auto& [bind, users] : {std::pair{"*:443", 0U}, {"quic4@*:443 ssl crt /c.pem", 1U}}) {
    Scene scene(listen(bind));
    SocketEntry socket;
    socket.protocol = Protocol::udp;
    socket.local_port = 443;
    socket.inode = 5;
    scene.host.open_sockets = {socket};
    EXPECT_EQ(scene.look().port_users->size(), users) << bind;
  }
}

constexpr const char* kServers = "backend b\n  mode http\n  server a 10.0.1.1:8080\n";

TEST(Network, OutgoingConnectionsAreDumpedOnlyWhereATupleMayBeBusy) {
  struct Case {
    std::uint64_t descriptors;
    int time_wait;
    const char* mode;
    bool dumped;
  };
  const Case cases[] = {{100, 0, "http", false},     {14116, 0, "http", false},  {14117, 0, "http", true},
                        {10000, 4117, "http", true}, {100, 8469, "http", false}, {100, 8469, "tcp", false},
                        {100, 8470, "tcp", true}};
  for (const auto& one : cases) {
    Scene scene(std::string("backend b\n  mode ") + one.mode + "\n  server a 10.0.1.1:8080\n");
    scene.running(one.descriptors);
    scene.host.files["/proc/net/sockstat"] =
        "TCP: inuse 5 orphan 0 tw " + std::to_string(one.time_wait) + " alloc 9 mem 1\n";
    EXPECT_EQ(scene.look().outgoing.has_value(), one.dumped) << one.descriptors << " " << one.time_wait << one.mode;
    EXPECT_EQ(scene.host.connection_dumps(), one.dumped ? 1U : 0U);
  }
}

TEST(Network, ReservedPortsAndSourceRangesLowerTheBound) {
  Scene reserved(kServers);
  reserved.running(100);
  reserved.host.files["/proc/sys/net/ipv4/ip_local_reserved_ports"] = "32768-60900\n";
  EXPECT_TRUE(reserved.look().outgoing);
  Scene ranged("backend b\n  mode http\n  server a 10.0.1.1:8080 source 10.0.0.5:50000-50099\n");
  ranged.running(51);
  EXPECT_TRUE(ranged.look().outgoing);
}

TEST(Network, WithoutTheBoundsConnectionsAreDumped) {
  Scene scene(kServers);
  scene.running(100);
  scene.host.files.erase("/proc/net/sockstat");
  EXPECT_TRUE(scene.look().outgoing);
  Scene nobody(listen("*:80"));
  nobody.host.files.erase("/proc/net/sockstat");
  EXPECT_FALSE(nobody.look().outgoing) << "no server to connect to";
}

TEST(Network, OnlySpecificAddressesAreLookedUpAndEachOnce) {
  Scene scene(listen("*:80,10.0.0.1:81,10.0.0.1:82,[::]:80,[2001:db8::1]:80"));
  scene.host.local_addresses = {*parse_ip("10.0.0.1")};
  const auto network = scene.look();
  EXPECT_EQ(scene.host.address_questions.size(), 2U);
  EXPECT_TRUE(*network.local_addresses.at(*parse_ip("10.0.0.1")));
  EXPECT_FALSE(*network.local_addresses.at(*parse_ip("2001:db8::1")));
}

TEST(Network, WhatNoCheckNeedsIsNotRead) {
  Scene scene(listen("10.0.0.1:40000"));
  scene.request.needs.clear();
  const auto network = scene.look();
  EXPECT_TRUE(scene.host.queries.empty());
  EXPECT_TRUE(scene.host.address_questions.empty());
  EXPECT_FALSE(network.tcp_listeners);
  EXPECT_FALSE(network.port_users);
  EXPECT_TRUE(network.sysctls.text("net.ipv4.ip_local_port_range"));
  EXPECT_EQ(network.sysctls.values.count("fs.nr_open"), 0U) << "not of a namespace";
}

TEST(Network, AnUnreadableRangeIsAnErrorNotAnEmptyPort) {
  Scene scene(listen("*:80"));
  scene.host.refused["/proc/sys/net/ipv4/ip_local_port_range"] = EACCES;
  EXPECT_FALSE(scene.look().port_users);
}

TEST(NetworkSample, WaitsOnlyForARunningInstanceThatDropped) {
  for (const auto& [running, drops, waited] : {std::tuple{true, 1U, 1U}, {true, 0U, 0U}, {false, 1U, 0U}}) {
    Scene scene(listen("*:80"));
    scene.host.listener("0.0.0.0", 80, 6);
    scene.host.open_sockets.back().drops = drops;
    auto network = scene.look();
    read_sample(scene.host, scene.request, running, network);
    EXPECT_EQ(scene.host.waits.size(), waited) << running << drops;
    EXPECT_EQ(network.sample.listeners.has_value(), waited == 1U);
  }
}

TEST(NetworkSample, ANumberGivenIsObeyed) {
  Scene scene(listen("*:80"));
  auto network = scene.look();
  scene.request.sample = std::chrono::milliseconds(0);
  read_sample(scene.host, scene.request, true, network);
  EXPECT_TRUE(scene.host.waits.empty());
  scene.request.sample = std::chrono::milliseconds(50);
  read_sample(scene.host, scene.request, false, network);
  ASSERT_EQ(scene.host.waits.size(), 1U);
  EXPECT_EQ(network.sample.apart, std::chrono::milliseconds(50));
}

}  // namespace
}  // namespace preflight
