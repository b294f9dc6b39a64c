// SPDX-License-Identifier: Apache-2.0
// The verbs apply, revert, recover and confirm: root, a question where one is due, and the result on stdout.
#include "agent/cli/session.h"
#include "agent/cli/terminal.h"
#include "agent/cli/verbs.h"
#include "agent/mutation.h"
#include "agent/report/json_plan.h"
#include "agent/report/text_plan.h"
#include "probes/linux/process.h"
#include "remediations/host/live_effects.h"
#include "remediations/host/trusted_file.h"
#include "remediations/plan_json.h"

namespace preflight::cli {
namespace {

bool colored(const Options& options) { return wants_color(options.color, Stream::output); }

std::string text_of(const MutationReport& report, const Options& options) {
  std::string text;
  const bool shows =
      report.verb == "apply" && (report.end == MutationEnd::planned || report.end == MutationEnd::nothing);
  if (shows && !options.quiet) text += text_plan(report.plan, colored(options));
  text += text_edits(report.edits, colored(options));
  return text + text_mutation(report, colored(options));
}

int deliver_report(const MutationReport& report, const Options& options) {
  if (options.format == Format::json) return deliver(json_mutation(report), report.exit_code);
  return deliver(text_of(report, options), report.exit_code);
}

/// Whoever looks on at a terminal is asked; a program has to say --yes.
bool agrees(const Plan& plan, const Options& options) {
  if (options.yes) return true;
  (void)write_all(Stream::output, text_plan(plan, colored(options)));
  return ask("Carry this out? [y/N] ");
}

/// As the plan was asked for.
Options asked_as(const PlanRequest& request, Options options) {
  options.configs = request.configs;
  options.instance = request.instance;
  options.policies = request.policies;
  options.only = request.only;
  options.skip = request.skip;
  options.allow_restart = request.allow_restart;
  return options;
}

template <typename F>
int mutate(const Options& options, const Plan* saved, F&& verb) {
  auto opened = open_session(options);
  if (const int* refused = std::get_if<int>(&opened)) return *refused;
  const auto& session = std::get<Session>(opened);
  const auto self = read_identity(*session.host);
  if (!options.dry_run && (!self || self->uid != 0))
    return refuse({std::errc::operation_not_permitted, "lbpreflight", "only root changes a host"}, kRefused);
  LiveEffects host(*session.host);
  return deliver_report(verb(Mutation{host, session.policy, options, saved}), options);
}

int apply_or_rehearse(const Options& options, const Plan* saved) {
  if (!options.dry_run && !options.yes && !can_ask())
    return refuse({std::errc::invalid_argument, "apply", "nobody is there to ask: --yes or --dry-run"}, kUsage);
  return mutate(options, saved, [&](const Mutation& mutation) {
    if (options.dry_run) return rehearse(mutation);
    return apply_plan(mutation, [&](const Plan& plan) { return agrees(plan, options); });
  });
}

}  // namespace

int run_apply(const Options& options) {
  if (options.plan.empty()) return apply_or_rehearse(options, nullptr);
  const auto text = read_trusted_file(options.plan);
  if (!text) {
    const bool distrusted = text.error().code == std::errc::operation_not_permitted;
    return refuse(text.error(), distrusted ? kRefused : kUsage);
  }
  const auto plan = read_plan(*text, options.plan);
  if (!plan) return refuse(plan.error(), kUsage);
  return apply_or_rehearse(asked_as(plan->request, options), &*plan);
}

int run_revert(const Options& options) {
  return mutate(options, nullptr, [](const Mutation& mutation) { return revert(mutation); });
}

int run_recover(const Options& options) {
  return mutate(options, nullptr, [](const Mutation& mutation) { return recover(mutation); });
}

int run_confirm(const Options& options) {
  return mutate(options, nullptr, [](const Mutation& mutation) { return confirm(mutation); });
}

}  // namespace preflight::cli
