// SPDX-License-Identifier: Apache-2.0
// What is demanded of the host follows from the lines that were understood: the others are named, because a number that
// depends on one of them may be wrong. haproxy too takes some words for other than they look ("ulimit-n 10k" is 10).
#include <algorithm>

#include "policies/check.h"
#include "probes/base/text.h"

namespace preflight::checks {
namespace {

using haproxy::Remark;
using haproxy::RemarkKind;

constexpr std::string_view kReferences[] = {"HAProxy configuration manual, section 2 (configuring HAProxy)",
                                            "atol(3), by which haproxy reads most numbers"};
constexpr std::size_t kQuoted = 5;

Severity severity_of(const Remark& remark) {
  const bool harmless = remark.kind == RemarkKind::not_understood && !remark.feeds_demand;
  return harmless ? Severity::info : Severity::warning;
}

/// Worst first, each kind in the order of lines. Variables without a value have a check of their own.
std::vector<const Remark*> remarks_of(const haproxy::Config& config) {
  std::vector<const Remark*> remarks;
  for (const auto& remark : config.remarks) {
    if (remark.kind != RemarkKind::unset_variable) remarks.push_back(&remark);
  }
  std::stable_sort(remarks.begin(), remarks.end(),
                   [](const Remark* a, const Remark* b) { return severity_of(*a) > severity_of(*b); });
  return remarks;
}

std::string quoted(const Remark& remark) { return remark.origin.text() + ": " + remark.text; }

/// The worst remark, and what it means for the numbers here.
std::string sentence(const Remark& worst, std::size_t more) {
  std::string text = worst.text;
  if (worst.kind == RemarkKind::not_understood) {
    text += worst.feeds_demand ? ": what is demanded of the host may be wrong" : ": nothing of the host depends on it";
  }
  if (more != 0) text += "; " + grouped(static_cast<std::int64_t>(more)) + " more like it";
  return text;
}

Outcome judge(const haproxy::InstanceFacts& instance) {
  const auto& config = *instance.config;
  const auto remarks = remarks_of(config);
  if (remarks.empty() && config.remarks_dropped == 0) return Pass{};
  if (remarks.empty()) {
    return Unknown{{std::errc::value_too_large, "configuration", "there are more remarks on it than are kept"}};
  }
  const Remark& worst = *remarks.front();
  const auto count = remarks.size() + config.remarks_dropped;
  Detail detail;
  detail.observed = Measure(static_cast<std::int64_t>(count), count == 1 ? "place" : "places");
  detail.why = sentence(worst, count - 1);
  detail.where.origin = worst.origin;
  const auto listed = std::min(remarks.size(), kQuoted);
  for (std::size_t i = 0; count > 1 && i < listed; ++i) detail.evidence.push_back(quoted(*remarks[i]));
  if (count > listed) detail.evidence.push_back("and " + grouped(static_cast<std::int64_t>(count - listed)) + " more");
  // What haproxy refuses itself needs no second opinion.
  if (worst.kind == RemarkKind::error) detail.consequence_of = Cause{"config_is_valid", subject::config(instance)};
  return Fail{severity_of(worst), std::move(detail)};
}

Outcomes evaluate(const Case& c) { return for_each_config(c, judge); }

}  // namespace

extern constinit const Check config_is_read_completely{
    .id = "config_is_read_completely",
    .title = "Every line of the configuration is understood",
    .rationale =
        "Every number here follows from the configuration as it was read: a line that was not understood, or that "
        "haproxy itself takes for other than it looks, makes them wrong without a sign.",
    .advice = "Write numbers out (10000, not 10k); look at the lines named, and at what was computed from them.",
    .severity = Severity::warning,
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
