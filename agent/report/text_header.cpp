// SPDX-License-Identifier: Apache-2.0
// The first two lines: which host and haproxy were judged, and the answer.
#include <algorithm>

#include "agent/report/text_parts.h"
#include "agent/report/text_words.h"

namespace preflight::text {
namespace {

constexpr std::size_t kVerdictColumn = 12;

std::string version_of(const haproxy::InstanceFacts& instance) {
  if (!instance.binary) return "haproxy of unknown version";
  const auto& version = instance.binary->version;
  return "haproxy " + std::to_string(version.major) + "." + std::to_string(version.minor) + "." +
         std::to_string(version.patch);
}

std::string state_of(const haproxy::InstanceFacts& instance, HostKind kind) {
  // Without a unit the instance bears the name of its configuration, which is shown beside it.
  const bool is_path = instance.name.find('/') != std::string::npos;
  const std::string name = is_path ? "haproxy " : instance.name + " ";
  if (kind == HostKind::tree) return name + "(offline tree)";
  const bool failed = instance.unit && instance.unit->active_state == "failed";
  if (!instance.running()) return name + (failed ? "failed" : "stopped");
  std::string state = name + "running, " + counted(instance.workers().size(), "worker");
  const auto old = instance.old_workers().size();
  if (old > 0) state += ", " + counted(old, "old worker");
  return state;
}

std::size_t binds_of(const haproxy::Config& config) {
  std::size_t binds = 0;
  for (const auto& proxy : config.proxies) binds += proxy.disabled ? 0 : proxy.binds.size();
  return binds;
}

std::string config_of(const haproxy::InstanceFacts& instance) {
  if (!instance.config) return "configuration not read";
  if (instance.source == haproxy::ConfigSource::assumed) return "no configuration: maxconn assumed by policy";
  const auto& files = instance.config->files;
  std::string text = files.empty() ? "no configuration" : files.front();
  if (files.size() > 1) text += " and " + counted(files.size() - 1, "file");
  return text + ", " + counted(binds_of(*instance.config), "bind");
}

/// Folded findings count when nothing else does: folding must not turn a failed run into a ready one.
Summary findings_counted(const Report& report) {
  Summary counted = report.summary;
  if (counted.error + counted.warning > 0) return counted;
  for (const auto& result : report.assessment->results) {
    if (!result.finding()) continue;
    counted.error += result.severity == Severity::error ? 1U : 0U;
    counted.warning += result.severity == Severity::warning ? 1U : 0U;
  }
  return counted;
}

std::string counts_of(const Summary& summary) {
  std::string text;
  const auto add = [&](std::size_t count, std::string_view noun) {
    if (count > 0) text += (text.empty() ? "" : ", ") + counted(count, noun);
  };
  add(summary.error, "error");
  add(summary.warning, "warning");
  return text;
}

/// Neither program nor configuration: the one instance stands for what was looked for.
bool nothing_here(const Facts& facts) {
  const auto missing = [](const Error& error) { return error.code == std::errc::no_such_file_or_directory; };
  return std::all_of(facts.instances.begin(), facts.instances.end(), [&](const auto& instance) {
    return !instance.running() && !instance.config && missing(instance.config.error()) && !instance.binary &&
           missing(instance.binary.error());
  });
}

bool prevents_start(const CheckResult& result) {
  const auto* failure = std::get_if<Fail>(&result.outcome);
  return failure != nullptr && failure->prevents_start && result.finding() && !result.consequence_of;
}

bool any_running(const Facts& facts) {
  return std::any_of(facts.instances.begin(), facts.instances.end(), [](const auto& i) { return i.running(); });
}

std::size_t start_blockers(const Assessment& assessment) {
  const auto& results = assessment.results;
  return static_cast<std::size_t>(std::count_if(results.begin(), results.end(), prevents_start));
}

Verdict failing(const Report& report, const Summary& summary, const std::string& counts) {
  const auto blockers = start_blockers(*report.assessment);
  if (any_running(*report.facts)) {
    const std::string restart = blockers > 0 ? "; a restart would fail" : "";
    return {"AT RISK", counts + restart, counts, summary.error > 0 ? Ink::error : Ink::warning};
  }
  if (summary.error == 0) return {"AT RISK", counts, counts, Ink::warning};
  if (blockers == 0) return {"NOT READY", counts, counts, Ink::error};
  return {"NOT READY", "haproxy would not start: " + counted(blockers, "reason"), counts, Ink::error};
}

}  // namespace

Verdict verdict_of(const Report& report) {
  const Summary summary = findings_counted(report);
  std::string counts = counts_of(summary);
  if (nothing_here(*report.facts)) {
    return {"NO HAPROXY", "neither haproxy nor a configuration is here: nothing was judged", counts, Ink::warning};
  }
  if (exit_code_of(*report.assessment, report.fail_on) == 3) {
    const std::string open = std::to_string(summary.not_checked) + " not checked";
    counts = counts.empty() ? open : counts + ", " + open;
    return {"INCOMPLETE", counts, counts, Ink::warning};
  }
  if (!counts.empty()) return failing(report, summary, counts);
  return {"READY", report.as_is ? "this host could carry that" : "this host can carry its haproxy configuration", "",
          Ink::good};
}

void add_header(Page& page, const Report& report) {
  const auto& host = report.facts->host;
  const auto& instances = report.facts->instances;
  std::vector<std::string> pieces{host.name, short_system(host.system)};
  if (instances.size() == 1 && !nothing_here(*report.facts)) {
    pieces.insert(pieces.end(), {version_of(instances.front()), state_of(instances.front(), host.kind),
                                 config_of(instances.front())});
  } else {
    pieces.push_back(instances.size() < 2 ? "no haproxy" : counted(instances.size(), "haproxy instance"));
  }
  page.add_row(pieces);
  for (const auto& instance : instances) {
    if (instances.size() < 2) break;
    page.add_row({state_of(instance, host.kind), version_of(instance), config_of(instance)}, 2);
  }
  if (!report.as_is) return;
  const auto& supposed = report.as_is->what_if->text;
  page.add({{.text = "what if", .ink = Ink::strong},
            {.text = supposed + ", as after a restart; nothing was changed", .column = kVerdictColumn}},
           kVerdictColumn);
}

void add_verdict(Page& page, const Verdict& verdict) {
  page.add({{.text = verdict.word, .ink = verdict.ink}, {.text = verdict.reason, .column = kVerdictColumn}},
           kVerdictColumn);
}

}  // namespace preflight::text
