// SPDX-License-Identifier: Apache-2.0
// A control group that runs out of memory has its largest process killed; with -m haproxy's own allocations fail (an
// RLIMIT_AS up to 2.9, an RLIMIT_DATA since 3.0). A host without either swaps, and a swapping load balancer stands
// still.
#include <algorithm>

#include "policies/check.h"
#include "policies/demand/parts.h"
#include "probes/base/text.h"

namespace preflight::checks {
namespace {

constexpr Need kNeeds[] = {Need::unit, Need::memory};
constexpr std::string_view kReferences[] = {"HAProxy introduction, section 3.6 (sizing)", "haproxy(1), option -m",
                                            "Linux Documentation/admin-guide/cgroup-v2.rst, memory.max"};

constexpr std::int64_t kMebibyte = 1'048'576;
constexpr std::int64_t kTlsSession = 16'384;         // SSL_SESSION_MAX_COST
constexpr std::int64_t kBufferSize = 16'384;         // tune.bufsize where nobody changed it
constexpr std::int64_t kLeastForAddressSpace = 128;  // MiB that the program needs to start before 3.0
constexpr haproxy::Version kLimitsDataOnly{3, 0, 0};

Measure memory(std::int64_t bytes) {
  Measure measure(bytes, "bytes");
  measure.text = in_megabytes(bytes);
  return measure;
}

/// Something that has less memory than is needed, and what comes of it.
struct Ceiling {
  std::int64_t bytes = 0;
  std::string name;
  std::string_view consequence;
};

Detail detail_of(const Quantity& need, const Ceiling& ceiling) {
  Detail detail;
  detail.observed = memory(ceiling.bytes);
  detail.expected = Expectation{Relation::at_least, memory(need.value)};
  const bool file = ceiling.name.rfind('/', 0) == 0;
  detail.why = "maxconn busy connections need " + in_megabytes(need.value) + ", " +
               (file ? std::string("the control group") : ceiling.name) + " allows " + in_megabytes(ceiling.bytes) +
               ": " + std::string(ceiling.consequence);
  detail.where.object = ceiling.name;
  detail.terms = need.terms;
  return detail;
}

/// Nobody asked for an automatic maxconn: that it is too large is said once, by the check that asks for a choice.
Fail too_little(Severity severity, const Quantity& need, const Ceiling& ceiling,
                const haproxy::InstanceFacts& instance) {
  Detail detail = detail_of(need, ceiling);
  if (need.basis == Basis::configured) return {severity, std::move(detail)};
  detail.consequence_of = Cause{"maxconn_is_set", subject::instance(instance.name)};
  return {Severity::info, std::move(detail)};
}

/// What -m has to hold: two buffers a connection and the TLS sessions, but nothing of the kernel's.
Quantity own_memory(const demand::Scope& scope, const Quantity& maxconn) {
  const auto& binary = scope.instance.binary;
  const auto& written = scope.config.global.bufsize;
  const auto buffer = written ? written->value : binary ? binary->bufsize : kBufferSize;
  const auto sides = demand::tls_sides(scope, demand::TlsSides::Of::spoken).count();
  const auto origin = maxconn.terms.empty() ? haproxy::Origin{} : maxconn.terms.front().origin;
  const auto count = grouped(maxconn.value);
  std::vector<Term> terms{
      {count + " x 2 buffers of " + grouped(buffer) + " bytes", maxconn.value * 2 * buffer, origin}};
  if (sides != 0) {
    terms.push_back({count + " x " + grouped(sides * kTlsSession) + " bytes of TLS sessions",
                     maxconn.value * sides * kTlsSession,
                     {}});
  }
  return demand::sum_of(std::move(terms), maxconn.basis);
}

std::optional<Fail> judge_option(const InstanceDemand& demand, const Facts& facts) {
  const auto& instance = *demand.instance;
  const auto& option = instance.command_line.memory_mib;
  if (!option || *option <= 0 || !demand.maxconn) return std::nullopt;
  const auto limit = std::min(*option, INT64_MAX / kMebibyte) * kMebibyte;
  const auto need = own_memory({instance, *instance.config, facts}, *demand.maxconn);
  const std::string name = "-m " + std::to_string(*option);
  if (need.value > limit && need.basis == Basis::configured) {
    return too_little(Severity::error, need, {limit, name, "haproxy refuses connections long before"}, instance);
  }
  const bool address_space = instance.binary && instance.binary->version < kLimitsDataOnly;
  if (!address_space || *option >= kLeastForAddressSpace) return std::nullopt;
  Detail detail;
  detail.observed = memory(limit);
  detail.expected = Expectation{Relation::at_least, memory(kLeastForAddressSpace * kMebibyte)};
  detail.why = "up to haproxy 2.9 " + name + " bounds the address space, libraries included: the start may crash";
  detail.where.object = name;
  return Fail{Severity::warning, std::move(detail)};
}

/// What is available now counts only before haproxy has taken its own share.
std::optional<Fail> judge_host(const Quantity& need, const Memory& memory, const haproxy::InstanceFacts& instance) {
  if (need.value > memory.total) {
    return too_little(Severity::warning, need, {memory.total, "the host's memory", "it would swap"}, instance);
  }
  if (instance.running() || need.value <= memory.available) return std::nullopt;
  return too_little(Severity::warning, need,
                    {memory.available, "what is available now of the host's memory", "others use the rest"}, instance);
}

Outcome outcome_of(const InstanceDemand& demand, const Facts& facts) {
  const auto& instance = *demand.instance;
  if (auto refused = judge_option(demand, facts)) return *std::move(refused);
  if (!demand.memory && instance.command_line.memory_mib) {
    return NotApplicable{"haproxy derives maxconn from the memory that -m allows"};
  }
  if (!demand.memory) return Unknown{demand.memory.error()};
  const auto& need = *demand.memory;
  const auto& bound = instance.memory_limit;
  const bool bounded = bound && *bound;
  const Ceiling group{bounded ? static_cast<std::int64_t>(std::min<std::uint64_t>((*bound)->value, INT64_MAX)) : 0,
                      bounded ? (*bound)->source : std::string(), "the kernel kills haproxy when that is used up"};
  if (bounded && need.value > group.bytes) return too_little(Severity::error, need, group, instance);
  if (facts.host.memory) {
    if (auto refused = judge_host(need, *facts.host.memory, instance)) return *std::move(refused);
  }
  if (!bound) return Unknown{bound.error()};
  if (!facts.host.memory) return Unknown{facts.host.memory.error()};
  Detail detail = detail_of(need, bounded ? group : Ceiling{facts.host.memory->total, "the host's memory", ""});
  detail.why.clear();
  return Pass{std::move(detail)};
}

Outcomes evaluate(const Case& c) {
  return for_each_instance(c, [&](const InstanceDemand& demand) { return outcome_of(demand, c.facts); });
}

}  // namespace

extern constinit const Check memory_covers_maxconn{
    .id = "memory_covers_maxconn",
    .title = "There is memory for maxconn busy connections",
    .rationale =
        "A connection takes 50,000 bytes while it is busy, 125,000 with TLS on one side, 200,000 on both, kernel "
        "buffers included. Beyond a control group's limit haproxy is killed, with every connection it carries.",
    .advice = "Raise MemoryMax= of the unit or the container's limit, add memory, or lower maxconn.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
