// SPDX-License-Identifier: Apache-2.0
// The filter program, run on every port by an interpreter that follows inet_diag_bc_run and audited as the kernel
// audits.
#include "probes/host/port_filter.h"

#include <linux/inet_diag.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include <gtest/gtest.h>

namespace preflight {
namespace {

using Ports = std::vector<std::uint16_t>;
using Bytes = std::vector<std::byte>;

inet_diag_bc_op op_at(const Bytes& program, std::size_t at) {
  inet_diag_bc_op op{};
  std::memcpy(&op, program.data() + at, sizeof op);
  return op;
}

bool compares(const Bytes& program, std::size_t at, std::uint16_t local, std::uint16_t remote) {
  const auto port = op_at(program, at + sizeof(inet_diag_bc_op)).no;
  switch (op_at(program, at).code) {
    case INET_DIAG_BC_S_GE:
      return local >= port;
    case INET_DIAG_BC_S_LE:
      return local <= port;
    case INET_DIAG_BC_D_GE:
      return remote >= port;
    case INET_DIAG_BC_D_LE:
      return remote <= port;
    default:
      return false;
  }
}

bool accepts(const Bytes& program, std::uint16_t local, std::uint16_t remote) {
  auto left = static_cast<std::ptrdiff_t>(program.size());
  while (left > 0) {
    const auto at = program.size() - static_cast<std::size_t>(left);
    const auto op = op_at(program, at);
    left -= compares(program, at, local, remote) ? op.yes : op.no;
  }
  return left == 0;
}

/// The offsets that the chain of `yes` jumps visits: the only ones a jump inside the program may go to.
std::vector<std::size_t> chain(const Bytes& program) {
  std::vector<std::size_t> offsets;
  for (std::size_t at = 0; at < program.size(); at += op_at(program, at).yes) {
    offsets.push_back(at);
    if (op_at(program, at).yes < 4) break;
  }
  return offsets;
}

void audit(const Bytes& program) {
  const auto offsets = chain(program);
  for (const auto at : offsets) {
    const auto op = op_at(program, at);
    const std::size_t least = op.code == INET_DIAG_BC_JMP ? 4 : 8;
    const auto left = program.size() - at;
    ASSERT_GE(op.yes, least);
    ASSERT_LE(op.yes, left);
    ASSERT_GE(op.no, least);
    ASSERT_LE(op.no, left + 4);
    ASSERT_EQ(op.no % 4, 0);
    const bool inside = op.no < left;
    ASSERT_TRUE(!inside || std::find(offsets.begin(), offsets.end(), at + op.no) != offsets.end());
  }
}

bool lists(const Ports& ports, std::uint16_t port) {
  return ports.empty() || std::find(ports.begin(), ports.end(), port) != ports.end();
}

TEST(PortFilter, AcceptsExactlyTheListedPorts) {
  const Ports none;
  const std::vector<std::pair<Ports, Ports>> cases{
      {{80, 443}, none},
      {none, {80, 443}},
      {{443, 80, 8080, 80}, none},
      {{80, 81, 82, 83}, none},
      {{0, 65535}, none},
      {{80, 443}, {8080, 9000, 9001}},
      {{1}, {2}},
      {none, {65535}},
  };
  for (const auto& [local, remote] : cases) {
    const auto program = port_filter(local, remote);
    ASSERT_TRUE(program);
    audit(*program);
    for (unsigned port = 0; port <= 65535; ++port) {
      const auto number = static_cast<std::uint16_t>(port);
      for (const auto other : Ports{0, 2, 80, 443, 9000, 65535}) {
        ASSERT_EQ(accepts(*program, number, other), lists(local, number) && lists(remote, other)) << port;
        ASSERT_EQ(accepts(*program, other, number), lists(local, other) && lists(remote, number)) << port;
      }
    }
  }
}

TEST(PortFilter, NeighboursAreOneRange) {
  Ports all(1000);
  std::iota(all.begin(), all.end(), std::uint16_t{64536});
  EXPECT_EQ(port_filter(all, {})->size(), port_filter({80}, {})->size());
}

TEST(PortFilter, NothingToFilterAndTooMuchToAudit) {
  EXPECT_FALSE(port_filter({}, {}));
  Ports every_second;
  for (unsigned port = 0; port < 1024; port += 2) every_second.push_back(static_cast<std::uint16_t>(port));
  const auto longest = port_filter(every_second, {});
  ASSERT_TRUE(longest);
  audit(*longest);
  EXPECT_TRUE(accepts(*longest, 1022, 0));
  EXPECT_FALSE(accepts(*longest, 1023, 0));
  every_second.push_back(2000);
  EXPECT_FALSE(port_filter(every_second, {}));
}

}  // namespace
}  // namespace preflight
