// SPDX-License-Identifier: Apache-2.0
// Guides outlive the versions they were written for. What they still recommend and haproxy has long refused, ignored or
// replaced is named here with what to write instead; from which version on, by the sources of haproxy 2.4 to 3.4.
#include <algorithm>
#include <array>

#include "policies/check.h"

namespace preflight::checks {
namespace {

using haproxy::NotedLine;
using haproxy::Version;

constexpr std::string_view kReferences[] = {"HAProxy configuration manual, section 4 (proxies) and section 3 (global)",
                                            "HAProxy CHANGELOG"};
constexpr std::size_t kQuoted = 8;

enum class Fate : std::uint8_t { old, ignored, refused };

struct Advice {
  std::string_view section;  // empty: any
  std::string_view words;    // which the line begins with
  Fate fate = Fate::refused;
  std::string_view instead;
  Version since{};  // 0.0: in every version we know
  Version before{};
};

constexpr Version k2_5{2, 5, 0};
constexpr Version k2_7{2, 7, 0};
constexpr Version k3_1{3, 1, 0};
constexpr Version k3_3{3, 3, 0};

constexpr std::string_view kNoProcesses = "leave it out: one process with threads does the work (nbthread)";
constexpr std::string_view kService = "start the program as a service of its own";
constexpr std::string_view kTransparent = "use a server with the address 0.0.0.0";
constexpr std::string_view kLaxRequest = "use `option accept-unsafe-violations-in-http-request`, if it must be";
constexpr std::string_view kLaxResponse = "use `option accept-unsafe-violations-in-http-response`, if it must be";

constexpr auto kAdvice = std::to_array<Advice>({
    {"global", "nbproc", Fate::old, kNoProcesses, {}, k2_5},
    {"global", "nbproc", Fate::refused, kNoProcesses, k2_5},
    {"global", "stats bind-process", Fate::ignored, kNoProcesses, k2_5, k2_7},
    {"global", "stats bind-process", Fate::refused, kNoProcesses, k2_7},
    {"", "bind-process", Fate::ignored, kNoProcesses, k2_5, k2_7},
    {"", "bind-process", Fate::refused, kNoProcesses, k2_7},
    {"global", "nice", Fate::refused, "`nice` is an option of a bind line"},
    {"global", "tune.maxrxconn", Fate::refused, "there is no such keyword: `maxconn` bounds connections"},
    {"global", "timeout", Fate::refused, "timeouts belong into `defaults` or a proxy"},
    {"global", "ulimit-n", Fate::old, "leave it out: haproxy computes it from maxconn, `fd-hard-limit` bounds it"},
    {"global", "master-worker", Fate::old, "start haproxy with -W or -Ws", k3_3},
    {"backend", "maxconn", Fate::ignored, "bound each server with `maxconn` on its line, or set `fullconn`"},
    {"frontend", "fullconn", Fate::ignored, "`fullconn` is of a backend; a frontend is bounded by `maxconn`"},
    {"", "program", Fate::refused, kService, k3_1},
    {"", "option forceclose", Fate::refused, "leave it out, or use `option httpclose`"},
    {"", "option http-tunnel", Fate::refused, "leave it out: it is not needed"},
    {"", "option http-use-htx", Fate::refused, "leave it out: nothing else is left"},
    {"", "option http_proxy", Fate::ignored, "use `http-request set-dst` and `http-request set-uri`", {}, k2_5},
    {"", "option http_proxy", Fate::refused, "use `http-request set-dst` and `http-request set-uri`", k2_5},
    {"", "option independant-streams", Fate::refused, "it is spelt `option independent-streams`"},
    {"", "option ssl-hello-chk", Fate::old, "it says hello in SSL 3.0 and takes a refusal for health: `check-ssl`"},
    {"", "option transparent", Fate::old, kTransparent, k3_3},
    {"", "transparent", Fate::old, kTransparent, k3_3},
    {"", "dispatch", Fate::old, "use a server", k3_3},
    {"", "option accept-invalid-http-request", Fate::old, kLaxRequest, k3_1},
    {"", "option accept-invalid-http-response", Fate::old, kLaxResponse, k3_1},
    {"", "clitimeout", Fate::refused, "use `timeout client`"},
    {"", "contimeout", Fate::refused, "use `timeout connect`"},
    {"", "srvtimeout", Fate::refused, "use `timeout server`"},
    {"", "timeout clitimeout", Fate::refused, "use `timeout client`"},
    {"", "timeout contimeout", Fate::refused, "use `timeout connect`"},
    {"", "timeout srvtimeout", Fate::refused, "use `timeout server`"},
    {"", "redispatch", Fate::refused, "use `option redispatch`"},
    {"", "appsession", Fate::refused, "use `cookie`, or a stick-table"},
    {"", "block", Fate::refused, "use `http-request deny`"},
    {"", "grace", Fate::old, "leave it out", {}, k2_5},
    {"", "grace", Fate::refused, "leave it out", k2_5},
    {"", "mode health", Fate::refused, "use `http-request return status 200`"},
    {"", "monitor-net", Fate::refused, "use `http-request return status 200 if { src ... }`"},
    {"", "http-check expect ver", Fate::refused, "use `http-check expect status`, for instance 200-399"},
    {"", "reqadd", Fate::refused, "use `http-request add-header`"},
    {"", "rspadd", Fate::refused, "use `http-response add-header`"},
    {"", "reqdel", Fate::refused, "use `http-request del-header`"},
    {"", "reqidel", Fate::refused, "use `http-request del-header`"},
    {"", "rspdel", Fate::refused, "use `http-response del-header`"},
    {"", "rspidel", Fate::refused, "use `http-response del-header`"},
    {"", "reqrep", Fate::refused, "use `http-request replace-header` or `replace-path`"},
    {"", "reqirep", Fate::refused, "use `http-request replace-header` or `replace-path`"},
    {"", "rsprep", Fate::refused, "use `http-response replace-header`"},
    {"", "rspirep", Fate::refused, "use `http-response replace-header`"},
    {"", "reqallow", Fate::refused, "use `http-request allow`"},
    {"", "reqiallow", Fate::refused, "use `http-request allow`"},
    {"", "reqpass", Fate::refused, "use conditions of `http-request` rules"},
    {"", "reqipass", Fate::refused, "use conditions of `http-request` rules"},
    {"", "reqdeny", Fate::refused, "use `http-request deny`"},
    {"", "reqideny", Fate::refused, "use `http-request deny`"},
    {"", "reqtarpit", Fate::refused, "use `http-request tarpit`"},
    {"", "reqitarpit", Fate::refused, "use `http-request tarpit`"},
    {"", "rspdeny", Fate::refused, "use `http-response deny`"},
    {"", "rspideny", Fate::refused, "use `http-response deny`"},
});

/// Whether the words of a line, without a `no` before them, begin with these.
bool begins_with(std::string_view line, std::string_view words) {
  constexpr std::string_view kNo = "no ";
  if (line.substr(0, kNo.size()) == kNo) line.remove_prefix(kNo.size());
  if (line.substr(0, words.size()) != words) return false;
  return line.size() == words.size() || line[words.size()] == ' ';
}

/// What holds in every version is said of an unknown one too.
bool holds(const Advice& advice, const haproxy::InstanceFacts& instance) {
  if (!instance.binary) return advice.since == Version{} && advice.before == Version{};
  const auto& version = instance.binary->version;
  return version >= advice.since && (advice.before == Version{} || version < advice.before);
}

struct Found {
  const NotedLine* line = nullptr;
  const Advice* advice = nullptr;
};

bool is_allowed(const Advice& advice, const haproxy::InstanceFacts& instance) {
  if (advice.words != "program" || !instance.binary || instance.binary->version >= k3_3) return false;
  const auto& noted = instance.config->noted;
  return std::any_of(noted.begin(), noted.end(),
                     [](const auto& line) { return line.words == "expose-deprecated-directives"; });
}

std::vector<Found> outdated_lines(const haproxy::InstanceFacts& instance) {
  std::vector<Found> found;
  for (const auto& line : instance.config->noted) {
    const auto* const advice = std::find_if(kAdvice.begin(), kAdvice.end(), [&](const Advice& one) {
      const bool here = one.section.empty() || one.section == line.section;
      return here && begins_with(line.words, one.words) && holds(one, instance) && !is_allowed(one, instance);
    });
    if (advice != kAdvice.end()) found.push_back({&line, advice});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Found& a, const Found& b) { return a.advice->fate > b.advice->fate; });
  return found;
}

std::string_view words_of(Fate fate) {
  switch (fate) {
    case Fate::old:
      return "is old advice";
    case Fate::ignored:
      return "is ignored";
    case Fate::refused:
      break;
  }
  return "is refused";
}

std::string sentence(const Found& found, const haproxy::InstanceFacts& instance) {
  std::string text = "'" + found.line->words + "' " + std::string(words_of(found.advice->fate));
  if (found.advice->fate != Fate::old) {
    text += " by haproxy";
    if (instance.binary) text += " " + instance.binary->version_text;
  }
  return text + ": " + std::string(found.advice->instead);
}

Outcome judge(const haproxy::InstanceFacts& instance) {
  const auto found = outdated_lines(instance);
  if (found.empty()) return Pass{};
  const auto& worst = found.front();
  Detail detail;
  detail.observed = Measure(static_cast<std::int64_t>(found.size()), found.size() == 1 ? "line" : "lines");
  detail.why = sentence(worst, instance);
  detail.where.origin = worst.line->origin;
  for (std::size_t i = 1; i < std::min(found.size(), kQuoted + 1); ++i) {
    detail.evidence.push_back(found[i].line->origin.text() + ": " + sentence(found[i], instance));
  }
  if (found.size() > kQuoted + 1) {
    detail.evidence.push_back("and " + std::to_string(found.size() - kQuoted - 1) + " more");
  }
  if (worst.advice->fate == Fate::old) return Fail{Severity::info, std::move(detail)};
  detail.consequence_of = Cause{"config_is_valid", subject::config(instance)};
  return Fail{Severity::warning, std::move(detail)};
}

Outcomes evaluate(const Case& c) { return for_each_config(c, judge); }

}  // namespace

extern constinit const Check advice_is_current{
    .id = "advice_is_current",
    .title = "The configuration follows no outdated advice",
    .rationale =
        "Keywords of old guides stop haproxy from starting, are ignored with a warning that nobody reads, or do other "
        "than their readers think.",
    .advice =
        "Write what the finding names instead; the configuration manual of the installed version has the details.",
    .severity = Severity::warning,
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
