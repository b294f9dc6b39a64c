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

int deliver_text(const Report& report, const Options& options) {
  TextOptions text;
  text.color = wants_color(options.color, Stream::output);
  text.verbose = options.verbose;
  text.quiet = options.quiet;
  return deliver(text_report(report, text), report.exit_code);
}

int deliver_json(const Report& report) {
  Result<void> taken;
  write_json_report(report, [&](std::string_view piece) {
    if (taken) taken = write_all(Stream::output, piece);
  });
  return deliver(taken, report.exit_code);
}

}  // namespace

int run_check(const Options& options) {
  auto opened = open_session(options);
  if (const int* refused = std::get_if<int>(&opened)) return *refused;
  auto& session = std::get<Session>(opened);
  const auto run = run_checks(*session.host, std::move(session.policy), options);
  if (!run) return refuse(run.error(), kUsage);
  const auto& report = (*run)->report;
  return options.format == Format::json ? deliver_json(report) : deliver_text(report, options);
}

}  // namespace preflight::cli
