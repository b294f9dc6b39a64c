// SPDX-License-Identifier: Apache-2.0
// Messages with lying lengths, and every truncation of a good one, are errors and never a read past the end (the
// buffers are exactly as long as they say, so that AddressSanitizer sees one byte too many).
#include "probes/host/netlink.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>

#include <array>

#include <gtest/gtest.h>

#include "probes/host/sock_diag.h"

namespace preflight {
namespace {

using netlink::Bytes;

template <typename T>
void put(std::vector<std::byte>& to, const T& value) {
  const auto* bytes = reinterpret_cast<const std::byte*>(&value);
  to.insert(to.end(), bytes, bytes + sizeof value);
}

std::vector<std::byte> message(std::uint32_t claimed, std::size_t payload) {
  std::vector<std::byte> bytes;
  nlmsghdr header{};
  header.nlmsg_len = claimed;
  header.nlmsg_type = 77;
  put(bytes, header);
  bytes.resize(sizeof header + payload);
  return bytes;
}

TEST(NextMessage, LengthsAreComparedWithWhatArrived) {
  struct Case {
    std::uint32_t claimed;
    std::size_t payload;
    bool good;
  };
  for (const auto& [claimed, payload, good] : std::vector<Case>{{16, 0, true},
                                                                {20, 4, true},
                                                                {19, 3, true},
                                                                {0, 4, false},
                                                                {15, 4, false},
                                                                {21, 4, false},
                                                                {0xFFFFFFFF, 4, false}}) {
    const auto bytes = message(claimed, payload);
    Bytes rest = bytes;
    const auto first = netlink::next_message(rest);
    EXPECT_EQ(first.has_value(), good) << claimed << " of " << bytes.size();
    if (!first) {
      EXPECT_EQ(first.error().code, std::errc::bad_message);
      continue;
    }
    EXPECT_EQ((*first)->payload.size(), payload);
    EXPECT_TRUE(rest.empty());
    EXPECT_FALSE(netlink::next_message(rest)->has_value());
  }
}

TEST(NextMessage, HeaderThatEndsEarly) {
  for (std::size_t size = 1; size < sizeof(nlmsghdr); ++size) {
    const std::vector<std::byte> bytes(size, std::byte{1});
    Bytes rest = bytes;
    EXPECT_FALSE(netlink::next_message(rest)) << size;
  }
}

TEST(NextMessage, SecondMessageBeginsAligned) {
  auto bytes = message(17, 4);
  const auto second = message(16, 0);
  bytes.insert(bytes.end(), second.begin(), second.end());
  Bytes rest = bytes;
  EXPECT_EQ((*netlink::next_message(rest))->payload.size(), 1U);
  EXPECT_EQ((*netlink::next_message(rest))->header.nlmsg_type, 77);
  EXPECT_FALSE(netlink::next_message(rest)->has_value());
}

TEST(NextAttribute, LengthsAreComparedWithWhatArrived) {
  for (const auto& [claimed, size, good] : std::vector<std::tuple<int, std::size_t, bool>>{
           {4, 4, true}, {5, 5, true}, {8, 8, true}, {3, 8, false}, {0, 8, false}, {9, 8, false}, {0xFFFF, 8, false}}) {
    std::vector<std::byte> bytes;
    nlattr header{};
    header.nla_len = static_cast<std::uint16_t>(claimed);
    header.nla_type = 11 | NLA_F_NESTED;
    put(bytes, header);
    bytes.resize(size);
    Bytes rest = bytes;
    const auto attribute = netlink::next_attribute(rest);
    EXPECT_EQ(attribute.has_value(), good) << claimed << " of " << size;
    if (!attribute) continue;
    EXPECT_EQ((*attribute)->type, 11) << "without the nested bit";
  }
}

std::vector<std::byte> described_listener() {
  std::vector<std::byte> bytes;
  inet_diag_msg fixed{};
  fixed.idiag_family = AF_INET6;
  fixed.idiag_state = 10;
  fixed.id.idiag_sport = htons(443);
  fixed.id.idiag_if = 3;
  fixed.idiag_inode = 4242;
  fixed.idiag_uid = 99;
  fixed.idiag_rqueue = 7;
  fixed.idiag_wqueue = 4096;
  put(bytes, fixed);
  put(bytes, nlattr{5, INET_DIAG_SKV6ONLY});
  bytes.push_back(std::byte{1});
  bytes.resize(bytes.size() + 3);
  put(bytes, nlattr{4 + 36, INET_DIAG_SKMEMINFO});
  std::array<std::uint32_t, 9> memory{};
  memory[8] = 31;
  put(bytes, memory);
  return bytes;
}

TEST(ParseSocket, ReadsTheFixedPartAndTheAttributes) {
  const auto entry = parse_socket(described_listener(), Protocol::tcp);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->local, (IpAddress{IpFamily::v6, {}}));
  EXPECT_EQ(entry->local_port, 443);
  EXPECT_EQ(entry->interface, 3U);
  EXPECT_EQ(entry->state, SocketState::listen);
  EXPECT_EQ(entry->inode, 4242U);
  EXPECT_EQ(entry->uid, 99U);
  EXPECT_EQ(entry->queue, 7U);
  EXPECT_EQ(entry->queue_limit, 4096U);
  EXPECT_TRUE(entry->v6only);
  EXPECT_EQ(entry->drops, 31U);
}

TEST(ParseSocket, EveryTruncationIsAnErrorOrEndsBetweenAttributes) {
  const auto whole = described_listener();
  constexpr std::size_t kFixed = sizeof(inet_diag_msg);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    // Complete: the fixed part alone, and the first attribute with any amount of its padding.
    const bool complete = size == kFixed || (size >= kFixed + 5 && size <= kFixed + 8);
    EXPECT_EQ(parse_socket(cut, Protocol::tcp).has_value(), complete) << size;
  }
}

TEST(ParseSocket, ShortMemoryArrayIsNotZeroDrops) {
  auto bytes = described_listener();
  bytes.resize(bytes.size() - 4);
  const nlattr shorter{4 + 32, INET_DIAG_SKMEMINFO};
  std::memcpy(bytes.data() + sizeof(inet_diag_msg) + 8, &shorter, sizeof shorter);
  const auto entry = parse_socket(bytes, Protocol::tcp);
  ASSERT_TRUE(entry);
  EXPECT_FALSE(entry->drops.has_value());
}

TEST(ParseSocket, UnknownFamilyAndStateAreErrors) {
  for (const auto& [family, state, good] : std::vector<std::tuple<int, int, bool>>{{AF_INET, 1, true},
                                                                                   {AF_INET6, 12, true},
                                                                                   {AF_UNIX, 1, false},
                                                                                   {0, 1, false},
                                                                                   {AF_INET, 0, false},
                                                                                   {AF_INET, 13, false},
                                                                                   {AF_INET, 255, false}}) {
    inet_diag_msg fixed{};
    fixed.idiag_family = static_cast<std::uint8_t>(family);
    fixed.idiag_state = static_cast<std::uint8_t>(state);
    std::vector<std::byte> bytes;
    put(bytes, fixed);
    EXPECT_EQ(parse_socket(bytes, Protocol::udp).has_value(), good) << family << " " << state;
  }
}

}  // namespace
}  // namespace preflight
