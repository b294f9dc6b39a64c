// SPDX-License-Identifier: Apache-2.0
// Plan, consent, transaction. Nothing here knows how a change is made.
#include "agent/mutation.h"

#include <cstdint>

#include "agent/exit_codes.h"
#include "agent/mutation_parts.h"
#include "agent/plan_cycle.h"
#include "probes/base/text.h"
#include "probes/linux/accounts.h"
#include "probes/linux/process.h"
#include "remediations/host/held_signals.h"
#include "remediations/transaction/apply.h"

namespace preflight {
namespace {

/// The user who logged in, whoever that became since; empty where nobody did (the kernel says -1 then).
std::string login_of(const HostView& view) {
  const auto uid = parse_integer(trim(view.read("/proc/self/loginuid").value_or("")));
  return uid && *uid >= 0 && *uid < UINT32_MAX ? user_name(view, static_cast<std::uint32_t>(*uid)) : std::string();
}

Actor actor_of(const Mutation& mutation, const std::string& verb) {
  const auto self = read_identity(mutation.host.view());
  return {.uid = self ? self->uid : 0, .login = login_of(mutation.host.view()), .command = verb};
}

/// The plan to carry out, or a report that says why there is none.
struct Chosen {
  std::optional<Plan> plan{};
  int exit_code = 0;  // once it is carried out
  MutationReport refusal{};
};

/// A saved plan is made once more, and carried out only where nothing it rests on is different.
Chosen choose(const Mutation& mutation) {
  auto made = make_plan(mutation.host, mutation.policy, mutation.options);
  if (!made) {
    const auto& [error, exit_code] = made.error();
    return {.refusal = ended("apply", MutationEnd::refused, exit_code, {describe(error)})};
  }
  const auto exit_code = exit_code_after(made->plan, made->now->assessment, mutation.options.fail_on);
  if (mutation.saved == nullptr) return {.plan = std::move(made->plan), .exit_code = exit_code};
  auto stale = stale_grounds(mutation.saved->grounds, made->plan.grounds);
  if (stale.empty()) return {.plan = *mutation.saved, .exit_code = exit_code};
  stale.insert(stale.begin(), "the plan is stale: make a new one");
  return {.refusal = ended("apply", MutationEnd::refused, kRefused, std::move(stale))};
}

/// What was begun is ended, whatever key somebody presses meanwhile.
MutationReport carried_out(const Plan& plan, int exit_code, Ready& ready, const Mutation& mutation) {
  const HeldSignals held;
  const auto& options = mutation.options;
  const ApplyOptions how{
      .actor = actor_of(mutation, "apply"), .boot_id = ready.boot.id, .confirm_within = options.confirm_within};
  const auto judge = [&] {
    auto unkept = unkept_promises(mutation.host, plan, mutation.policy, options);
    return unkept ? std::move(*unkept) : std::vector<std::string>{describe(unkept.error())};
  };
  auto result = apply(plan, ready.journal, mutation.host, how, judge);
  auto report = ended("apply", MutationEnd::applied, exit_code, std::move(result.reasons));
  report.plan = plan;
  if (result.id != 0) report.transactions.push_back(result.id);
  switch (result.end) {
    case ApplyEnd::applied:
      report.pending = plan.pending;
      report.confirm_within = how.confirm_within;
      break;
    case ApplyEnd::refused:
      report.end = MutationEnd::refused;
      report.edits = std::move(result.edits);
      report.exit_code = kRefused;
      break;
    case ApplyEnd::rolled_back:
      report.end = MutationEnd::rolled_back;
      report.exit_code = kRolledBack;
      break;
    case ApplyEnd::torn:
      report.end = MutationEnd::torn;
      report.exit_code = kTorn;
      break;
  }
  return report;
}

MutationReport only_planned(Chosen chosen, MutationEnd end) {
  auto report = ended("apply", end, chosen.exit_code);
  report.pending = chosen.plan->pending;
  report.plan = std::move(*chosen.plan);
  return report;
}

/// Two things at once that may each come undone would lie over each other.
std::optional<MutationReport> waiting(const Journal& journal) {
  const auto* const other = journal.unconfirmed();
  if (other == nullptr) return std::nullopt;
  return ended("apply", MutationEnd::refused, kRefused,
               {"transaction " + std::to_string(other->id) + " waits for `lbpreflight confirm`"});
}

MutationReport applied(Ready& ready, const Mutation& mutation, const Consent& consent) {
  if (auto refusal = waiting(ready.journal)) return std::move(*refusal);
  auto chosen = choose(mutation);
  if (!chosen.plan) return chosen.refusal;
  if (chosen.plan->empty()) return only_planned(std::move(chosen), MutationEnd::nothing);
  if (!consent(*chosen.plan)) return ended("apply", MutationEnd::refused, kRefused, {"not agreed to"});
  return carried_out(*chosen.plan, chosen.exit_code, ready, mutation);
}

}  // namespace

MutationReport apply_plan(const Mutation& mutation, const Consent& consent) {
  return after_recovery("apply", mutation, [&](Ready& ready) { return applied(ready, mutation, consent); });
}

MutationReport rehearse(const Mutation& mutation) {
  auto chosen = choose(mutation);
  if (!chosen.plan) return chosen.refusal;
  const auto end = chosen.plan->empty() ? MutationEnd::nothing : MutationEnd::planned;
  return only_planned(std::move(chosen), end);
}

std::string standing_of(const Transaction& transaction, const Host& host) {
  if (transaction.state() != TransactionState::applied && transaction.state() != TransactionState::unconfirmed)
    return {};
  for (const auto& step : transaction.begun.plan.steps) {
    if (!has_state(step.change)) continue;
    const auto located = locate(step.change, host);
    if (!located || located->where != Location::at_to) return "overtaken";
  }
  return "in force";
}

}  // namespace preflight
