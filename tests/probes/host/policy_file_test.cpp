// SPDX-License-Identifier: Apache-2.0
// Policies compiled for the test, and their answers worked out by hand.
#include "probes/host/policy_file.h"

#include <array>

#include <gtest/gtest.h>

#include "tests/support/cil.h"

namespace preflight {
namespace {

using selinux::Access;
using selinux::DomainRules;
using selinux::PolicyAnswer;
using selinux::PolicyEdit;
using selinux::Subject;

const Subject kStarted{"init_t", "system_u:object_r:haproxy_exec_t:s0"};

class Policies : public testing::Test {
 protected:
  static PolicyAnswer ask(const std::string& cil, PolicyEdit edit = {}, const Subject& subject = kStarted,
                          int version = 33) {
    const auto bytes = test::compile_cil(cil, version);
    EXPECT_TRUE(bytes) << describe(bytes.error());
    const auto answer = ask_policy(bytes.value_or(""), {"policy", {subject}, std::move(edit)});
    EXPECT_TRUE(answer) << describe(answer.error());
    return answer.value_or(PolicyAnswer{});
  }
  static bool may(const PolicyAnswer& answer, Access access, std::uint16_t port) {
    const auto found = answer.domains.at(0).allowed.find(access);
    const auto protocol = access == Access::udp_bind ? Protocol::udp : Protocol::tcp;
    return found != answer.domains.at(0).allowed.end() && found->second.contains(answer.type_of(protocol, port));
  }
  static std::string table(const PolicyAnswer& answer) {
    std::string text;
    for (const auto port : std::array<std::uint16_t, 7>{80, 700, 5001, 6379, 8080, 9443, 40000}) {
      text += std::to_string(port) + (may(answer, Access::tcp_bind, port) ? " bind" : "") +
              (may(answer, Access::tcp_connect, port) ? " connect" : "") + "; ";
    }
    return text;
  }
  void SetUp() override {
    if (const auto made = test::compile_cil(test::cil_base()); !made) {
      ASSERT_EQ(made.error().code, std::errc::no_such_file_or_directory) << describe(made.error());
      GTEST_SKIP() << "secilc is not installed";
    }
  }
};

TEST_F(Policies, AsEnterpriseLinuxHasThem) {
  const auto cil = test::cil_el();
  EXPECT_EQ(table(ask(cil)), "80 bind connect; 700; 5001 connect; 6379; 8080 bind connect; 9443; 40000; ");
  EXPECT_EQ(table(ask(cil, {.booleans = {{"haproxy_connect_any", true}}})),
            "80 bind connect; 700; 5001 bind connect; 6379 bind connect; 8080 bind connect; 9443 bind connect; 40000 "
            "bind connect; ");
  EXPECT_EQ(table(ask(cil, {.ports = {{Protocol::tcp, 9443, 9443, "http_port_t"}}})),
            "80 bind connect; 700; 5001 connect; 6379; 8080 bind connect; 9443 bind connect; 40000; ");
  EXPECT_FALSE(may(ask(cil, {.booleans = {{"haproxy_connect_any", true}}}), Access::udp_bind, 443)) << "TCP alone";
}

TEST_F(Policies, APortWithoutARecordIsTheInitialType) {
  const auto answer = ask(test::cil_el());
  EXPECT_EQ(answer.type_of(Protocol::tcp, 700), "port_t");
  EXPECT_EQ(answer.record_of(Protocol::tcp, 700), nullptr);
  EXPECT_EQ(answer.port_type, "port_t");
  EXPECT_EQ(answer.node_type, "node_t");
}

TEST_F(Policies, TheNarrowerOfOverlappingRangesIsFirst) {
  const auto answer = ask(test::cil_el() + test::cil_port("tcp", "(8000 8100)", "commplex_main_port_t"));
  EXPECT_EQ(answer.type_of(Protocol::tcp, 8080), "http_cache_port_t");
  EXPECT_EQ(answer.type_of(Protocol::tcp, 8081), "commplex_main_port_t");
  EXPECT_EQ(answer.type_of(Protocol::tcp, 8101), "unreserved_port_t");
}

TEST_F(Policies, AWideLocalRangeIsBeforeNarrowerOnes) {
  const auto answer = ask(test::cil_el(), {.ports = {{Protocol::tcp, 8000, 8100, "redis_port_t"}}});
  EXPECT_EQ(answer.type_of(Protocol::tcp, 8080), "redis_port_t");
  EXPECT_FALSE(may(answer, Access::tcp_bind, 8080));
  EXPECT_EQ(answer.type_of(Protocol::udp, 8080), "unreserved_port_t");
}

TEST_F(Policies, WhatABooleanChangesIsFoundByTrying) {
  const auto answer = ask(test::cil_el());
  const auto& booleans = answer.domains.at(0).booleans;
  ASSERT_EQ(booleans.size(), 1U) << "`other` is about another domain";
  EXPECT_EQ(booleans[0].name, "haproxy_connect_any");
  EXPECT_FALSE(booleans[0].value);
  using Types = std::set<std::string, std::less<>>;
  EXPECT_EQ(booleans[0].gained.at(Access::tcp_connect),
            (Types{"ephemeral_port_t", "redis_port_t", "reserved_port_t", "unreserved_port_t"}));
  EXPECT_EQ(booleans[0].gained.at(Access::tcp_bind), (Types{"commplex_link_port_t", "ephemeral_port_t", "redis_port_t",
                                                            "reserved_port_t", "unreserved_port_t"}));
  EXPECT_TRUE(booleans[0].lost.empty());
  EXPECT_EQ(booleans[0].port_grants, 9U);
  EXPECT_EQ(booleans[0].other_grants, 8U) << "send_msg of eight types";
  const auto on = ask(test::cil_el(), {.booleans = {{"haproxy_connect_any", true}}});
  EXPECT_EQ(on.domains.at(0).booleans.at(0).lost, booleans[0].gained);
  EXPECT_EQ(on.domains.at(0).booleans.at(0).port_grants, 0U);
}

TEST_F(Policies, SupposedFromValuesIsAsThePolicyItself) {
  const auto cil = test::cil_el();
  const auto before = ask(cil);
  for (const PolicyEdit& edit : {PolicyEdit{.booleans = {{"haproxy_connect_any", true}}},
                                 PolicyEdit{.ports = {{Protocol::tcp, 8000, 8100, "http_port_t"}}},
                                 PolicyEdit{.booleans = {{"haproxy_connect_any", true}},
                                 .ports = {{Protocol::tcp, 9443, 9443, "redis_port_t"}}}}) {
    const auto real = ask(cil, edit);
    const auto values = selinux::supposed(before, edit);
    EXPECT_EQ(values.ports, real.ports);
    EXPECT_EQ(values.booleans, real.booleans);
    EXPECT_EQ(values.domains.at(0).allowed, real.domains.at(0).allowed);
  }
}

TEST_F(Policies, BooleansOfTheReferencePolicy) {
  const auto answer = ask(test::cil_el() +
                          "(boolean haproxy_bind_all_tcp_ports false)\n(boolean haproxy_bind_kubernetes_port true)\n"
                          "(booleanif haproxy_bind_all_tcp_ports"
                          " (true (allow haproxy_t port_type (tcp_socket (name_bind)))))\n"
                          "(booleanif (and haproxy_bind_kubernetes_port (not haproxy_connect_any))"
                          " (true (allow haproxy_t redis_port_t (tcp_socket (name_bind)))))\n");
  EXPECT_TRUE(may(answer, Access::tcp_bind, 6379));
  EXPECT_FALSE(may(answer, Access::tcp_connect, 6379));
  const auto& booleans = answer.domains.at(0).booleans;
  ASSERT_EQ(booleans.size(), 3U);
  EXPECT_EQ(booleans[0].name, "haproxy_bind_all_tcp_ports");
  EXPECT_EQ(booleans[0].gained.count(Access::tcp_connect), 0U);
  EXPECT_EQ(booleans[1].lost.at(Access::tcp_bind).size(), 1U) << "haproxy_bind_kubernetes_port is on";
  EXPECT_EQ(booleans[2].name, "haproxy_connect_any");
  EXPECT_TRUE(booleans[2].lost.empty()) << "it takes one block off and puts another one on";
}

TEST_F(Policies, Udp) {
  const auto cil = test::cil_el() + "(allow haproxy_t http_port_t (udp_socket (name_bind)))\n";
  EXPECT_TRUE(may(ask(cil), Access::udp_bind, 443));
  EXPECT_FALSE(may(ask(cil), Access::udp_bind, 8443));
  EXPECT_TRUE(may(ask(cil, {.ports = {{Protocol::udp, 8443, 8443, "http_port_t"}}}), Access::udp_bind, 8443));
  EXPECT_FALSE(may(ask(cil, {.ports = {{Protocol::tcp, 8443, 8443, "http_port_t"}}}), Access::udp_bind, 8443));
}

TEST_F(Policies, APermissiveDomainIsSaidToBeOne) {
  const auto answer = ask(test::cil_el() + "(typepermissive haproxy_t)\n");
  EXPECT_TRUE(answer.domains.at(0).permissive);
  EXPECT_EQ(answer.permissive.count("haproxy_t"), 1U);
  EXPECT_FALSE(may(answer, Access::tcp_bind, 9443)) << "not by a rule";
  EXPECT_FALSE(ask(test::cil_el()).domains.at(0).permissive);
}

TEST_F(Policies, ConstraintsCount) {
  const auto answer = ask(test::cil_el() + "(mlsconstrain (tcp_socket (name_bind)) (neq t2 http_cache_port_t))\n");
  EXPECT_TRUE(may(answer, Access::tcp_bind, 80));
  EXPECT_FALSE(may(answer, Access::tcp_bind, 8080));
  EXPECT_TRUE(may(answer, Access::tcp_connect, 8080));
}

TEST_F(Policies, AddressesHaveTypesOfTheirOwn) {
  const auto answer = ask(test::cil_el() +
                          "(type inner_node_t)\n(roletype object_r inner_node_t)\n"
                          "(nodecon (10.0.0.0) (255.0.0.0) (system_u object_r inner_node_t range))\n"
                          "(nodecon (fd00::) (ff00::) (system_u object_r inner_node_t range))\n");
  EXPECT_EQ(answer.type_of(*parse_ip("10.1.2.3")), "inner_node_t");
  EXPECT_EQ(answer.type_of(*parse_ip("11.1.2.3")), "node_t");
  EXPECT_EQ(answer.type_of(*parse_ip("fd12::1")), "inner_node_t");
  EXPECT_EQ(answer.type_of(*parse_ip("::")), "node_t");
  EXPECT_EQ(answer.domains.at(0).allowed.at(Access::tcp_node_bind).count("inner_node_t"), 0U);
}

TEST_F(Policies, WhoMayUseATypeIsCounted) {
  const auto users = ask(test::cil_el()).users;
  EXPECT_EQ(users.at("http_port_t").tcp_bind, 2U) << "haproxy_t and httpd_t";
  EXPECT_EQ(users.at("http_cache_port_t").tcp_connect, 1U);
  EXPECT_EQ(users.at("redis_port_t").tcp_bind, 1U);
  EXPECT_EQ(ask(test::cil_el(), {.booleans = {{"other", true}}}).users.at("redis_port_t").tcp_bind, 2U);
}

TEST_F(Policies, SubjectsOfEveryKind) {
  const auto cil = test::cil_el();
  for (const auto& subject : {Subject{"system_u:system_r:haproxy_t:s0"}, Subject{"haproxy_t"},
                              Subject{"system_u:system_r:init_t:s0", "haproxy_exec_t"}}) {
    EXPECT_EQ(ask(cil, {}, subject).domains.at(0).domain, "haproxy_t");
  }
  EXPECT_EQ(ask(cil, {}, {"init_t", "node_t"}).domains.at(0).domain, "init_t") << "no rule: as its starter";
}

TEST_F(Policies, ManyAreAskedAboutAtOnce) {
  const auto bytes = test::compile_cil(test::cil_el());
  ASSERT_TRUE(bytes) << describe(bytes.error());
  // What runs, what its start would be, and what somebody started by hand: each in a context of its own.
  const auto answer = ask_policy(
      *bytes, {"policy", {{"system_u:system_r:haproxy_t:s0"}, {"system_u:system_r:init_t:s0"}, kStarted}, {}});
  ASSERT_TRUE(answer) << describe(answer.error());
  ASSERT_EQ(answer->domains.size(), 3U);
  EXPECT_EQ(answer->domains[1].domain, "init_t");
  EXPECT_EQ(answer->domains[0].allowed, answer->domains[2].allowed);
}

TEST_F(Policies, OldAndNewVersions) {
  for (const int version : {24, 28, 31, 33}) {
    EXPECT_EQ(table(ask(test::cil_el(), {}, kStarted, version)),
              "80 bind connect; 700; 5001 connect; 6379; 8080 bind connect; 9443; 40000; ")
        << version;
  }
}

TEST_F(Policies, WhatCannotBeAskedSaysWhy) {
  auto bytes = *test::compile_cil(test::cil_el());
  const auto error = [&](const std::string& text, const Subject& subject, const PolicyEdit& edit = {}) {
    const auto answer = ask_policy(text, {"/policy.99", {subject}, edit});
    return answer ? "an answer" : describe(answer.error());
  };
  EXPECT_EQ(error(bytes, {"nobody_t"}), "nobody_t: is no type of this policy");
  EXPECT_EQ(error(bytes, {"a:b:haproxy_t:s0"}), "a:b:haproxy_t:s0: is no context of this policy");
  EXPECT_EQ(error(bytes, kStarted, {.booleans = {{"no_such", true}}}), "no_such: is no boolean of this policy");
  EXPECT_EQ(error(bytes, kStarted, {.ports = {{Protocol::tcp, 1, 1, "no_t"}}}), "no_t: is no type of this policy");
  EXPECT_EQ(error("", kStarted), "/policy.99: is no SELinux policy of a kernel");
  EXPECT_EQ(error(bytes.substr(0, 200), kStarted), "/policy.99: is damaged, or too old for us");
  bytes[16] = 99;
  EXPECT_EQ(error(bytes, kStarted).substr(0, 42), "/policy.99: has version 99, and we read up");
}

}  // namespace
}  // namespace preflight
