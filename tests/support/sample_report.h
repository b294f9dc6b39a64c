// SPDX-License-Identifier: Apache-2.0
// Whole reports made by hand: what the writers must turn into bytes, without a host.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/report/model.h"

namespace preflight::test {

/// Facts, demand and results that belong together; they point into one another, so a sample stays where it was made.
struct SampleReport {
  Facts facts;
  Demand demand;
  Assessment assessment;
  std::vector<Ladder> ladders;
  WhatIf what_if;  // with it: the demand and the ladders of the host as it is
  Demand demand_as_is;
  std::vector<Ladder> ladders_as_is;
  std::vector<CandidateChange> candidates;
  std::list<Waiver> waivers;
  std::list<Check> checks;
  std::vector<std::string> notes;
  Severity fail_on = Severity::error;

  SampleReport() = default;
  SampleReport(const SampleReport&) = delete;
  SampleReport& operator=(const SampleReport&) = delete;

  /// A check of that id, made on first use.
  const Check* check(std::string_view id);
  CheckResult& add(std::string_view check_id, std::string subject, Outcome outcome, Severity severity = Severity::info);
  void add_passes(std::size_t count);

  /// Taken at 2026-05-04T03:02:01Z in 31 ms.
  [[nodiscard]] Report report() const {
    return {.facts = &facts,
            .demand = &demand,
            .assessment = &assessment,
            .ladders = &ladders,
            .as_is = what_if.empty() ? std::nullopt : std::optional<AsIs>({&what_if, &demand_as_is, &ladders_as_is}),
            .fail_on = fail_on,
            .taken_at = 1777863721,
            .took = std::chrono::milliseconds{31},
            .candidates = candidates,
            .notes = notes,
            .summary = summarize(assessment),
            .exit_code = exit_code_of(assessment, fail_on)};
  }
};

[[nodiscard]] Measure measure(std::int64_t value, std::string unit, std::string text);
[[nodiscard]] haproxy::Origin at(const std::string& file, std::uint32_t line, std::uint32_t column);

/// haproxy.service runs with two workers, everything passed.
[[nodiscard]] std::unique_ptr<SampleReport> healthy_host();
/// haproxy.service is stopped and would not start: a port is taken, descriptors are missing; one warning, infos, a
/// waived and a folded finding.
[[nodiscard]] std::unique_ptr<SampleReport> stopped_host();
/// The healthy host, with a configuration named that is to replace the one that runs; every kind of change, thrice.
[[nodiscard]] std::unique_ptr<SampleReport> replaced_host();
/// Seen without permission: results that could not be checked, and nothing failed.
[[nodiscard]] std::unique_ptr<SampleReport> barred_host();
/// The stopped host with twice its maxconn supposed: ladders of every kind of rung, now and then.
[[nodiscard]] std::unique_ptr<SampleReport> supposed_host();
/// One outside text in every place where a text can come from outside.
[[nodiscard]] std::unique_ptr<SampleReport> hostile_host(const std::string& text);

}  // namespace preflight::test
