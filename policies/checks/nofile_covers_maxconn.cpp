// SPDX-License-Identifier: Apache-2.0
// haproxy asks setrlimit for its "maxsock" before it drops root. It starts if the hard limit allows that, or if its
// starter has CAP_SYS_RESOURCE and fs.nr_open allows it; with strict-limits, on since 2.3, it otherwise exits.
#include <algorithm>

#include "policies/check.h"
#include "policies/demand/start_limits.h"
#include "policies/limit_lines.h"
#include "probes/base/text.h"

namespace preflight::checks {
namespace {

constexpr std::string_view kNrOpen = "fs.nr_open";
constexpr std::string_view kSysctls[] = {kNrOpen};
constexpr Need kNeeds[] = {Need::unit, Need::unit_boot};
constexpr std::string_view kReferences[] = {
    "HAProxy configuration manual: maxconn, ulimit-n, fd-hard-limit, strict-limits", "setrlimit(2)",
    "proc_sys_fs(5), nr_open"};
constexpr Parameter kErrorPercent{"in_use_error_percent", 95, 1, 100, "descriptors in use, percent of the soft limit"};
constexpr Parameter kWarningPercent{"in_use_warning_percent", 80, 1, 100,
                                    "descriptors in use, percent of the soft limit"};
constexpr Parameter kParameters[] = {kErrorPercent, kWarningPercent};

constexpr haproxy::Version kOnlyRaises{2, 6, 12};

/// One way for descriptors to run out.
struct Ceiling {
  std::int64_t value = 0;
  std::string name;
  std::string why;
  haproxy::Origin origin{};
};

Detail detail_of(const Quantity& need, const Ceiling& ceiling) {
  Detail detail;
  detail.observed = Measure(ceiling.value, "descriptors");
  detail.expected = Expectation{Relation::at_least, Measure(need.value, "descriptors")};
  detail.why = ceiling.why;
  detail.where.origin = ceiling.origin;
  detail.where.object = ceiling.name;
  detail.terms = need.terms;
  return detail;
}

/// "needs 200,042 descriptors, haproxy.service gives 200,000"
std::string sentence(const Quantity& need, const StartLimits& limits) {
  return "needs " + grouped(need.value) + " descriptors, " + limits.source + " gives " +
         grouped(as_count(limits.nofile.hard));
}

/// What haproxy asks setrlimit for: `ulimit-n` where it is written, whatever maxconn needs.
Quantity asked_for(const Quantity& need, const haproxy::Config& config) {
  const auto& written = config.global.ulimit_n;
  if (!written || written->value <= 0) return need;
  return {written->value,
          need.basis == Basis::assumed ? Basis::assumed : Basis::configured,
          {{"ulimit-n", written->value, written->origin}}};
}

/// What haproxy prints at start; up to 3.3 the limit it names is the soft one, although the hard one is in the way.
std::string announcement(const Quantity& asked, const StartLimits& limits, const haproxy::Config& config) {
  return "haproxy will say \"Cannot raise FD limit to " + std::to_string(asked.value) + ", limit is " +
         std::to_string(limits.nofile.soft) + "\" and " +
         (config.global.strict_limits ? "exit" : "start with too few") + "; `haproxy -c` says valid";
}

Outcome refused(const Quantity& need, const Ceiling& ceiling, const StartLimits& limits,
                const haproxy::Config& config) {
  Detail detail = detail_of(need, ceiling);
  if (need.basis == Basis::assumed) return Fail{Severity::info, std::move(detail)};  // there is nothing to start yet
  detail.evidence.push_back(announcement(need, limits, config));
  return Fail{Severity::error, std::move(detail), config.global.strict_limits};
}

/// For an automatic maxconn under -m haproxy tries how high it may raise its limit, and a program that only ever raises
/// it stays there (check_if_maxsock_permitted in src/haproxy.c).
bool has_tried_the_most(const Quantity& need, const haproxy::InstanceFacts& instance) {
  const auto& memory = instance.command_line.memory_mib;
  return need.basis == Basis::automatic && memory && *memory > 0;
}

/// `ulimit-n` is a ceiling that people write by hand and forget. Newer programs only ever raise the soft limit, so that
/// it does no harm where that is high enough already.
Outcome judge_ulimit(const Quantity& need, const StartLimits& limits, const haproxy::InstanceFacts& instance,
                     Outcome otherwise) {
  const auto& config = *instance.config;
  const auto& written = config.global.ulimit_n;
  if (!written || written->value <= 0 || written->value >= need.value) return otherwise;
  const bool only_raises = instance.binary && instance.binary->version >= kOnlyRaises;
  if (only_raises && (as_count(limits.nofile.soft) >= need.value || has_tried_the_most(need, instance))) {
    return otherwise;
  }
  Detail detail =
      detail_of(need, {written->value, "ulimit-n", "ulimit-n is lower than what maxconn needs", written->origin});
  detail.evidence.push_back("haproxy will say \"FD limit (" + std::to_string(written->value) +
                            ") too low for maxconn\"; remove ulimit-n, haproxy computes it");
  return Fail{Severity::error, std::move(detail), config.global.strict_limits};
}

/// Which line of the unit's files decides; where systemd has read something else, what they will give.
std::vector<std::string> who_sets_it(const haproxy::InstanceFacts& instance) {
  if (!instance.unit || !instance.unit_limit) return {};
  const auto& files = instance.unit_limit->reloaded;
  auto lines = told_lines(files);
  if (files.limits.hard != instance.unit->limit_nofile) {
    lines.insert(lines.begin(), "after daemon-reload and a restart the unit gives " +
                                    (files.limits.hard == kUnlimited ? "all the kernel allows"
                                                                     : grouped(as_count(files.limits.hard))));
  }
  return lines;
}

Outcome judge_start(const Quantity& need, const StartLimits& limits, std::int64_t nr_open,
                    const haproxy::InstanceFacts& instance) {
  const auto& config = *instance.config;
  const auto hard = as_count(limits.nofile.hard);
  const auto asked = asked_for(need, config);
  if (const auto& bound = config.global.fd_hard_limit; bound && bound->value > 0 && asked.value > bound->value) {
    return refused(asked, {bound->value, "fd-hard-limit", "fd-hard-limit is lower than the demand", bound->origin},
                   limits, config);
  }
  if (asked.value <= hard) {
    return judge_ulimit(need, limits, instance, Pass{detail_of(need, {hard, limits.source, "", {}})});
  }
  if (asked.value > nr_open) {
    return refused(asked,
                   {nr_open, "/proc/sys/fs/nr_open", "fs.nr_open binds even a starter that may raise limits", {}},
                   limits, config);
  }
  if (!limits.may_raise) return Unknown{limits.may_raise.error()};
  Ceiling ceiling{hard, limits.source, sentence(asked, limits), {}};
  if (!*limits.may_raise) {
    ceiling.why += " and no CAP_SYS_RESOURCE to raise that";
    auto outcome = refused(asked, ceiling, limits, config);
    auto& detail = std::get<Fail>(outcome).detail;
    detail.consequence_of = Cause{"unit_limit_is_live", subject::instance(instance.name)};
    for (auto& line : who_sets_it(instance)) detail.evidence.push_back(std::move(line));
    return outcome;
  }
  ceiling.why += ", which haproxy raises by CAP_SYS_RESOURCE";
  return judge_ulimit(need, limits, instance, Fail{Severity::info, detail_of(asked, ceiling)});
}

/// The fullest of the processes, as a share of its own soft limit. A process that does not let us look cannot pass.
Outcome judge_use(const haproxy::InstanceFacts& instance, const Settings& settings, Outcome otherwise) {
  for (const ProcessFacts* worker : instance.workers()) {
    if (!worker->open_descriptors || !worker->nofile) {
      const auto& error = worker->open_descriptors ? worker->nofile.error() : worker->open_descriptors.error();
      if (std::holds_alternative<Pass>(otherwise)) otherwise = Unknown{error};
      continue;
    }
    const auto open = as_count(*worker->open_descriptors);
    const auto limit = std::max<std::int64_t>(as_count(worker->nofile->soft), 1);
    const auto percent = open > INT64_MAX / 100 ? 100 : open * 100 / limit;
    if (percent <= settings.get(kWarningPercent)) continue;
    Detail detail;
    detail.observed = Measure(open, "descriptors");
    detail.expected =
        Expectation{Relation::at_most, Measure(limit * settings.get(kWarningPercent) / 100, "descriptors")};
    detail.why =
        std::to_string(percent) + " % of the descriptors of process " + std::to_string(worker->pid) + " are in use";
    detail.where.object = "/proc/" + std::to_string(worker->pid) + "/limits";
    const bool nearly_out = percent > settings.get(kErrorPercent);
    return Fail{nearly_out ? Severity::error : Severity::warning, std::move(detail)};
  }
  return otherwise;
}

Outcome outcome_of(const InstanceDemand& demand, const Case& c) {
  const auto& instance = *demand.instance;
  if (!demand.file_descriptors) return Unknown{demand.file_descriptors.error()};
  const auto limits = start_limits(instance, c.facts);
  if (!limits) return Unknown{limits.error()};
  const auto nr_open = c.facts.sysctls.integer(kNrOpen);
  if (!nr_open) return Unknown{nr_open.error()};
  auto start = judge_start(*demand.file_descriptors, *limits, *nr_open, instance);
  if (std::holds_alternative<Fail>(start) && std::get<Fail>(start).severity == Severity::error) return start;
  return judge_use(instance, c.settings, std::move(start));
}

Outcomes evaluate(const Case& c) {
  return for_each_instance(c, [&](const InstanceDemand& demand) { return outcome_of(demand, c); });
}

}  // namespace

extern constinit const Check nofile_covers_maxconn{
    .id = "nofile_covers_maxconn",
    .title = "haproxy may open as many descriptors as its maxconn needs",
    .rationale =
        "Every proxied connection takes two descriptors, and listeners, checks, threads and peers take more. "
        "Below that sum haproxy does not start, or refuses connections long before maxconn.",
    .advice = "Raise LimitNOFILE in a drop-in of the unit and restart it, or lower maxconn; do not set ulimit-n.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds, .sysctls = kSysctls},
    .references = kReferences,
    .parameters = kParameters,
    .evaluate = evaluate,
    .remedy = "raise_nofile",
};

}  // namespace preflight::checks
