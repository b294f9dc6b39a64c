// SPDX-License-Identifier: Apache-2.0
// What is predicted of an edit, asked of the policy of before, is what the policy answers that libsemanage makes of it.
// PREFLIGHT_STORES is the number of edits, of fifty questions each.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "probes/host/policy_file.h"
#include "remediations/host/selinux_store.h"
#include "tests/support/selinux_root.h"

namespace preflight {
namespace {

using selinux::Access;
using selinux::PolicyAnswer;
using selinux::PolicyEdit;

constexpr std::array kTypes = {"http_port_t", "http_cache_port_t", "redis_port_t", "unreserved_port_t", "port_t"};
constexpr std::array kBooleans = {"haproxy_connect_any", "haproxy_bind_any", "httpd_can_network_relay"};
constexpr std::array kAccesses = {Access::tcp_bind, Access::tcp_connect, Access::udp_bind};
constexpr int kQuestions = 50;

class Chance {
 public:
  explicit Chance(unsigned seed) : engine_(seed) {}
  int of(int low, int high) { return std::uniform_int_distribution<int>(low, high)(engine_); }
  template <typename List>
  auto one(const List& list) {
    return list[static_cast<std::size_t>(of(0, static_cast<int>(list.size()) - 1))];
  }

 private:
  std::mt19937 engine_;
};

bool overlaps(const SelinuxPort& one, const SelinuxPort& other) {
  return one.protocol == other.protocol && one.low <= other.high && other.low <= one.high;
}

SelinuxEdit random_edit(Chance& chance) {
  SelinuxEdit edit{.store = test::SelinuxRoot::kStore};
  for (int i = chance.of(1, 12); i > 0; --i) {
    SelinuxPort port{.protocol = chance.of(0, 2) == 0 ? "udp" : "tcp"};
    port.low = static_cast<std::uint16_t>(chance.of(1, 65535));
    port.high = static_cast<std::uint16_t>(std::min(65535, port.low + (chance.of(0, 1) == 0 ? 0 : chance.of(1, 4000))));
    port.to = std::string("system_u:object_r:") + chance.one(kTypes) + ":s0";
    const auto overlapped = [&](const SelinuxPort& other) { return overlaps(port, other); };
    if (std::none_of(edit.ports.begin(), edit.ports.end(), overlapped)) edit.ports.push_back(port);
  }
  for (const char* const name : kBooleans) {
    if (chance.of(0, 1) == 0) edit.booleans.push_back({.name = name, .kept_to = chance.of(0, 1) == 0});
  }
  return edit;
}

PolicyEdit supposed(const SelinuxEdit& edit) {
  PolicyEdit supposed;
  for (const auto& port : edit.ports) {
    supposed.ports.push_back(
        {port.protocol == "udp" ? Protocol::udp : Protocol::tcp, port.low, port.high, type_of(*port.to)});
  }
  for (const auto& boolean : edit.booleans) supposed.booleans[boolean.name] = *boolean.kept_to;
  return supposed;
}

/// A port that the edit labels, or its neighbour, or any.
std::uint16_t port_near(const SelinuxEdit& edit, Chance& chance) {
  const auto& near = chance.one(edit.ports);
  switch (chance.of(0, 3)) {
    case 0:
      return static_cast<std::uint16_t>(chance.of(near.low, near.high));
    case 1:
      return static_cast<std::uint16_t>(std::max(1, near.low - 1));
    case 2:
      return static_cast<std::uint16_t>(std::min(65535, near.high + 1));
    default:
      return static_cast<std::uint16_t>(chance.of(1, 65535));
  }
}

std::string verdict(const PolicyAnswer& answer, Access access, std::uint16_t port) {
  const auto& type = answer.type_of(access == Access::udp_bind ? Protocol::udp : Protocol::tcp, port);
  const auto& allowed = answer.domains.at(0).allowed;
  const auto types = allowed.find(access);
  return type + (types != allowed.end() && types->second.contains(type) ? " allowed" : " denied");
}

PolicyAnswer ask(const test::SelinuxRoot& root, const PolicyEdit& edit) {
  const auto answer = ask_policy_file(root.store() + "/active/policy.kern", {"policy.kern", {{"haproxy_t"}}, edit});
  EXPECT_TRUE(answer) << describe(answer.error());
  return answer.value_or(PolicyAnswer{});
}

TEST(SelinuxPrediction, IsWhatLibsemanageMakesOfIt) {
  if (const auto why = test::selinux_root_missing(); !why.empty()) GTEST_SKIP() << why;
  test::SelinuxRoot root;
  const selinux::Place place{.view = root.view(), .root = root.root()};
  const char* const asked = std::getenv("PREFLIGHT_STORES");
  const int stores = asked == nullptr ? 4 : std::atoi(asked);
  Chance chance(1);
  int changed = 0;
  for (int store = 0; store < stores; ++store) {
    const auto edit = random_edit(chance);
    const auto now = ask(root, {});
    const auto predicted = ask(root, supposed(edit));
    ASSERT_TRUE(selinux::carry_out(place, edit));
    const auto then = ask(root, {});
    for (int question = 0; question < kQuestions; ++question) {
      const auto port = port_near(edit, chance);
      const auto access = chance.one(kAccesses);
      const auto truth = verdict(then, access, port);
      ASSERT_EQ(verdict(predicted, access, port), truth) << "store " << store << ", port " << port;
      changed += verdict(now, access, port) != truth ? 1 : 0;
    }
    ASSERT_TRUE(selinux::carry_out(place, inverse(edit)));
  }
  EXPECT_GT(changed, stores) << "otherwise nothing was predicted";
  std::printf("%d stores, %d questions, %d answers that the edit changed\n", stores, stores * kQuestions, changed);
}

}  // namespace
}  // namespace preflight
