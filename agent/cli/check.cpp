// SPDX-License-Identifier: Apache-2.0
// The verb check: judges the host and says so; the exit code says how bad it is.
#include "agent/cli/session.h"
#include "agent/cli/terminal.h"
#include "agent/cli/verbs.h"
#include "agent/cycle.h"
#include "agent/report/json.h"
#include "agent/report/text.h"

namespace preflight::cli {
namespace {

std::string written(const Report& report, const Options& options) {
  if (options.format == Format::json) return json_report(report);
  TextOptions text;
  text.color = wants_color(options.color, Stream::output);
  text.verbose = options.verbose;
  text.quiet = options.quiet;
  return text_report(report, text);
}

}  // namespace

int run_check(const Options& options) {
  auto opened = open_session(options);
  if (const int* refused = std::get_if<int>(&opened)) return *refused;
  auto& session = std::get<Session>(opened);
  const auto run = run_checks(*session.host, std::move(session.policy), options);
  if (!run) return refuse(run.error(), kUsage);
  return deliver(written((*run)->report, options), (*run)->report.exit_code);
}

}  // namespace preflight::cli
