// SPDX-License-Identifier: Apache-2.0
// What another configuration would change for a host on which one runs already.
#include "policies/candidate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kHead = "global\n  maxconn 2000\n  master-worker\ndefaults\n  mode http\n";

/// `now` runs, and `then` is to replace it.
World replacing(const std::string& now, const std::string& then) {
  World world;
  world.config(kHead + now);
  world.running();
  auto running = std::make_shared<haproxy::InstanceFacts>(world.instance());
  world.config(kHead + then);
  world.instance().source = haproxy::ConfigSource::named;
  world.instance().replaces = std::move(running);
  return world;
}

CandidateChange change_of(const World& world) {
  const auto demand = world.demand();
  auto changes = compare_candidates(world.facts, demand);
  EXPECT_EQ(changes.size(), 1U);
  return changes.empty() ? CandidateChange{} : std::move(changes.front());
}

CandidateChange change_of(const std::string& now, const std::string& then) { return change_of(replacing(now, then)); }

std::vector<std::string> ports_of(const CandidateChange& change, PortFate fate) {
  std::vector<std::string> found;
  for (const auto& port : change.ports) {
    if (port.fate == fate) found.push_back(port.endpoint + " x" + std::to_string(port.ports));
  }
  return found;
}

TEST(Candidate, ANewHostHasNothingToCompareWith) {
  World world;
  const auto demand = world.demand();
  EXPECT_TRUE(compare_candidates(world.facts, demand).empty());
}

TEST(Candidate, TheSameConfigurationChangesNothing) {
  constexpr const char* kConfig = "listen web\n  bind :80\n";
  EXPECT_TRUE(change_of(kConfig, kConfig).empty());
}

TEST(Candidate, DemandIsToldNowAndThen) {
  auto world = replacing("frontend web\n  bind :80\n", "");
  world.config("global\n  maxconn 3000\n  master-worker\ndefaults\n  mode http\nfrontend web\n  bind :80\n");
  const auto change = change_of(world);
  ASSERT_FALSE(change.demand.empty());
  EXPECT_EQ(change.demand.front().name, "maxconn");
  EXPECT_EQ(change.demand.front().before.value, 2000);
  EXPECT_EQ(change.demand.front().after.value, 3000);
}

TEST(Candidate, PortsAreOpenedClosedAndKept) {
  const auto change =
      change_of("frontend web\n  bind :80\n  bind :81\n", "frontend web\n  bind :80\n  bind 10.0.0.1:443\n");
  EXPECT_THAT(ports_of(change, PortFate::opened), ElementsAre("10.0.0.1:443 x1"));
  EXPECT_THAT(ports_of(change, PortFate::closed), ElementsAre("*:81 x1"));
  EXPECT_THAT(ports_of(change, PortFate::reopened), IsEmpty());
}

TEST(Candidate, RangesAreComparedPortByPort) {
  const auto change = change_of("frontend web\n  bind :1000-1009\n", "frontend web\n  bind :1005-1014\n");
  EXPECT_THAT(ports_of(change, PortFate::opened), ElementsAre("*:1005-1014 x5"));
  EXPECT_THAT(ports_of(change, PortFate::closed), ElementsAre("*:1000-1009 x5"));
}

TEST(Candidate, OtherOptionsMakeAnotherSocket) {
  for (const char* options : {"interface eth0", "transparent"}) {
    const auto change =
        change_of("frontend web\n  bind :80\n", std::string("frontend web\n  bind :80 ") + options + "\n");
    EXPECT_THAT(ports_of(change, PortFate::reopened), ElementsAre("*:80 x1")) << options;
    EXPECT_THAT(ports_of(change, PortFate::opened), IsEmpty()) << options;
    EXPECT_THAT(ports_of(change, PortFate::closed), IsEmpty()) << options;
  }
}

TEST(Candidate, ALongerQueueNeedsARestart) {
  const auto longer = change_of("frontend web\n  bind :80 backlog 100\n", "frontend web\n  bind :80 backlog 200\n");
  ASSERT_EQ(longer.needs_restart.size(), 1U);
  EXPECT_EQ(longer.needs_restart.front().text, "the accept queue of *:80 stays at 100 instead of 200");
  EXPECT_EQ(longer.needs_restart.front().origin.line, 7U);
  const auto shorter = change_of("frontend web\n  bind :80 backlog 200\n", "frontend web\n  bind :80 backlog 100\n");
  EXPECT_THAT(shorter.needs_restart, IsEmpty()) << "nobody misses it";
  const auto other = change_of("frontend web\n  bind :80 backlog 100\n", "frontend web\n  bind :81 backlog 200\n");
  EXPECT_THAT(other.needs_restart, IsEmpty()) << "another socket";
}

TEST(Candidate, DescriptorsBeyondTheMastersLimitNeedARestart) {
  auto world = replacing("frontend web\n  bind :80\n", "");
  world.config(
      "global\n  maxconn 20000\n  master-worker\ndefaults\n  mode http\nfrontend web\n  bind :80 backlog 100\n");
  for (auto& member : world.instance().processes) {
    member.process.nofile = Limits{4096, 8192};
    member.process.capabilities = Capabilities{};
  }
  const auto change = change_of(world);
  ASSERT_EQ(change.needs_restart.size(), 1U);
  EXPECT_THAT(change.needs_restart.front().text, HasSubstr("a reload keeps the 8,192 of process 100"));
}

TEST(Candidate, AMasterIsNotMadeByAReload) {
  auto world = replacing("frontend web\n  bind :80\n", "");
  world.config("global\n  maxconn 2000\ndefaults\n  mode http\nfrontend web\n  bind :80\n");
  world.instance().command_line.master_worker = false;
  world.instance().replaces->command_line.master_worker = false;
  ASSERT_EQ(change_of(world).needs_restart.size(), 1U);
}

TEST(Candidate, StickTablesAreForgottenUnlessPeersHandThemOn) {
  const std::string table = "backend app\n  stick-table type ip size 1m";
  const std::string server = "\n  load-server-state-from-file global\n  server s1 10.0.0.1:80\n";
  const std::string peers = "peers mesh\n  peer lb07 127.0.0.1:1024\n";
  const auto lost = change_of(table + server, table + server);
  ASSERT_EQ(lost.forgotten.size(), 1U);
  EXPECT_EQ(lost.forgotten.front().text, "the entries of the stick-table of app: no peers hand them on");
  const auto kept = change_of(peers + table + " peers mesh" + server, peers + table + " peers mesh" + server);
  EXPECT_THAT(kept.forgotten, IsEmpty());
  const auto dropped = change_of(peers + table + " peers mesh" + server, peers + table + server);
  ASSERT_EQ(dropped.forgotten.size(), 1U);
  EXPECT_THAT(dropped.forgotten.front().text, HasSubstr("does not name its peers any more"));
  EXPECT_THAT(change_of(table + server, "").forgotten, IsEmpty()) << "the whole backend goes";
}

TEST(Candidate, ACookieWithoutItsServerSendsClientsElsewhere) {
  const std::string head = "backend app\n  load-server-state-from-file global\n  cookie SRV insert\n";
  const auto change = change_of(head + "  server a 10.0.0.1:80 cookie one\n  server b 10.0.0.2:80 cookie two\n",
                                head + "  server a 10.0.0.1:80 cookie one\n");
  ASSERT_EQ(change.forgotten.size(), 1U);
  EXPECT_THAT(change.forgotten.front().text, HasSubstr("cookie two of app"));
}

TEST(Candidate, StatesSetAtRunTimeAreForgotten) {
  constexpr const char* kConfig = "backend app\n  server a 10.0.0.1:80\nbackend other\n  server a 10.0.0.1:80\n";
  const auto change = change_of(kConfig, kConfig);
  ASSERT_EQ(change.forgotten.size(), 1U);
  EXPECT_THAT(change.forgotten.front().text, HasSubstr("in 2 backends"));
}

TEST(Candidate, ARunningConfigurationThatCannotBeReadIsSaid) {
  auto world = replacing("", "frontend web\n  bind :80\n");
  world.instance().replaces->config = fail(std::errc::permission_denied, "/etc/haproxy/haproxy.cfg", "refused");
  const auto change = change_of(world);
  EXPECT_FALSE(change.compared);
  EXPECT_TRUE(change.empty());
}

}  // namespace
}  // namespace preflight::test
