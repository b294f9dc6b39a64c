// SPDX-License-Identifier: Apache-2.0
// The ways back: what was cut off or not confirmed in time, what nobody wants any more - and the word that it stays.
#include "agent/exit_codes.h"
#include "agent/mutation_parts.h"
#include "remediations/host/held_signals.h"
#include "remediations/transaction/undo.h"

namespace preflight {
namespace {

/// Undoes one transaction and adds to the report what came of it.
void undo_into(MutationReport& report, const Transaction& transaction, Ready& ready, const Mutation& mutation,
               const std::string& reason) {
  const HeldSignals held;
  const UndoOptions options{.reason = reason,
                            .boot_id = ready.boot.id,
                            .restart = mutation.options.allow_restart,
                            .keep_edited = mutation.options.keep_edited};
  auto back = undo(transaction, ready.journal, mutation.host, options);
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
    if (transaction.state() == TransactionState::unconfirmed) mutation.host.cancel_recovery(transaction.id);
  }
}

/// Newest first, so that what one laid over another comes off first.
MutationReport recovered(Ready& ready, const Mutation& mutation) {
  auto report = ended("recover", MutationEnd::nothing, 0);
  const auto count = ready.journal.transactions().size();
  for (std::size_t i = count; i-- > 0;) {
    const Transaction transaction = ready.journal.transactions()[i];
    if (!transaction.needs_recovery(ready.boot)) continue;
    undo_into(report, transaction, ready, mutation, "recover");
    if (report.end == MutationEnd::refused) report.exit_code = kTorn;
    if (report.end != MutationEnd::undone) return report;
  }
  return report;
}

MutationReport not_ready(const std::string& verb, const Error& error) {
  return ended(verb, MutationEnd::refused, kRefused, {describe(error)});
}

std::variant<Ready, MutationReport> locked(const std::string& verb, const Mutation& mutation) {
  auto journal = Journal::lock(mutation.state, mutation.options.wait);
  if (!journal) return not_ready(verb, journal.error());
  auto boot = read_boot_time(mutation.host.view());
  if (!boot) return not_ready(verb, boot.error());
  return Ready{std::move(*journal), std::move(*boot), {}};
}

MutationReport reverted(Ready& ready, const Mutation& mutation) {
  const auto wanted = mutation.options.transaction;
  const auto* const found = wanted ? ready.journal.find(*wanted) : ready.journal.last_applied();
  if (found == nullptr && wanted)
    return ended("revert", MutationEnd::refused, kUsage, {"there is no transaction " + std::to_string(*wanted)});
  auto report = ended("revert", MutationEnd::nothing, 0);
  if (found == nullptr || found->state() == TransactionState::undone) return report;
  const Transaction transaction = *found;
  undo_into(report, transaction, ready, mutation, "revert");
  return report;
}

/// Whether the last thing that happened here is that nobody confirmed in time.
bool came_undone(const Journal& journal) {
  if (journal.transactions().empty()) return false;
  const auto& last = journal.transactions().back();
  return last.undone && last.applied && last.applied->confirm_by != 0 && !last.confirmed;
}

MutationReport confirmed(Ready& ready, const Mutation& mutation) {
  const auto* const found = ready.journal.unconfirmed();
  if (found == nullptr) {
    const bool late = came_undone(ready.journal);
    return ended("confirm", MutationEnd::refused, kRefused,
                 {late ? "it comes too late: the host is as it was before" : "no transaction waits for it"});
  }
  const auto id = found->id;
  if (auto recorded = ready.journal.add(id, Confirmed{mutation.host.view().now()}); !recorded)
    return ended("confirm", MutationEnd::refused, kRefused, {describe(recorded.error())});
  mutation.host.cancel_recovery(id);
  auto report = ended("confirm", MutationEnd::confirmed, 0);
  report.transactions.push_back(id);
  return report;
}

}  // namespace

MutationReport ended(std::string verb, MutationEnd end, int exit_code, std::vector<std::string> reasons) {
  MutationReport report;
  report.verb = std::move(verb);
  report.end = end;
  report.exit_code = exit_code;
  report.reasons = std::move(reasons);
  return report;
}

std::variant<Ready, MutationReport> make_ready(const std::string& verb, const Mutation& mutation) {
  auto made = locked(verb, mutation);
  if (auto* const ready = std::get_if<Ready>(&made)) {
    auto report = recovered(*ready, mutation);
    if (report.exit_code != 0) return report;
    ready->recovered = std::move(report.transactions);
  }
  return made;
}

MutationReport revert(const Mutation& mutation) {
  return after_recovery("revert", mutation, [&](Ready& ready) { return reverted(ready, mutation); });
}

MutationReport confirm(const Mutation& mutation) {
  return after_recovery("confirm", mutation, [&](Ready& ready) { return confirmed(ready, mutation); });
}

MutationReport recover(const Mutation& mutation) {
  auto made = locked("recover", mutation);
  if (auto* const refusal = std::get_if<MutationReport>(&made)) return std::move(*refusal);
  return recovered(std::get<Ready>(made), mutation);
}

}  // namespace preflight
