// SPDX-License-Identifier: Apache-2.0
// The live host against the programs people trust: ss for sockets, bind(2) itself for local addresses. Everything
// happens in a private network namespace with loopback only.
#include "probes/host/live_host.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/base/text.h"
#include "tests/support/faulty_host.h"
#include "tests/support/private_network.h"

namespace preflight {
namespace {

constexpr std::uint32_t kListen = states({SocketState::listen});
constexpr std::uint32_t kUnconnected = states({SocketState::close});
constexpr std::uint32_t kEstablished = states({SocketState::established});
constexpr Netns kOurs{};

class LiveHostInPrivateNetwork : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = test::why_no_private_network()) GTEST_SKIP() << *why;
    network_ = std::make_unique<test::PrivateNetwork>();
  }
  std::unique_ptr<test::PrivateNetwork> network_;
  LiveHost host_;
};

bool ss_is_missing() { return ::access("/usr/bin/ss", X_OK) != 0; }

/// 60 listeners with various backlogs, UDP sockets, connections with and without accept.
class BusyNamespace {
 public:
  BusyNamespace() {
    for (int i = 1; i <= 40; ++i) keep(test::listener("127.0.0." + std::to_string(i), port(i), i * 7));
    for (int i = 41; i <= 50; ++i) keep(test::listener("::1", port(i), i));
    for (int i = 51; i <= 54; ++i) keep(test::listener("0.0.0.0", port(i), i));
    for (int i = 55; i <= 57; ++i) keep(test::listener("::", port(i), i));
    for (int i = 58; i <= 60; ++i) keep(test::listener("::", port(i), i, {true}));
    keep(test::listener("0.0.0.0", port(58), 100'000));
    keep(test::listener("::ffff:127.0.0.9", 7000, 5));
    for (int i = 0; i < 3; ++i) keep(test::connection("127.0.0.1", port(1)));  // never accepted
    for (int i = 0; i < 4; ++i) keep(test::connection("::1", port(41)));
    keep(test::bound_socket(SOCK_DGRAM, "127.0.0.1", 443));
    keep(test::bound_socket(SOCK_DGRAM, "0.0.0.0", 53));
    keep(test::bound_socket(SOCK_DGRAM, "::", 443, {true}));
    keep(test::bound_socket(SOCK_DGRAM, "::1", 5353));
  }

  static std::uint16_t port(int i) { return static_cast<std::uint16_t>(1000 + 10 * i); }
  [[nodiscard]] const test::Descriptors& sockets() const { return sockets_; }

 private:
  void keep(Descriptor socket) { sockets_.push_back(std::move(socket)); }
  test::Descriptors sockets_;
};

/// An address as ss writes it: an IPv6 wildcard that takes IPv4 too is "*".
std::string ss_address(const SocketEntry& socket) {
  const auto port = ":" + std::to_string(socket.local_port);
  if (socket.local.family == IpFamily::v4) return to_string(socket.local) + port;
  if (socket.local.is_any() && !socket.v6only) return "*" + port;
  return "[" + to_string(socket.local) + "]" + port;
}

std::string ss_line(const SocketEntry& socket) {
  const bool tcp = socket.protocol == Protocol::tcp;
  return std::string(tcp ? "tcp LISTEN " : "udp UNCONN ") + std::to_string(socket.queue) + " " +
         std::to_string(socket.queue_limit) + " " + ss_address(socket);
}

std::vector<std::string> first_five_words(const std::string& text) {
  std::vector<std::string> lines;
  for_each_line(text, [&](std::string_view line) {
    const auto fields = words(line);
    std::string joined;
    for (std::size_t i = 0; i < 5 && i < fields.size(); ++i) joined += (i == 0 ? "" : " ") + std::string(fields[i]);
    lines.push_back(joined);
  });
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::vector<std::string> listed_by(const LiveHost& host, Netns netns) {
  std::vector<std::string> lines;
  for (const auto& [protocol, wanted] : {std::pair(Protocol::tcp, kListen), std::pair(Protocol::udp, kUnconnected)}) {
    const auto sockets = host.sockets(netns, {protocol, wanted, {}, {}, false});
    EXPECT_TRUE(sockets) << describe(sockets.error());
    if (!sockets) continue;
    for (const auto& socket : *sockets) lines.push_back(ss_line(socket));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST_F(LiveHostInPrivateNetwork, ListsExactlyWhatSsLists) {
  if (ss_is_missing()) GTEST_SKIP() << "/usr/bin/ss is not installed";
  const BusyNamespace busy;
  const auto expected = first_five_words(test::output_of("/usr/bin/ss -tulnH"));
  EXPECT_EQ(expected.size(), 66U);
  EXPECT_EQ(listed_by(host_, kOurs), expected);

  const test::Resident resident("resident");
  network_->leave();
  EXPECT_EQ(listed_by(host_, Netns{resident.pid()}), expected) << "entered from outside";
  EXPECT_NE(listed_by(LiveHost(), kOurs), expected) << "and came back";
}

TEST_F(LiveHostInPrivateNetwork, QueueAndCappedBacklogOfAListener) {
  const BusyNamespace busy;
  const auto somaxconn = host_.read_in(kOurs, "/proc/sys/net/core/somaxconn");
  ASSERT_TRUE(somaxconn);
  const auto port = BusyNamespace::port(58);
  const auto capped = host_.sockets(kOurs, {Protocol::tcp, kListen, {port}, {}, false});
  ASSERT_TRUE(capped);
  ASSERT_EQ(capped->size(), 2U);
  EXPECT_EQ(std::to_string(capped->front().queue_limit), trim(*somaxconn));
  const auto waiting = host_.sockets(kOurs, {Protocol::tcp, kListen, {BusyNamespace::port(1)}, {}, false});
  ASSERT_TRUE(waiting);
  ASSERT_EQ(waiting->size(), 1U);
  EXPECT_EQ(waiting->front().queue, 3U);
}

TEST_F(LiveHostInPrivateNetwork, PortFiltersFindTheSameAsLookingAtAll) {
  const BusyNamespace busy;
  const auto all = host_.sockets(kOurs, {Protocol::tcp, kListen | kConnectedStates, {}, {}, false});
  ASSERT_TRUE(all);
  const std::vector<std::pair<std::vector<std::uint16_t>, std::vector<std::uint16_t>>> filters{
      {{1010}, {}}, {{}, {1010}}, {{1600, 1010, 1410}, {}}, {{}, {1410, 1010}}, {{1010, 1410}, {0}}, {{9}, {}}};
  for (const auto& [local, remote] : filters) {
    std::vector<SocketEntry> expected;
    for (const auto& socket : *all) {
      const auto in = [](const auto& ports, std::uint16_t port) {
        return ports.empty() || std::find(ports.begin(), ports.end(), port) != ports.end();
      };
      if (in(local, socket.local_port) && in(remote, socket.remote_port)) expected.push_back(socket);
    }
    const auto found = host_.sockets(kOurs, {Protocol::tcp, kListen | kConnectedStates, local, remote, false});
    ASSERT_TRUE(found) << describe(found.error());
    EXPECT_THAT(*found, testing::UnorderedElementsAreArray(expected)) << local.size() << " " << remote.size();
  }
}

TEST_F(LiveHostInPrivateNetwork, ConnectionsHaveBothEnds) {
  const BusyNamespace busy;
  const auto connected = host_.sockets(kOurs, {Protocol::tcp, kEstablished, {}, {BusyNamespace::port(41)}, false});
  ASSERT_TRUE(connected);
  ASSERT_EQ(connected->size(), 4U);
  for (const auto& socket : *connected) {
    EXPECT_EQ(to_string(socket.remote), "::1");
    EXPECT_EQ(socket.state, SocketState::established);
    EXPECT_NE(socket.inode, 0U);
    EXPECT_EQ(socket.queue_limit, 0U) << "only a listener has a backlog";
  }
}

TEST_F(LiveHostInPrivateNetwork, DropsAreCountedOnlyWhenAskedFor) {
  const auto listener = test::listener("127.0.0.1", 80, 0);
  auto sockets = host_.sockets(kOurs, {Protocol::tcp, kListen, {}, {}, false});
  ASSERT_TRUE(sockets);
  EXPECT_FALSE(sockets->at(0).drops);
  sockets = host_.sockets(kOurs, {Protocol::tcp, kListen, {}, {}, true});
  ASSERT_TRUE(sockets);
  EXPECT_EQ(sockets->at(0).drops, 0U);

  const auto udp = test::bound_socket(SOCK_DGRAM, "127.0.0.1", 53);
  const auto sender = test::bound_socket(SOCK_DGRAM, "127.0.0.1", 54);
  const std::string big(60'000, 'x');
  for (int i = 0; i < 20; ++i) test::send_to(sender, "127.0.0.1", 53, big);
  sockets = host_.sockets(kOurs, {Protocol::udp, kUnconnected, {53}, {}, true});
  ASSERT_TRUE(sockets);
  EXPECT_GT(sockets->at(0).drops.value_or(0), 0U);
}

/// inode -> the processes that ss names for the listener on that port.
std::map<std::uint64_t, std::vector<pid_t>> owners_by_ss() {
  std::map<std::uint64_t, std::vector<pid_t>> owners;
  const auto text = test::output_of("/usr/bin/ss -tulpnHe");
  for_each_line(text, [&](std::string_view line) {
    const auto ino = line.find(" ino:");
    if (ino == std::string_view::npos) return;
    const auto rest = line.substr(ino + 5);
    auto& pids = owners[static_cast<std::uint64_t>(parse_integer(rest.substr(0, rest.find(' '))).value())];
    for (auto at = line.find("pid="); at != std::string_view::npos; at = line.find("pid=", at + 1)) {
      const auto number = line.substr(at + 4);
      pids.push_back(static_cast<pid_t>(parse_integer(number.substr(0, number.find(','))).value()));
    }
    std::sort(pids.begin(), pids.end());
    pids.erase(std::unique(pids.begin(), pids.end()), pids.end());
  });
  return owners;
}

TEST_F(LiveHostInPrivateNetwork, OwnersAreThoseThatSsNames) {
  if (ss_is_missing()) GTEST_SKIP() << "/usr/bin/ss is not installed";
  const BusyNamespace busy;
  const test::Resident sharing("sharing");
  const auto expected = owners_by_ss();
  std::vector<std::uint64_t> inodes;
  for (const auto& [inode, pids] : expected) inodes.push_back(inode);
  ASSERT_EQ(inodes.size(), 66U);

  // Also without a hint: the child is in the process group of whoever is met first.
  for (const auto& first :
       std::vector<std::vector<pid_t>>{{::getpid(), sharing.pid()}, {sharing.pid(), ::getpid()}, {}}) {
    const auto found = host_.owners(inodes, first, std::chrono::seconds(10));
    EXPECT_TRUE(found.complete) << found.why_incomplete;
    std::map<std::uint64_t, std::vector<pid_t>> pids;
    for (const auto& owner : found.owners) pids[owner.inode].push_back(owner.pid);
    EXPECT_EQ(pids, expected);
  }
}

TEST_F(LiveHostInPrivateNetwork, LocalIsWhatBindAccepts) {
  network_->add_address("192.0.2.7");
  network_->add_address("2001:db8::7");
  EXPECT_EQ(trim(host_.read_in(kOurs, "/proc/sys/net/ipv4/ip_nonlocal_bind").value()), "0");
  const std::vector<std::string> addresses{
      "0.0.0.0",   "127.0.0.1", "127.9.9.9",       "127.255.255.255", "10.1.1.1",    "192.0.2.7",
      "192.0.2.8", "0.1.2.3",   "255.255.255.255", "224.0.0.1",       "240.1.2.3",   "192.0.2.255",
      "::",        "::1",       "2001:db8::1",     "2001:db8::7",     "2001:db8::8", "::ffff:127.0.0.5",
      "ff02::1",   "::2",       "::ffff:10.1.1.1"};
  for (const auto& address : addresses) {
    const auto local = host_.is_local(kOurs, parse_ip(address).value());
    ASSERT_TRUE(local) << describe(local.error());
    EXPECT_EQ(*local, test::bound_socket(SOCK_STREAM, address, 0).valid()) << address;
  }

  const test::Resident resident("resident");
  network_->leave();
  for (const char* address : {"192.0.2.7", "2001:db8::7"}) {
    const auto local = host_.is_local(Netns{resident.pid()}, parse_ip(address).value());
    ASSERT_TRUE(local) << describe(local.error());
    EXPECT_TRUE(*local) << address;
  }
  EXPECT_EQ(LiveHost().is_local(kOurs, parse_ip("192.0.2.7").value()), false);
}

TEST_F(LiveHostInPrivateNetwork, AddressesOfALocalRouteMayBeBoundInIPv4Only) {
  if (::access("/sbin/ip", X_OK) != 0) GTEST_SKIP() << "/sbin/ip is not installed";
  (void)test::output_of(
      "/sbin/ip route add local 198.51.100.0/24 dev lo; /sbin/ip route add blackhole 203.0.113.0/24;"
      "/sbin/ip route add prohibit 203.0.114.0/24; /sbin/ip route add unreachable 203.0.115.0/24;"
      "/sbin/ip -6 route add local 2001:db8:1::/48 dev lo");
  for (const char* address : {"198.51.100.9", "203.0.113.1", "203.0.114.1", "203.0.115.1", "2001:db8:1::9"})
    EXPECT_EQ(host_.is_local(kOurs, parse_ip(address).value()), test::bound_socket(SOCK_STREAM, address, 0).valid())
        << address;
  EXPECT_EQ(host_.is_local(kOurs, parse_ip("198.51.100.9").value()), true);
}

TEST_F(LiveHostInPrivateNetwork, SettingsAreThoseOfTheNamespaceEvenAfterItsProcessEnded) {
  const auto write = [](const char* text) {
    return test::output_of(std::string("echo ") + text + " > /proc/sys/net/core/somaxconn");
  };
  write("1234");
  const auto listener = test::listener("127.0.0.1", 80, 10);
  auto resident = std::make_unique<test::Resident>("resident");
  const Netns there{resident->pid()};
  network_->leave();
  constexpr const char* kPath = "/proc/sys/net/core/somaxconn";
  const auto ours = host_.read(kPath);
  EXPECT_EQ(trim(host_.read_in(there, kPath).value()), "1234");
  EXPECT_NE(host_.read_in(there, "/proc/net/tcp").value(), host_.read("/proc/net/tcp").value());
  resident.reset();
  EXPECT_EQ(trim(host_.read_in(there, kPath).value()), "1234");
  EXPECT_EQ(host_.read(kPath), ours);
  EXPECT_FALSE(LiveHost().read_in(there, kPath)) << "its process is gone for whoever asks first now";
}

TEST_F(LiveHostInPrivateNetwork, WithoutPrivilegeAnotherNamespaceIsAnErrorAndOursIsNot) {
  const test::Resident resident("resident");
  network_->leave();
  const auto outcome = test::as_nobody([&] {
    const LiveHost host;
    const auto theirs = host.sockets(Netns{resident.pid()}, {Protocol::tcp, kListen, {}, {}, false});
    const auto ours = host.sockets(kOurs, {Protocol::tcp, kListen, {}, {}, false});
    const auto owners = host.owners({1}, {}, std::chrono::seconds(10));
    const bool refused = !theirs && (theirs.error().code == std::errc::operation_not_permitted ||
                                     theirs.error().code == std::errc::permission_denied);
    return refused && ours.has_value() && !owners.complete &&
           owners.why_incomplete.find("do not show us") != std::string::npos;
  });
  EXPECT_TRUE(outcome);
}

TEST(LiveHost, NamespaceOfAProcessThatIsGone) {
  const auto sockets = LiveHost().sockets(Netns{0x7FFFFFF}, {Protocol::tcp, kListen, {}, {}, false});
  ASSERT_FALSE(sockets);
  EXPECT_EQ(sockets.error().code, std::errc::no_such_file_or_directory);
}

TEST(LiveHost, OwnProcessIsInOurNamespace) {
  const LiveHost host;
  EXPECT_EQ(host.read_in(Netns{::getpid()}, "/proc/sys/kernel/ostype"), "Linux\n");
  EXPECT_EQ(host.kind(), HostKind::live);
  EXPECT_GT(host.now(), 1'700'000'000);
}

TEST(FaultyHost, EveryQuestionCanFailAndTheOthersAreAnswered) {
  const LiveHost live;
  test::FaultyHost host(live);
  host.fail_on("/proc/sys/kernel/ostype", EIO);
  EXPECT_EQ(host.read("/proc/sys/kernel/ostype").error(), os_error(EIO, "/proc/sys/kernel/ostype"));
  EXPECT_TRUE(host.read("/proc/sys/kernel/osrelease"));
  host.fail_at(1, EACCES);
  EXPECT_TRUE(host.status("/proc"));
  EXPECT_EQ(host.link("/proc/self").error().code, std::errc::permission_denied);
  EXPECT_TRUE(host.link("/proc/self"));
  EXPECT_EQ(host.asked(), 3U);
}

}  // namespace
}  // namespace preflight
