// SPDX-License-Identifier: Apache-2.0
// collect -> demand -> assess -> report. Everything after collect is pure.
#include "agent/cycle.h"

#include <algorithm>

#include "policies/assume.h"
#include "policies/catalog.h"
#include "probes/base/text.h"
#include "remediations/remedy.h"

namespace preflight {
namespace {

std::string place(const Waiver& waiver) {
  return waiver.place.file + ":" + std::to_string(waiver.place.line) + ":" + std::to_string(waiver.place.column);
}

/// Whether a finding tells of it already.
bool is_told(const haproxy::Remark& remark, const Assessment& assessment) {
  const bool variable = remark.kind == haproxy::RemarkKind::unset_variable;
  const std::string_view teller = variable ? "variables_are_set" : "config_is_read_completely";
  return std::any_of(assessment.results.begin(), assessment.results.end(),
                     [&](const CheckResult& result) { return result.check->id == teller && result.failed(); });
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
    for (const auto& remark : instance.config->remarks) {
      if (!is_told(remark, assessment)) notes.push_back(remark.origin.text() + ": " + remark.text);
    }
  }
  return notes;
}

std::set<std::string, std::less<>> as_set(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

/// Of a remedy the checks that it cures.
std::set<std::string, std::less<>> with_cured(const std::vector<std::string>& names) {
  auto ids = as_set(names);
  for (const auto& name : names) {
    const auto* const remedy = find_remedy(name);
    if (remedy == nullptr) continue;
    for (const auto* const check : all_checks()) {
      if (cures(*remedy, *check)) ids.emplace(check->id);
    }
  }
  return ids;
}

/// Puts supposed facts in the place of the observed ones, and keeps those beside them.
Result<void> suppose_in(Run& run) {
  if (run.what_if.empty()) return {};
  run.observed = std::make_unique<Observed>();
  run.observed->facts = std::move(run.facts);
  const Facts& facts = run.observed->facts;
  run.observed->demand = compute_demand(facts);
  run.observed->ladders = compute_ladders(facts, run.observed->demand);
  auto supposed = suppose(run.what_if, facts);
  if (!supposed) return tl::make_unexpected(supposed.error());
  run.facts = std::move(*supposed);
  return {};
}

void add_needs(CollectRequest& request, const Needs& needs) {
  request.needs.insert(needs.facts.begin(), needs.facts.end());
  for (const auto key : needs.sysctls) request.sysctls.emplace(key);
}

/// A remedy looks further than the check that asks for it.
void add_all_needs(CollectRequest& request) {
  for (const Check* check : all_checks()) add_needs(request, check->needs);
  request.sysctls.emplace("net.netfilter.nf_conntrack_buckets");
}

}  // namespace

CollectRequest request_for(const std::vector<const Check*>& checks, const cli::Options& options) {
  CollectRequest request;
  for (const Check* check : checks) add_needs(request, check->needs);
  add_needs(request, ladder_needs());
  if (options.verb == cli::Verb::plan || options.verb == cli::Verb::apply) add_all_needs(request);
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
  run->what_if = options.what_if;
  run->checks = select_checks(run->policy, {with_cured(options.only), as_set(options.skip)});
  auto facts = collect(host, request_for(run->checks, options));
  if (!facts) return tl::make_unexpected(facts.error());
  run->facts = std::move(*facts);
  assume_configurations(run->policy.assume, run->facts);
  if (const auto supposed = suppose_in(*run); !supposed) return tl::make_unexpected(supposed.error());
  run->demand = compute_demand(run->facts);
  run->ladders = compute_ladders(run->facts, run->demand);
  const auto now = host.now();
  run->assessment = assess(run->facts, run->demand, run->policy, run->checks, day_of(now));

  Report& report = run->report;
  report.facts = &run->facts;
  report.demand = &run->demand;
  report.assessment = &run->assessment;
  report.ladders = &run->ladders;
  if (run->observed) report.as_is = AsIs{&run->what_if, &run->observed->demand, &run->observed->ladders};
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

Result<std::unique_ptr<Run>> check_again(const HostView& host, Policy policy, cli::Options options) {
  options.sample = std::chrono::milliseconds(0);
  return run_checks(host, std::move(policy), options);
}

}  // namespace preflight
