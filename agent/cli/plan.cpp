// SPDX-License-Identifier: Apache-2.0
// The verb plan: shows what apply would do, and keeps it for apply where -o asks for that.
#include "agent/cli/session.h"
#include "agent/cli/terminal.h"
#include "agent/cli/verbs.h"
#include "agent/plan_cycle.h"
#include "agent/report/json_plan.h"
#include "agent/report/script_plan.h"
#include "agent/report/text_plan.h"
#include "remediations/host/live_effects.h"

namespace preflight::cli {

int run_plan(const Options& options) {
  auto opened = open_session(options);
  if (const int* refused = std::get_if<int>(&opened)) return *refused;
  const auto& session = std::get<Session>(opened);
  const LiveEffects host(*session.host);
  const auto run = make_plan(host, session.policy, options);
  if (!run) return refuse(run.error().error, run.error().exit_code);
  const auto& plan = run->plan;
  const int exit_code = run->now->report.exit_code;
  if (!options.output.empty()) {
    const auto created = create_file(options.output, json_plan(plan));
    if (!created) return refuse(created.error(), kUsage);
  }
  if (options.format == Format::json) return deliver(json_plan(plan), exit_code);
  if (options.format == Format::script) {
    const auto script = script_plan(plan);
    return script ? deliver(*script, exit_code) : refuse(script.error(), kRefused);
  }
  return deliver(text_plan(plan, wants_color(options.color, Stream::output)), exit_code);
}

}  // namespace preflight::cli
