// SPDX-License-Identifier: Apache-2.0
// What a check is: a declared rule and a pure function from facts and demand to outcomes, one per subject.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policies/demand.h"
#include "policies/settings.h"
#include "probes/collect.h"
#include "probes/facts.h"

namespace preflight {

struct Policy;

enum class Severity : std::uint8_t { info, warning, error };
[[nodiscard]] std::string_view to_string(Severity severity);

/// What a result is about, in the words of the report ("sysctl:net.core.somaxconn").
struct Subject {
  std::string text;
  friend auto operator<=>(const Subject&, const Subject&) = default;
};

namespace subject {
[[nodiscard]] Subject sysctl(std::string_view key);
[[nodiscard]] Subject unit(std::string_view name);
[[nodiscard]] Subject bind(std::string_view protocol, std::string_view endpoint);
[[nodiscard]] Subject tuple(std::string_view source, std::string_view destination);
[[nodiscard]] Subject instance(std::string_view name);
[[nodiscard]] Subject config(std::string_view path);
/// The first file of its configuration, which names the whole.
[[nodiscard]] Subject config(const haproxy::InstanceFacts& instance);
[[nodiscard]] Subject interface(std::string_view name);
[[nodiscard]] Subject proxy(std::string_view name);
[[nodiscard]] Subject file(std::string_view path);
[[nodiscard]] Subject socket(std::string_view path);
[[nodiscard]] Subject log(std::string_view target);    // as written after `log`
[[nodiscard]] Subject boolean(std::string_view name);  // of SELinux
[[nodiscard]] Subject host();
}  // namespace subject

/// A value as a machine reads it and as a person does.
struct Measure {
  std::variant<std::monostate, std::int64_t, std::string> value{};
  std::string unit{};  // "descriptors", "connections", "ports", "percent", ...
  std::string text{};  // for people: "200,042 descriptors"

  Measure() = default;
  Measure(std::int64_t number, std::string unit_name);
  explicit Measure(std::string words);
};

enum class Relation : std::uint8_t { at_least, at_most, equal, outside };

struct Expectation {
  Relation relation = Relation::equal;
  Measure measure{};
};

/// A place a person can open: a line of a file, or an object of the kernel or of systemd.
struct Where {
  haproxy::Origin origin{};  // a file, when written
  std::string object{};      // else "/proc/sys/net/core/somaxconn", "haproxy.service", ...
};

/// Another finding, named by the one that follows from it: cure the cause and this one is gone too.
struct Cause {
  std::string check;
  Subject subject;
};

/// What a judgement rests on. Shown for failures; kept for passes too.
struct Detail {
  std::optional<Measure> observed{};
  std::optional<Expectation> expected{};
  std::string why{};  // one sentence
  Where where{};
  std::vector<std::string> evidence{};  // further facts, one line each: what haproxy will say, who set it
  std::vector<Term> terms{};            // the arithmetic behind `expected`
  /// Of a failure: what would explain it, if that is a finding of this run; else it stands on its own.
  std::optional<Cause> consequence_of{};
};

struct Pass {
  Detail detail{};
};
struct Fail {
  Severity severity = Severity::error;
  Detail detail{};
  bool prevents_start = false;  // haproxy refuses to start, or exits at once: the report says so in its second line
};
struct NotApplicable {
  std::string reason{};
};
/// Could not be judged. Never reads as Pass.
struct Unknown {
  Error error{};
};
using Outcome = std::variant<Pass, Fail, NotApplicable, Unknown>;

/// One judgement before policy and waivers.
struct Judgement {
  Subject subject;
  Outcome outcome;
};
using Outcomes = std::vector<Judgement>;

/// What a check may look at.
struct Case {
  const Facts& facts;
  const Demand& demand;
  const Settings& settings;
  /// Of this run, for the few checks that ask what others would say; nullptr: nobody wrote any.
  const Policy* policy = nullptr;
};

/// A link worth following: a man page, a kernel or HAProxy document.
using References = std::span<const std::string_view>;

/// Facts a check reads beyond instances and configuration, which every run reads.
struct Needs {
  std::span<const Need> facts{};
  std::span<const std::string_view> sysctls{};
};

struct Check {
  std::string_view id;  // a sentence that is true on a good host
  std::string_view title;
  std::string_view rationale;
  std::string_view advice;              // what a person does about it, in one or two sentences
  Severity severity = Severity::error;  // the worst it reports
  Needs needs{};
  References references{};
  std::string_view since = "0.1";
  std::span<const Parameter> parameters{};
  Outcomes (*evaluate)(const Case&) = nullptr;
  std::string_view remedy{};    // id, empty: a person must decide
  std::string_view rests_on{};  // the kernel setting behind its findings, where their subjects name none
};

/// The part of a judgement a failure and a pass share, when only the verdict differs; `why` is the failure's.
[[nodiscard]] inline Outcome pass_or_fail(bool good, Severity severity, Detail detail) {
  if (!good) return Fail{severity, std::move(detail)};
  detail.why.clear();
  return Pass{std::move(detail)};
}

/// A list of one.
[[nodiscard]] inline Outcomes one(Subject subject, Outcome outcome) {
  Outcomes list;
  list.push_back({std::move(subject), std::move(outcome)});
  return list;
}

/// One judgement for each instance that has a demand; an instance without one is Unknown, for the reason that its
/// configuration could not be read.
template <typename F>
[[nodiscard]] Outcomes for_each_instance(const Case& c, F&& judge) {
  Outcomes outcomes;
  for (const auto& instance : c.facts.instances) {
    const InstanceDemand* demand = c.demand.of(instance);
    const auto about = subject::instance(instance.name);
    outcomes.push_back({about, demand != nullptr ? judge(*demand) : Outcome(Unknown{instance.config.error()})});
  }
  return outcomes;
}

/// One judgement for each configuration that was read; one that could not be is Unknown.
template <typename F>
[[nodiscard]] Outcomes for_each_config(const Case& c, F&& judge) {
  Outcomes outcomes;
  for (const auto& instance : c.facts.instances) {
    outcomes.push_back(
        {subject::config(instance), instance.config ? judge(instance) : Outcome(Unknown{instance.config.error()})});
  }
  return outcomes;
}

/// Unknown for every instance whose configuration could not be read: it has no demand, and leaving it out would read
/// as Pass. What a check over demands begins with.
[[nodiscard]] Outcomes unread_instances(const Case& c);

/// One judgement a subject, the worst (Fail by severity, Unknown, Pass, NotApplicable), in the order of subjects:
/// several sockets or namespaces may stand behind one name. Of equally bad ones the one that asks for most.
[[nodiscard]] Outcomes worst_of_each_subject(Outcomes outcomes);

}  // namespace preflight
