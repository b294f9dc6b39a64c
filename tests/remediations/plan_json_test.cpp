// SPDX-License-Identifier: Apache-2.0
// A saved plan is the plan, or it is refused with the place that is wrong.
#include "remediations/plan_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_plan.h"

namespace preflight {
namespace {

using testing::HasSubstr;
using Json = nlohmann::ordered_json;

std::string text_of(const Json& document) { return document.dump(2); }

TEST(PlanJson, ReadsBack) {
  const auto plan = test::sample_plan();
  const auto back = read_plan(text_of(plan_document(plan)), "plan.json");
  ASSERT_TRUE(back) << describe(back.error());
  EXPECT_EQ(plan_document(*back), plan_document(plan));
}

TEST(PlanJson, BytesThatAreNoTextComeBack) {
  auto plan = test::sample_plan();
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  FileImage image;
  image.content = bytes;
  image.attributes["user.x"] = bytes;
  plan.steps.push_back({.change = FileWrite{"/etc/x", image, std::nullopt}, .remedies = {}});
  const auto back = read_plan(text_of(plan_document(plan)), "plan.json");
  ASSERT_TRUE(back);
  const auto& write = std::get<FileWrite>(back->steps.back().change);
  EXPECT_EQ(write.from->content, bytes);
  EXPECT_EQ(write.from->attributes.at("user.x"), bytes);
}

Plan selinux_plan() {
  auto plan = test::sample_plan();
  const SelinuxEdit edit{
      .store = "targeted",
      .booleans = {{.name = "a", .kept_to = true, .running_from = false, .running_to = true},
                   {.name = "b", .kept_from = true, .kept_to = false},
                   {.name = "c", .kept_from = false}},
      .ports = {{.protocol = "tcp", .low = 8888, .high = 8888, .to = "u:r:http_port_t:s0"},
                {.protocol = "udp", .low = 1, .high = 65535, .from = "u:r:x_t:s0-s0:c0.c1023", .to = "u:r:y_t"}}};
  plan.steps = {{.change = edit, .remedies = {"x"}}, {.change = SelinuxRepair{"targeted"}, .remedies = {"x"}}};
  return plan;
}

TEST(PlanJson, ASelinuxEditComesBack) {
  const auto plan = selinux_plan();
  const auto back = read_plan(text_of(plan_document(plan)), "plan.json");
  ASSERT_TRUE(back) << describe(back.error());
  EXPECT_EQ(std::get<SelinuxEdit>(back->steps[0].change), std::get<SelinuxEdit>(plan.steps[0].change));
  EXPECT_EQ(std::get<SelinuxRepair>(back->steps[1].change), std::get<SelinuxRepair>(plan.steps[1].change));
}

TEST(PlanJson, ASelinuxEditThatNoPolicyHoldsIsRefused) {
  const auto whole = plan_document(selinux_plan());
  const auto refused = [&](const std::string& pointer, const Json& value) {
    auto document = whole;
    document[Json::json_pointer("/steps/0/change/" + pointer)] = value;
    const auto back = read_plan(text_of(document), "plan.json");
    EXPECT_FALSE(back) << pointer << value;
    EXPECT_THAT(back.error().reason, testing::Not(HasSubstr("digest"))) << pointer << value;
  };
  refused("store", "../targeted");
  refused("store", "");
  refused("store", ".");
  refused("booleans/0/name", "a/../b");
  refused("booleans/0/running_to", nullptr);
  refused("ports/0/protocol", "icmp");
  refused("ports/0/low", 0);
  refused("ports/0/low", 8889);
  refused("ports/0/high", 65536);
  refused("ports/0/to", nullptr);
  refused("ports/0/to", "http_port_t");
  refused("ports/0/to", "u:r:t\nportcon");
  auto document = whole;
  document[Json::json_pointer("/steps/0/change/booleans")] = Json::array();
  document[Json::json_pointer("/steps/0/change/ports")] = Json::array();
  EXPECT_THAT(read_plan(text_of(document), "plan.json").error().reason, HasSubstr("changes nothing"));
}

TEST(PlanJson, AnEditIsNoticed) {
  auto document = plan_document(test::sample_plan());
  document["steps"][0]["change"]["to"] = "1";
  const auto back = read_plan(text_of(document), "plan.json");
  ASSERT_FALSE(back);
  EXPECT_THAT(back.error().reason, HasSubstr("edited"));
}

TEST(PlanJson, EveryMissingFieldIsNamed) {
  const auto whole = plan_document(test::sample_plan());
  for (const auto& [key, value] : whole.items()) {
    auto document = whole;
    document.erase(key);
    const auto back = read_plan(text_of(document), "plan.json");
    ASSERT_FALSE(back) << key;
    EXPECT_THAT(back.error().reason, HasSubstr("/" + key));
  }
}

TEST(PlanJson, EveryFieldOfAnotherTypeIsRefused) {
  const auto whole = plan_document(test::sample_plan());
  for (const auto& [key, value] : whole.items()) {
    for (const auto& strange : {Json(nullptr), Json(7), Json("x"), Json::array({7}), Json{{"a", 7}}}) {
      if (strange.type() == value.type()) continue;
      auto document = whole;
      document[key] = strange;
      EXPECT_FALSE(read_plan(text_of(document), "plan.json")) << key << strange;
    }
  }
}

TEST(PlanJson, NotJsonIsRefused) {
  for (const auto* text : {"", "{", "[]", "7", "null", "{}"}) EXPECT_FALSE(read_plan(text, "plan.json")) << text;
}

TEST(StaleGrounds, EachDifferenceIsASentence) {
  const Grounds planned = {{"a", "1"}, {"b", "2"}, {"c", "3"}};
  const Grounds now = {{"a", "1"}, {"b", "5"}, {"d", "4"}};
  EXPECT_THAT(stale_grounds(planned, planned), testing::IsEmpty());
  EXPECT_THAT(stale_grounds(planned, now),
              testing::ElementsAre("b was 2 when planned, and is 5 now", "c was 3 when planned, and is not there now",
                                   "d is 4 now, and was not there"));
}

}  // namespace
}  // namespace preflight
