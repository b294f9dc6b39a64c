// SPDX-License-Identifier: Apache-2.0
// What shall be done to the host and why, what it is hoped to bring, and on what it rests: a value that can be shown,
// saved, compared, and carried out exactly as it was shown.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "policies/check.h"
#include "remediations/change.h"

namespace preflight {

/// What has to happen before haproxy feels a change.
enum class Effective : std::uint8_t { at_once, reload, restart };
[[nodiscard]] std::string_view to_string(Effective effective);

/// Safe: no connection notices. Disruptive: connections are lost. Display-only: shown, never done by us.
enum class Tier : std::uint8_t { safe, disruptive, display_only };
[[nodiscard]] std::string_view to_string(Tier tier);

/// One change, with its reasons.
struct Step {
  Change change;
  Tier tier = Tier::safe;
  std::vector<std::string> remedies;  // ids
  std::vector<std::string> why{};     // sentences
};

/// What a finding is once the plan is carried out.
enum class Outlook : std::uint8_t { resolved, pending_reload, pending_restart };
[[nodiscard]] std::string_view to_string(Outlook outlook);

/// A finding the plan is for.
struct Cure {
  std::string check{};
  std::string subject{};
  Severity severity = Severity::info;
  std::string why{};       // the finding's sentence
  std::string expected{};  // what the finding asked for, as text
  std::string remedy{};
  Outlook outlook = Outlook::resolved;
};

/// A finding the plan leaves, and what a person can do about it.
struct Uncured {
  std::string check{};
  std::string subject{};
  Severity severity = Severity::info;
  std::string why{};
  std::string reason{};             // why we do not
  std::vector<std::string> todo{};  // sentences or lines to copy
  bool unseen = false;              // the reason is that we could not look; a saved plan does not keep it
};

/// What a setting is and what the next boot makes it, before and after.
struct KeyForecast {
  std::string key{};
  std::string running_before{};
  std::string running_after{};
  std::string boot_before{};  // empty: the kernel's own
  std::string boot_after{};
  std::string decider_before{};  // "FILE:LINE" for the loader of this host's boot; empty: none
  std::string decider_after{};
  std::string by_hand_after{};  // what `sysctl --system` would make it, where that is another value

  [[nodiscard]] bool changes() const { return running_before != running_after || boot_before != boot_after; }
};

/// What a plan rests on, by name: "machine-id", "file:/etc/haproxy/haproxy.cfg", "policy", "from:...", "finding:...".
/// The values are texts or digests. Counters, pids and queues are not among them: they always differ.
using Grounds = std::map<std::string, std::string, std::less<>>;

/// What was asked for; the same question must be asked again when a saved plan is applied.
struct PlanRequest {
  std::vector<std::string> configs;
  std::string instance;
  std::vector<std::string> policies;
  std::vector<std::string> only;
  std::vector<std::string> skip;
  bool allow_restart = false;
  friend bool operator==(const PlanRequest&, const PlanRequest&) = default;
};

struct Plan {
  std::string host;          // its name, for people
  std::int64_t made_at = 0;  // seconds since the epoch, UTC
  PlanRequest request;
  std::vector<Step> steps;  // in order
  std::vector<Cure> cures;
  std::vector<Uncured> uncured;
  std::vector<KeyForecast> forecasts;
  std::vector<std::string> pending;  // what is left to a person: "restart haproxy.service"
  /// How long this host takes to be looked at as often as apply does it; reloads and restarts come on top of that.
  std::chrono::milliseconds looks_take{0};
  Grounds grounds;

  [[nodiscard]] Changes changes() const;
  [[nodiscard]] bool empty() const { return steps.empty(); }
};

/// What is no longer as the plan says: sentences, one a ground; empty where all is.
[[nodiscard]] std::vector<std::string> stale_grounds(const Grounds& planned, const Grounds& now);

}  // namespace preflight
