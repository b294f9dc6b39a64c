// SPDX-License-Identifier: Apache-2.0
// The backlog we compute for each listener, capped at somaxconn, against the queue limit the kernel shows for the
// really started haproxy (Send-Q of `ss -ltn`).
#include <sys/resource.h>

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "policies/demand.h"
#include "probes/haproxy/read_config.h"
#include "probes/host/live_host.h"
#include "tests/support/real_haproxy.h"

namespace preflight::test {
namespace {

constexpr const char* kConfig =
    "global\n  maxconn 1000\n  stats socket @SOCKET@\n  stats socket 127.0.0.1:18200 level admin\n"
    "defaults\n  mode tcp\n  timeout client 5s\n  timeout connect 5s\n  timeout server 5s\n"
    "frontend global\n  bind 127.0.0.1:18201\n"
    "frontend proxy_maxconn\n  maxconn 222\n  bind 127.0.0.1:18202\n"
    "frontend proxy_backlog\n  maxconn 222\n  backlog 333\n  bind 127.0.0.1:18203\n"
    "frontend bind_options\n  maxconn 222\n  bind 127.0.0.1:18204 maxconn 33\n  bind 127.0.0.1:18205 backlog 77\n"
    "  bind 127.0.0.1:18206 maxconn 33 backlog 77\n  bind 127.0.0.1:18207\n"
    "frontend both\n  backlog 444\n  bind 127.0.0.1:18208 maxconn 55\n"
    "frontend beyond\n  backlog 99999\n  bind 127.0.0.1:18209-18211\n"
    "log-forward logs\n  bind 127.0.0.1:18212\n  log 127.0.0.1:514 local0\n";

std::map<std::uint16_t, std::int64_t> computed(const RealHaproxy& real, std::int64_t somaxconn) {
  Facts facts;
  facts.networks.emplace_back();
  facts.instances.emplace_back();
  facts.instances.front().binary = haproxy::BinaryFacts{};  // one thread, no shards: nothing of it matters here
  facts.instances.front().config = haproxy::parse_config({{real.path(), real.config()}}, {});
  const auto demand = compute_demand(facts);
  std::map<std::uint16_t, std::int64_t> limits;
  for (const auto& one : demand.instances.front().backlog) {
    EXPECT_TRUE(one.backlog);
    const auto& address = one.bind->address;
    for (std::uint32_t port = address.first_port; port <= address.last_port; ++port) {
      limits[static_cast<std::uint16_t>(port)] = std::min(one.backlog->value, somaxconn);
    }
  }
  return limits;
}

TEST(Backlog, EqualsTheKernelsQueueLimit) {
  if (const auto reason = real_haproxy_missing(); !reason.empty()) GTEST_SKIP() << reason;
  const RealHaproxy real(kConfig, {});
  ASSERT_FALSE(real.info().empty()) << real.log();
  const LiveHost host;
  const Netns inside{real.pid()};
  const auto somaxconn = read_sysctls(host, inside, std::vector<std::string_view>{"net.core.somaxconn"});
  const auto listeners = host.sockets(inside, {Protocol::tcp, states({SocketState::listen}), {}, {}, false});
  ASSERT_TRUE(listeners) << describe(listeners.error());
  auto limits = computed(real, somaxconn.integer("net.core.somaxconn").value());
  for (const auto& listener : *listeners) {
    if (listener.local_port == 18200) continue;  // the stats socket: ten, whatever is written
    ASSERT_EQ(limits.count(listener.local_port), 1U) << listener.local_port;
    EXPECT_EQ(listener.queue_limit, limits[listener.local_port]) << listener.local_port;
    limits.erase(listener.local_port);
  }
  EXPECT_TRUE(limits.empty()) << "every computed listener is really open";
}

}  // namespace
}  // namespace preflight::test
