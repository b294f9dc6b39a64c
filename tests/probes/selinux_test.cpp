// SPDX-License-Identifier: Apache-2.0
// SELinux of a live host, of a tree and of a record.
#include "probes/selinux.h"

#include <gtest/gtest.h>

#include "probes/host/recorded_host.h"
#include "probes/host/recording_host.h"
#include "probes/host/tree_host.h"
#include "tests/support/cil.h"
#include "tests/support/map_host.h"
#include "tests/support/scratch.h"

namespace preflight {
namespace {

using selinux::Access;
using selinux::Subject;

const CollectRequest kRequest{.needs = {Need::selinux, Need::denials}};
constexpr const char* kName = "haproxy.service";
const Programs kPrograms{{kName, std::string("/usr/sbin/haproxy")}};

Facts facts_with_one(bool running = false) {
  Facts facts;
  facts.instances.emplace_back();
  facts.instances.front().name = kName;
  if (running) {
    facts.instances.front().processes.emplace_back();
    facts.instances.front().processes.front().role = haproxy::Role::standalone;
    facts.instances.front().processes.front().process.pid = 100;
  }
  return facts;
}

std::optional<SelinuxFacts> read(const HostView& host, Facts facts, const CollectRequest& request = kRequest) {
  read_selinux(host, request, kPrograms, facts);
  return facts.selinux;
}

test::MapHost enforcing() {
  test::MapHost host;
  host.files["/sys/fs/selinux/enforce"] = "1";
  host.files["/etc/selinux/config"] = "SELINUX=permissive\nSELINUXTYPE=targeted\n";
  host.files["/etc/selinux/targeted/policy/policy.31"] = "";
  host.files["/etc/selinux/targeted/policy/policy.33"] = "";
  host.files["/var/lib/selinux/targeted/active/booleans.local"] = "haproxy_connect_any=1\n";
  host.files["/var/lib/selinux/targeted/tmp/x"] = "";
  host.files["/proc/1/attr/current"] = std::string("system_u:system_r:init_t:s0\0", 28);
  host.files["/proc/100/attr/current"] = "unconfined_u:unconfined_r:unconfined_t:s0\n";
  host.labels["/usr/sbin/haproxy"] = "system_u:object_r:haproxy_exec_t:s0";
  selinux::PolicyAnswer policy;
  policy.version = 33;
  policy.domains.resize(2);
  policy.domains[0].domain = "first_t";
  policy.domains[1].domain = "second_t";
  host.policies["/sys/fs/selinux/policy"] = policy;
  policy.version = 34;
  host.policies["/etc/selinux/targeted/policy/policy.33"] = policy;
  return host;
}

TEST(Selinux, AHostWithoutItIsAskedOneQuestion) {
  EXPECT_FALSE(read(test::MapHost(), facts_with_one()));
  const RecordingHost asked(test::MapHost(), "0.1");
  EXPECT_FALSE(read(enforcing(), facts_with_one(), CollectRequest{})) << "nobody needs it";
}

TEST(Selinux, ALiveHost) {
  const auto found = read(enforcing(), facts_with_one());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->mode, SelinuxMode::enforcing);
  EXPECT_EQ(found->config->mode, SelinuxMode::permissive);
  EXPECT_EQ(found->loaded->version, 33U);
  EXPECT_EQ(found->installed->version, 34U);
  EXPECT_EQ(found->installed_path, "/etc/selinux/targeted/policy/policy.33");
  EXPECT_TRUE(found->store->active);
  EXPECT_TRUE(found->store->leftover);
  EXPECT_FALSE(found->store->previous);
  EXPECT_TRUE(found->store->booleans->at("haproxy_connect_any"));
  EXPECT_TRUE(found->store->ports->empty());
  const Subject started{"system_u:system_r:init_t:s0", "system_u:object_r:haproxy_exec_t:s0"};
  EXPECT_EQ(found->identities.at(kName).started, started);
  EXPECT_FALSE(found->identities.at(kName).running);
  EXPECT_EQ(found->question.subjects, std::vector{started});
  EXPECT_EQ((*found->rules_of(kName))->domain, "first_t");
  EXPECT_TRUE(is_missing(found->log->error()));
}

TEST(Selinux, ARunningHaproxyIsAskedAboutAsItRuns) {
  const auto found = read(enforcing(), facts_with_one(true));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->question.subjects.size(), 2U);
  EXPECT_EQ(found->question.subjects[0], Subject{"unconfined_u:unconfined_r:unconfined_t:s0"});
  EXPECT_EQ((*found->rules_of(kName))->domain, "first_t");
  EXPECT_EQ((*found->rules_of(found->identities.at(kName).started))->domain, "second_t");
}

TEST(Selinux, WhatCannotBeReadSaysSo) {
  auto host = enforcing();
  host.refused["/sys/fs/selinux/enforce"] = EACCES;
  EXPECT_EQ(read(host, facts_with_one())->mode.error().code, std::errc::permission_denied);
  auto unlabelled = enforcing();
  unlabelled.labels.clear();
  EXPECT_FALSE(read(unlabelled, facts_with_one())->rules_of(kName));
  auto no_policy = enforcing();
  no_policy.policies.clear();
  EXPECT_FALSE(read(no_policy, facts_with_one())->loaded);
  auto no_store = enforcing();
  no_store.files.erase("/var/lib/selinux/targeted/active/booleans.local");
  no_store.files.erase("/var/lib/selinux/targeted/tmp/x");
  EXPECT_TRUE(is_missing(read(no_store, facts_with_one())->store.error()));
}

/// An offline tree with a policy of our own; its record judges the same.
TEST(Selinux, ATreeAndItsRecord) {
  const auto policy = test::compile_cil(test::cil_el());
  if (!policy && is_missing(policy.error())) GTEST_SKIP() << "secilc is not installed";
  ASSERT_TRUE(policy) << describe(policy.error());
  const test::Scratch scratch;
  scratch.file("etc/selinux/config", "SELINUX=enforcing\nSELINUXTYPE=targeted\n");
  scratch.file("etc/selinux/targeted/policy/policy.33", *policy);
  scratch.file("etc/selinux/targeted/contexts/files/file_contexts",
               "/usr/sbin/haproxy\t--\tsystem_u:object_r:haproxy_exec_t:s0\n");
  scratch.file("usr/sbin/haproxy", "");
  scratch.file("var/lib/selinux/targeted/active/ports.local", "portcon tcp 8404 system_u:object_r:http_port_t:s0\n");
  const auto tree = open_tree(scratch.path());
  ASSERT_TRUE(tree);
  const RecordingHost recording(**tree, "0.1");
  const auto found = read(recording, facts_with_one());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->mode, SelinuxMode::enforcing);
  ASSERT_TRUE(found->rules_of(kName)) << describe(found->rules_of(kName).error());
  EXPECT_EQ((*found->rules_of(kName))->domain, "haproxy_t");
  EXPECT_EQ(found->store->ports->front().low, 8404);
  const auto text = to_json(recording.bundle());
  EXPECT_LT(text.size(), 32U * 1024U);
  auto bundle = parse_bundle(text, "bundle");
  ASSERT_TRUE(bundle) << describe(bundle.error());
  EXPECT_EQ(*bundle, recording.bundle());
  const RecordedHost replayed(std::move(*bundle));
  const auto again = read(replayed, facts_with_one());
  EXPECT_EQ(*again->loaded, *found->loaded);
  EXPECT_EQ(again->question, found->question);
}

TEST(Selinux, ATreeThatIsDisabledHasNone) {
  const test::Scratch scratch;
  EXPECT_FALSE(read(**open_tree(scratch.path()), facts_with_one()));
  scratch.file("etc/selinux/config", "SELINUX=disabled\n");
  EXPECT_FALSE(read(**open_tree(scratch.path()), facts_with_one()));
}

}  // namespace
}  // namespace preflight
