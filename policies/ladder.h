// SPDX-License-Identifier: Apache-2.0
// The ladder: which limits a growing number of connections meets, in what order, and what haproxy or the kernel does at
// each. A maxconn makes clients wait; descriptors and source ports that run out make connections fail.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policies/check.h"

namespace preflight {

/// In the order in which one connection meets them; of rungs at one number the earlier limit comes first.
enum class Limit : std::uint8_t {
  maxconn,
  frontend_maxconn,
  bind_maxconn,
  memory,
  file_descriptors,
  open_files,
  server_maxconn,
  source_ports,
  conntrack,
  accept_queue,
};

/// What becomes of the connection that finds no room.
enum class RungKind : std::uint8_t {
  waits,  // a person set a bound: haproxy lets the connection or the request wait
  fails,  // something ran out
  burst,  // no level at all: how many may arrive at once before they are accepted
};
[[nodiscard]] std::string_view to_string(RungKind kind);

/// One kind of limit, as `explain ladder` and the manual tell it.
struct LimitSpec {
  Limit limit{};
  std::string_view name;  // in reports: "source_ports"
  RungKind kind{};
  std::string_view bounds;      // what it is
  std::string_view arithmetic;  // how its number of connections is found
  std::string_view then;        // what happens there, one sentence
  std::string_view brief;       // and in a few words
  std::string_view reference;
};
[[nodiscard]] std::span<const LimitSpec> limit_specs();
[[nodiscard]] const LimitSpec& spec_of(Limit limit);
[[nodiscard]] std::string_view to_string(Limit limit);

/// One limit of one object.
struct Rung {
  Limit limit{};
  RungKind kind = RungKind::fails;
  Subject subject;
  std::string name;  // for people: "source ports to 10.0.1.1:8080"
  /// So many connections of the instance's clients find room there; the next one does not. Of a burst: so many may
  /// wait.
  Result<std::int64_t> connections = unread("connections");
  std::string then;     // one sentence: what haproxy or the kernel does
  std::string brief;    // in a few words: "more clients wait"
  std::string assumes;  // which way the connections are assumed to take; empty where that does not matter
  Basis basis = Basis::configured;
  std::vector<Term> terms{};             // the arithmetic, in the limit's own unit
  std::optional<std::int64_t> in_use{};  // in that unit, now; absent where it was not looked at
  bool aside = false;  // only what leaves the main road meets it: a side backend, a page of statistics
};

/// The limits of one instance.
struct Ladder {
  const haproxy::InstanceFacts* instance = nullptr;
  std::vector<Rung> rungs;   // levels, the lowest first; those that are not known last
  std::vector<Rung> bursts;  // accept queues, the shortest first

  /// The lowest rung on the main road, and the lowest above that number; nullptr where there is none.
  [[nodiscard]] const Rung* first() const;
  [[nodiscard]] const Rung* second() const;
  /// The rungs that could not be computed.
  [[nodiscard]] std::vector<const Rung*> unknown() const;
};

/// What the ladder reads beyond the configuration.
[[nodiscard]] const Needs& ladder_needs();

/// One ladder for each instance that has a demand. Pure; points into `facts`.
[[nodiscard]] std::vector<Ladder> compute_ladders(const Facts& facts, const Demand& demand);

}  // namespace preflight
