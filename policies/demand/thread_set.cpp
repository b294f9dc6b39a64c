// SPDX-License-Identifier: Apache-2.0
// haproxy gives the first groups one thread more where the threads do not divide evenly (thread_map_to_groups).
#include "policies/demand/thread_set.h"

#include <algorithm>
#include <optional>

#include "probes/base/text.h"

namespace preflight::demand {
namespace {

/// Thread numbers counted from 1, both ends included; empty where last < first.
struct Span {
  std::int64_t first = 1;
  std::int64_t last = 0;
};

ThreadSet set_of(const Span& span) {
  if (span.last < span.first) return {};
  const auto length = static_cast<std::size_t>(span.last - span.first + 1);
  return (~ThreadSet{} >> (kMostThreads - length)) << static_cast<std::size_t>(span.first - 1);
}

/// Every other thread from `first` on.
ThreadSet alternating(std::int64_t first) {
  static const ThreadSet kOdd = [] {
    ThreadSet odd;
    for (std::size_t i = 0; i < odd.size(); i += 2) odd.set(i);
    return odd;
  }();
  return kOdd << static_cast<std::size_t>(first - 1);
}

std::optional<Span> threads_of_group(std::int64_t group, const ThreadLayout& layout) {
  if (group < 1 || group > layout.groups) return std::nullopt;
  const auto each = layout.threads / layout.groups;
  const auto more = layout.threads % layout.groups;  // groups with one thread more
  const auto before = (group - 1) * each + std::min(group - 1, more);
  return Span{before + 1, before + each + (group <= more ? 1 : 0)};
}

/// "N", "N-M" or "N-" among 1 to `count`.
std::optional<Span> range_of(std::string_view piece, std::int64_t count) {
  const auto dash = piece.find('-');
  const auto first = parse_integer(piece.substr(0, dash));
  if (!first) return std::nullopt;
  const auto last = dash == std::string_view::npos ? first : parse_integer(piece.substr(dash + 1));
  return Span{std::clamp<std::int64_t>(*first, 1, count + 1), std::clamp<std::int64_t>(last.value_or(count), 0, count)};
}

ThreadSet threads_of_piece(std::string_view piece, const ThreadLayout& layout) {
  Span among{1, layout.threads};
  if (const auto slash = piece.find('/'); slash != std::string_view::npos) {
    const auto group = threads_of_group(parse_integer(piece.substr(0, slash)).value_or(0), layout);
    if (!group) return {};
    among = *group;
    piece.remove_prefix(slash + 1);
  }
  if (piece == "all") return set_of(among);
  if (piece == "odd") return alternating(among.first) & set_of(among);
  if (piece == "even") return alternating(among.first + 1) & set_of(among);
  const auto range = range_of(piece, among.last - among.first + 1);
  if (!range) return {};
  return set_of({among.first + range->first - 1, among.first + range->last - 1});
}

}  // namespace

ThreadSet threads_of(std::string_view written, const ThreadLayout& layout) {
  ThreadLayout bounded;
  bounded.threads = std::clamp<std::int64_t>(layout.threads, 1, kMostThreads);
  bounded.groups = std::clamp<std::int64_t>(layout.groups, 1, bounded.threads);
  ThreadSet set;
  for (const auto piece : split(written, ',')) set |= threads_of_piece(piece, bounded);
  return set;
}

}  // namespace preflight::demand
