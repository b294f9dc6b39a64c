// SPDX-License-Identifier: Apache-2.0
// What a change of the configuration changes in the demand, and nothing else.
#include "policies/demand_difference.h"

#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight {
namespace {

using test::World;

std::string told(const std::vector<DemandDifference>& differences) {
  std::string text;
  const auto words = [](const DemandDifference::Side& side) {
    return side.value ? std::to_string(*side.value) : side.demanded ? "unknown" : "none";
  };
  for (const auto& each : differences) {
    text += (text.empty() ? "" : ", ") + std::string(each.name) + (each.subject.empty() ? "" : " " + each.subject) +
            " " + words(each.before) + " -> " + words(each.after);
  }
  return text;
}

std::string changed(const std::string& before, const std::string& after) {
  World was;
  World is;
  was.config(before);
  is.config(after);
  const auto a = was.demand();
  const auto b = is.demand();
  return told(differences(a, b));
}

TEST(DemandDifference, OfTheSameIsNothing) {
  const std::string healthy(World::healthy_config());
  EXPECT_EQ(changed(healthy, healthy), "");
}

TEST(DemandDifference, NamesWhatChanged) {
  const std::string rest = "\nlisten l\n  bind :80\n  server a 10.0.1.1:80 maxconn 50\n";
  EXPECT_EQ(changed("global\n  maxconn 100" + rest, "global\n  maxconn 200" + rest),
            "maxconn 100 -> 200, file_descriptors 223 -> 423, memory 5000000 -> 10000000, conntrack 200 -> 400, "
            "backlog bind:tcp/*:80 100 -> 200");
}

TEST(DemandDifference, NamesWhatIsNewAndWhatIsGone) {
  EXPECT_EQ(changed("global\n  maxconn 9\nlisten l\n  bind :80\n  server a 10.0.1.1:80\n",
                    "global\n  maxconn 9\nlisten l\n  bind :81\n  server a 10.0.1.2:80\n"),
            "backlog bind:tcp/*:81 none -> 9, source_ports tuple:*>10.0.1.2:80 none -> 9, "
            "backlog bind:tcp/*:80 9 -> none, source_ports tuple:*>10.0.1.1:80 9 -> none");
}

}  // namespace
}  // namespace preflight
