// SPDX-License-Identifier: Apache-2.0
// The kernel accepts a socket when the program ends exactly at its last byte and refuses it when a jump goes 4 bytes
// further (net/ipv4/inet_diag.c, inet_diag_bc_run). Jumps go forward only; a test that fails takes its `no` jump.
#include "probes/host/port_filter.h"

#include <linux/inet_diag.h>

#include <algorithm>
#include <cstring>

namespace preflight {
namespace {

/// The kernel proves each jump by walking the program from its start: quadratic, so the length is bounded.
constexpr std::size_t kMostRanges = 512;

struct Range {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};

/// The tests for one side of a connection. S_EQ and D_EQ are younger than some supported kernels, GE and LE are not.
struct Side {
  std::uint8_t at_least = 0;
  std::uint8_t at_most = 0;
  std::vector<Range> ranges;
};

constexpr std::size_t kOp = sizeof(inet_diag_bc_op);
constexpr std::size_t kTest = 2 * kOp;                 // a comparison is followed by its operand
constexpr std::size_t kAlternative = 2 * kTest + kOp;  // at least, at most, jump over the remaining ranges

std::vector<Range> ranges_of(std::vector<std::uint16_t> ports) {
  std::sort(ports.begin(), ports.end());
  std::vector<Range> ranges;
  for (const auto port : ports) {
    if (!ranges.empty() && port <= ranges.back().last + 1) {
      ranges.back().last = port;
    } else {
      ranges.push_back({port, port});
    }
  }
  return ranges;
}

/// The last range needs no jump over others.
std::size_t length_of(const Side& side) { return side.ranges.empty() ? 0 : side.ranges.size() * kAlternative - kOp; }

class Program {
 public:
  explicit Program(std::size_t length) : length_(length) { bytes_.reserve(length); }

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] std::size_t refused() const { return length_ + kOp; }

  /// Goes on if the port compares, else to `otherwise`.
  void test(std::uint8_t code, std::uint16_t port, std::size_t otherwise) {
    emit(code, kTest, otherwise - size());
    emit(INET_DIAG_BC_NOP, 0, port);
  }
  void jump(std::size_t target) { emit(INET_DIAG_BC_JMP, kOp, target - size()); }

  [[nodiscard]] std::vector<std::byte> take() && { return std::move(bytes_); }

 private:
  void emit(std::uint8_t code, std::size_t yes, std::size_t no) {
    const inet_diag_bc_op op{code, static_cast<unsigned char>(yes), static_cast<unsigned short>(no)};
    const auto at = bytes_.size();
    bytes_.resize(at + sizeof op);
    std::memcpy(bytes_.data() + at, &op, sizeof op);
  }

  std::size_t length_;
  std::vector<std::byte> bytes_;
};

/// Ranges ascend, so a port below one is below all that follow.
void append(Program& program, const Side& side) {
  const auto end = program.size() + length_of(side);
  for (std::size_t i = 0; i < side.ranges.size(); ++i) {
    const auto& range = side.ranges[i];
    const bool last = i + 1 == side.ranges.size();
    const auto next = last ? program.refused() : program.size() + kAlternative;
    program.test(side.at_least, range.first, program.refused());
    program.test(side.at_most, range.last, next);
    if (!last) program.jump(end);
  }
}

}  // namespace

std::optional<std::vector<std::byte>> port_filter(const std::vector<std::uint16_t>& local,
                                                  const std::vector<std::uint16_t>& remote) {
  const Side source{INET_DIAG_BC_S_GE, INET_DIAG_BC_S_LE, ranges_of(local)};
  const Side destination{INET_DIAG_BC_D_GE, INET_DIAG_BC_D_LE, ranges_of(remote)};
  const auto ranges = source.ranges.size() + destination.ranges.size();
  if (ranges == 0 || ranges > kMostRanges) return std::nullopt;
  Program program(length_of(source) + length_of(destination));
  append(program, source);
  append(program, destination);
  return std::move(program).take();
}

}  // namespace preflight
