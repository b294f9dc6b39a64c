// SPDX-License-Identifier: Apache-2.0
// haproxy starts one thread for each CPU of its affinity mask and knows nothing of a control group's quota. Its threads
// wait for each other: one that the scheduler holds back holds back the others, until the watchdog ends the process.
#include <algorithm>

#include "policies/check.h"
#include "policies/demand/parts.h"
#include "probes/base/text.h"

namespace preflight::checks {
namespace {

using haproxy::InstanceFacts;

constexpr Need kNeeds[] = {Need::unit, Need::cpus};
constexpr std::string_view kReferences[] = {"HAProxy configuration manual: nbthread, cpu-map",
                                            "Linux Documentation/admin-guide/cgroup-v2.rst, cpu.max",
                                            "sched_setaffinity(2)"};
constexpr std::int64_t kSecond = 1'000'000;

/// 1500000 -> "1.5", rounded down to hundredths.
std::string cpus_text(std::int64_t microseconds) {
  const auto hundredths = microseconds % kSecond * 100 / kSecond;
  std::string text = grouped(microseconds / kSecond);
  if (hundredths == 0) return text;
  text += hundredths < 10 ? ".0" : ".";
  text += std::to_string(hundredths % 10 == 0 ? hundredths / 10 : hundredths);
  return text;
}

Measure cpus(std::int64_t microseconds) {
  Measure measure(microseconds / kSecond, "CPUs");
  measure.text = cpus_text(microseconds) + (microseconds == kSecond ? " CPU" : " CPUs");
  return measure;
}

Detail detail_of(const Term& threads, std::int64_t microseconds, std::string object) {
  Detail detail;
  detail.observed = Measure(threads.value, threads.value == 1 ? "thread" : "threads");
  detail.expected = Expectation{Relation::at_most, cpus(microseconds)};
  detail.where.object = std::move(object);
  detail.terms = {threads};
  return detail;
}

std::string whose(const Term& threads) {
  return threads.origin.written() ? "nbthread" : "haproxy, which counts CPUs and no quota,";
}

Outcome judge_quota(const Term& threads, const GroupLimit& quota) {
  const auto allowed = static_cast<std::int64_t>(std::min<std::uint64_t>(quota.value, INT64_MAX));
  Detail detail = detail_of(threads, allowed, quota.source);
  if (threads.value <= allowed / kSecond) return Pass{std::move(detail)};
  detail.why = whose(threads) + " makes " + detail.observed->text + ", the quota gives time for " +
               detail.expected->measure.text + ": the scheduler stops them all in the middle of their work";
  return Fail{Severity::warning, std::move(detail)};
}

/// How many CPUs it may run on. `cpu-map` binds each thread, so that the mask of a process with no master is that of
/// its first thread only; before the start the mask is the one we share with it.
Result<std::optional<std::int64_t>> affinity_of(const InstanceFacts& instance) {
  const auto* head = instance.head();
  if (head == nullptr) return instance.binary.map([](const auto& b) { return std::optional(b.default_threads); });
  const auto& noted = instance.config->noted;
  const bool bound = std::any_of(noted.begin(), noted.end(), [](const auto& line) {
    return line.section == "global" && line.words.rfind("cpu-map", 0) == 0;
  });
  const bool has_master = std::any_of(instance.processes.begin(), instance.processes.end(),
                                      [](const auto& each) { return each.role == haproxy::Role::master; });
  if (bound && !has_master) return std::optional<std::int64_t>{};
  return head->cpus.map([](std::int64_t count) { return std::optional(count); });
}

Outcome judge_affinity(const Term& threads, std::int64_t count, const InstanceFacts& instance) {
  const auto* head = instance.head();
  Detail detail = detail_of(threads, count * kSecond,
                            head == nullptr ? instance.name : "/proc/" + std::to_string(head->pid) + "/status");
  if (threads.value <= count) return Pass{std::move(detail)};
  detail.why = whose(threads) + " makes " + detail.observed->text + " that share " + detail.expected->measure.text +
               ": they wait for each other";
  return Fail{Severity::warning, std::move(detail)};
}

Outcome outcome_of(const InstanceDemand& demand, const Facts& facts) {
  const auto& instance = *demand.instance;
  const auto threads = demand::threads({instance, *instance.config, facts});
  if (!threads) return Unknown{threads.error()};
  Outcome outcome = Pass{};
  if (!instance.cpu_quota) {
    outcome = Unknown{instance.cpu_quota.error()};
  } else if (*instance.cpu_quota) {
    outcome = judge_quota(*threads, **instance.cpu_quota);
  }
  if (std::holds_alternative<Fail>(outcome)) return outcome;
  const auto count = affinity_of(instance);
  if (!count) return Unknown{count.error()};
  if (!*count) return outcome;
  auto affinity = judge_affinity(*threads, std::max<std::int64_t>(**count, 1), instance);
  const bool decides = std::holds_alternative<Fail>(affinity) || (instance.cpu_quota && !*instance.cpu_quota);
  return decides ? affinity : outcome;
}

Outcomes evaluate(const Case& c) {
  return for_each_instance(c, [&](const InstanceDemand& demand) { return outcome_of(demand, c.facts); });
}

}  // namespace

extern constinit const Check threads_fit_the_cpus{
    .id = "threads_fit_the_cpus",
    .title = "Every thread of haproxy has a CPU of its own",
    .rationale =
        "Threads beyond the CPUs, or beyond the CPU time that a container may use, are taken off the CPU while others "
        "wait for them: latency jumps, and in the worst case the watchdog kills haproxy.",
    .advice = "Set nbthread to the number of whole CPUs that haproxy may use, or raise the quota.",
    .severity = Severity::warning,
    .needs = {.facts = kNeeds},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
