// SPDX-License-Identifier: Apache-2.0
// Lock, recover, plan, consent, transaction. Nothing here knows how a change is made.
#include "agent/mutation.h"

#include "agent/exit_codes.h"
#include "agent/plan_cycle.h"
#include "probes/base/text.h"
#include "probes/linux/process.h"
#include "remediations/host/held_signals.h"
#include "remediations/transaction/apply.h"

namespace preflight {
namespace {

std::string boot_id(const HostView& view) {
  return std::string(trim(view.read("/proc/sys/kernel/random/boot_id").value_or("")));
}

/// The number of the user who logged in, whoever that became since; empty where nobody did.
std::string login_of(const HostView& view) {
  const std::string text(trim(view.read("/proc/self/loginuid").value_or("")));
  return text.empty() || text == "4294967295" ? std::string() : "uid " + text;
}

Actor actor_of(const Mutation& mutation, const std::string& verb) {
  const auto self = read_identity(mutation.host.view());
  return {.uid = self ? self->uid : 0, .login = login_of(mutation.host.view()), .command = verb};
}

MutationReport ended(std::string verb, MutationEnd end, int exit_code, std::vector<std::string> reasons = {}) {
  MutationReport report;
  report.verb = std::move(verb);
  report.end = end;
  report.exit_code = exit_code;
  report.reasons = std::move(reasons);
  return report;
}

/// Undoes one transaction and adds to the report what came of it.
void undo_into(MutationReport& report, const Transaction& transaction, Journal& journal, const Mutation& mutation,
               const std::string& reason) {
  const HeldSignals held;
  const UndoOptions options{.reason = reason,
                            .boot_id = boot_id(mutation.host.view()),
                            .restart = mutation.options.allow_restart,
                            .keep_edited = mutation.options.keep_edited};
  auto back = undo(transaction, journal, mutation.host, options);
  report.kept.insert(report.kept.end(), back.kept.begin(), back.kept.end());
  report.pending.insert(report.pending.end(), back.pending.begin(), back.pending.end());
  for (const auto& failure : back.failures) report.reasons.push_back(describe(failure));
  if (back.refused) {
    report.edits = std::move(back.edits);
    report.end = MutationEnd::refused;
    report.exit_code = kRefused;
  } else if (!back.failures.empty()) {
    report.end = MutationEnd::torn;
    report.exit_code = kTorn;
  } else {
    report.end = MutationEnd::undone;
    report.transactions.push_back(transaction.id);
  }
}

/// Newest first, so that what one laid over another comes off first.
MutationReport recovered(Journal& journal, const Mutation& mutation) {
  auto report = ended("recover", MutationEnd::nothing, 0);
  const auto now = mutation.host.view().now();
  const auto boot = boot_id(mutation.host.view());
  const auto count = journal.transactions().size();
  for (std::size_t i = count; i-- > 0;) {
    const Transaction transaction = journal.transactions()[i];
    if (!transaction.needs_recovery(now, boot)) continue;
    undo_into(report, transaction, journal, mutation, "recover");
    if (report.end == MutationEnd::refused) report.exit_code = kTorn;
    if (report.end != MutationEnd::undone) return report;
  }
  return report;
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
  if (!made) return {.refusal = ended("apply", MutationEnd::refused, kUsage, {describe(made.error())})};
  const auto exit_code = exit_code_after(made->plan, made->now->assessment, mutation.options.fail_on);
  if (mutation.saved == nullptr) return {.plan = std::move(made->plan), .exit_code = exit_code};
  auto stale = stale_grounds(mutation.saved->grounds, made->plan.grounds);
  if (stale.empty()) return {.plan = *mutation.saved, .exit_code = exit_code};
  stale.insert(stale.begin(), "the plan is stale: make a new one");
  return {.refusal = ended("apply", MutationEnd::refused, kRefused, std::move(stale))};
}

/// What was begun is ended, whatever key somebody presses meanwhile.
MutationReport carried_out(const Plan& plan, int exit_code, Journal& journal, const Mutation& mutation) {
  const HeldSignals held;
  const auto& options = mutation.options;
  const ApplyOptions how{.actor = actor_of(mutation, "apply"), .boot_id = boot_id(mutation.host.view())};
  const auto judge = [&] {
    auto unkept = unkept_promises(mutation.host, plan, mutation.policy, options);
    return unkept ? std::move(*unkept) : std::vector<std::string>{describe(unkept.error())};
  };
  auto result = apply(plan, journal, mutation.host, how, judge);
  auto report = ended("apply", MutationEnd::applied, exit_code, std::move(result.reasons));
  report.plan = plan;
  if (result.id != 0) report.transactions.push_back(result.id);
  switch (result.end) {
    case ApplyEnd::applied:
      report.pending = plan.pending;
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

MutationReport not_locked(const std::string& verb, const Error& error) {
  return ended(verb, MutationEnd::refused, kRefused, {describe(error)});
}

MutationReport only_planned(Chosen chosen, MutationEnd end) {
  auto report = ended("apply", end, chosen.exit_code);
  report.pending = chosen.plan->pending;
  report.plan = std::move(*chosen.plan);
  return report;
}

}  // namespace

MutationReport apply_plan(const Mutation& mutation, const Consent& consent) {
  auto journal = Journal::lock(mutation.state);
  if (!journal) return not_locked("apply", journal.error());
  if (auto report = recovered(*journal, mutation); report.exit_code != 0) return report;
  auto chosen = choose(mutation);
  if (!chosen.plan) return chosen.refusal;
  if (chosen.plan->empty()) return only_planned(std::move(chosen), MutationEnd::nothing);
  if (!consent(*chosen.plan)) return ended("apply", MutationEnd::refused, kRefused, {"not agreed to"});
  return carried_out(*chosen.plan, chosen.exit_code, *journal, mutation);
}

MutationReport rehearse(const Mutation& mutation) {
  auto chosen = choose(mutation);
  if (!chosen.plan) return chosen.refusal;
  const auto end = chosen.plan->empty() ? MutationEnd::nothing : MutationEnd::planned;
  return only_planned(std::move(chosen), end);
}

MutationReport revert(const Mutation& mutation) {
  auto journal = Journal::lock(mutation.state);
  if (!journal) return not_locked("revert", journal.error());
  if (auto report = recovered(*journal, mutation); report.exit_code != 0) return report;
  const auto wanted = mutation.options.transaction;
  const auto* const found = wanted ? journal->find(*wanted) : journal->last_applied();
  if (found == nullptr && wanted)
    return ended("revert", MutationEnd::refused, kUsage, {"there is no transaction " + std::to_string(*wanted)});
  if (found == nullptr || found->state() == TransactionState::undone) return ended("revert", MutationEnd::nothing, 0);
  auto report = ended("revert", MutationEnd::nothing, 0);
  const Transaction transaction = *found;
  undo_into(report, transaction, *journal, mutation, "revert");
  return report;
}

MutationReport recover(const Mutation& mutation) {
  auto journal = Journal::lock(mutation.state);
  if (!journal) return not_locked("recover", journal.error());
  return recovered(*journal, mutation);
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
