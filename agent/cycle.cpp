// SPDX-License-Identifier: Apache-2.0
// collect -> demand -> assess -> report. Everything after collect is pure.
#include "agent/cycle.h"

#include "policies/assume.h"
#include "probes/base/text.h"

namespace preflight {
namespace {

std::string place(const Waiver& waiver) {
  return waiver.place.file + ":" + std::to_string(waiver.place.line) + ":" + std::to_string(waiver.place.column);
}

std::vector<std::string> notes_of(const Facts& facts, const Assessment& assessment) {
  std::vector<std::string> notes;
  for (const Waiver* waiver : assessment.expired_waivers) {
    notes.push_back("waiver expired on " + to_string(waiver->expires) + ": " + waiver->check + " " + waiver->subject +
                    " (" + place(*waiver) + ", owner " + waiver->owner + ")");
  }
  for (const Waiver* waiver : assessment.unused_waivers) {
    notes.push_back("waiver not used: " + waiver->check + " " + waiver->subject + " (" + place(*waiver) + ")");
  }
  for (const Error& blind : facts.blind_spots) notes.push_back("not looked at: " + describe(blind));
  for (const auto& instance : facts.instances) {
    if (!instance.config) continue;
    for (const auto& remark : instance.config->remarks) notes.push_back(remark.origin.text() + ": " + remark.text);
  }
  return notes;
}

std::set<std::string, std::less<>> as_set(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

}  // namespace

CollectRequest request_for(const std::vector<const Check*>& checks, const cli::Options& options) {
  CollectRequest request;
  for (const Check* check : checks) {
    request.needs.insert(check->needs.facts.begin(), check->needs.facts.end());
    for (const auto key : check->needs.sysctls) request.sysctls.emplace(key);
  }
  request.configs = options.configs;
  request.instance = options.instance;
  request.sample = options.sample;
  if (options.quiet && !request.sample) request.sample = std::chrono::milliseconds(0);
  return request;
}

Result<std::unique_ptr<Run>> run_checks(const HostView& host, Policy policy, const cli::Options& options) {
  const auto begun = std::chrono::steady_clock::now();
  auto run = std::make_unique<Run>();
  run->policy = std::move(policy);
  run->checks = select_checks(run->policy, {as_set(options.only), as_set(options.skip)});
  auto facts = collect(host, request_for(run->checks, options));
  if (!facts) return tl::make_unexpected(facts.error());
  run->facts = std::move(*facts);
  assume_configurations(run->policy.assume, run->facts);
  run->demand = compute_demand(run->facts);
  const auto now = host.now();
  run->assessment = assess(run->facts, run->demand, run->policy, run->checks, day_of(now));

  Report& report = run->report;
  report.facts = &run->facts;
  report.demand = &run->demand;
  report.assessment = &run->assessment;
  report.fail_on = options.fail_on;
  report.taken_at = now;
  report.candidates = compare_candidates(run->facts, run->demand);
  report.notes = notes_of(run->facts, run->assessment);
  report.summary = summarize(run->assessment);
  report.exit_code = exit_code_of(run->assessment, options.fail_on);
  report.replayed = !options.bundle.empty();
  const auto took = std::chrono::steady_clock::now() - begun;
  if (!report.replayed) report.took = std::chrono::duration_cast<std::chrono::milliseconds>(took);
  return run;
}

}  // namespace preflight
