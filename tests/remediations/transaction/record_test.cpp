// SPDX-License-Identifier: Apache-2.0
// A record reads back as it was written, or not at all: every flipped bit and every truncation is refused.
#include "remediations/transaction/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "remediations/plan_json.h"
#include "tests/support/sample_plan.h"

namespace preflight {
namespace {

Record begun() { return Begun{1792492800, "6f1c", {0, "alice", "apply"}, test::sample_plan()}; }

TEST(Record, ABeginningReadsBack) {
  const auto read = read_record(record_text(begun()), "000001-begun");
  ASSERT_TRUE(read) << describe(read.error());
  const auto& back = std::get<Begun>(*read);
  EXPECT_EQ(back.boot_id, "6f1c");
  EXPECT_EQ(back.actor.login, "alice");
  EXPECT_EQ(plan_digest(back.plan), plan_digest(test::sample_plan()));
  EXPECT_EQ(record_text(*read), record_text(begun()));
}

TEST(Record, TheOthersReadBack) {
  const std::vector<Record> records = {Restarting{"haproxy.service"}, Applied{17, 42}, Confirmed{18},
                                       Undoing{19, "revert"}, Undone{20, {"/etc/x"}}};
  for (const auto& record : records) {
    const auto name = "000001-" + std::string(name_of(record));
    const auto read = read_record(record_text(record), name);
    ASSERT_TRUE(read) << name;
    EXPECT_EQ(record_text(*read), record_text(record)) << name;
  }
}

TEST(Record, EveryFlippedBitIsRefused) {
  const auto text = record_text(Applied{1792492800, 0});
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    auto damaged = text;
    damaged[bit / 8] = static_cast<char>(static_cast<unsigned char>(damaged[bit / 8]) ^ (1U << (bit % 8)));
    EXPECT_FALSE(read_record(damaged, "000001-applied")) << bit;
  }
}

TEST(Record, EveryTruncationIsRefused) {
  const auto text = record_text(begun());
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto read = read_record(std::string_view(text).substr(0, size), "000001-begun");
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().code, std::errc::bad_message);
  }
}

TEST(Record, OneUnderAnotherNameIsRefused) {
  EXPECT_FALSE(read_record(record_text(Applied{1, 0}), "000001-begun"));
  EXPECT_FALSE(read_record(record_text(Applied{1, 0}), "000001-strange"));
}

}  // namespace
}  // namespace preflight
