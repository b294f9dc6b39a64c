// SPDX-License-Identifier: Apache-2.0
// First a look at every object, then a record that the undo has begun, then object by object; running values of an
// earlier boot are gone with it, and what is there now was set by somebody else.
#include "remediations/transaction/undo.h"

#include <algorithm>

#include "probes/base/visit.h"

namespace preflight {
namespace {

bool is_restart(const Change& change) { return std::holds_alternative<UnitRestart>(change); }

class Undoer {
 public:
  Undoer(const Transaction& transaction, Host& host, const UndoOptions& options)
      : transaction_(transaction), host_(host), options_(options) {}

  /// What has to be done, foreign edits left out.
  Changes plan_of() {
    Changes changes;
    for (const auto& change : undo_of(transaction_.begun.plan.changes())) {
      if (is_restart(change) ? restarts(change) : is_ours(change)) changes.push_back(change);
    }
    return changes;
  }

  void perform_all(const Changes& changes) {
    for (const auto& change : changes) {
      auto done = perform(change, host_);
      if (!done && is_occupied(change, done.error())) {
        undo_.kept.push_back(object_of(change));
      } else if (!done) {
        undo_.failures.push_back(done.error());
      }
    }
  }

  Undo& result() { return undo_; }

 private:
  /// A directory that something else has moved into stays.
  static bool is_occupied(const Change& change, const Error& error) {
    return std::holds_alternative<DirectoryWrite>(change) && error.code == std::errc::directory_not_empty;
  }

  /// Only where it was restarted, or is to be.
  bool restarts(const Change& change) {
    // After another boot the service runs, or will, with what that boot found.
    if (!transaction_.restarting || transaction_.begun.boot_id != options_.boot_id) return false;
    if (!transaction_.applied) return true;
    if (!options_.restart) undo_.pending.push_back("restart " + object_of(change));
    return options_.restart;
  }

  /// Whether an object is where the transaction left it, or back already.
  bool is_ours(const Change& change) {
    if (!has_state(change)) return true;
    auto located = locate(change, host_);
    if (!located) {
      undo_.failures.push_back(located.error());
      return false;
    }
    if (located->where != Location::elsewhere) return true;
    const bool set_by_boot =
        std::holds_alternative<SysctlWrite>(change) && transaction_.begun.boot_id != options_.boot_id;
    undo_.kept.push_back(object_of(change));
    if (!set_by_boot) undo_.edits.push_back({object_of(change), change, std::move(*located)});
    return false;
  }

  const Transaction& transaction_;
  Host& host_;
  const UndoOptions& options_;
  Undo undo_;
};

}  // namespace

Undo undo(const Transaction& transaction, Journal& journal, Host& host, const UndoOptions& options) {
  Undoer undoer(transaction, host, options);
  const auto changes = undoer.plan_of();
  auto& result = undoer.result();
  result.refused = !result.edits.empty() && !options.keep_edited;
  if (!result.whole()) return result;
  const auto id = transaction.id;
  const auto now = host.view().now();
  if (auto begun = journal.add(id, Undoing{now, options.reason}); !begun) {
    result.failures.push_back(begun.error());
    return result;
  }
  undoer.perform_all(changes);
  if (!result.failures.empty()) return result;
  if (auto ended = journal.add(id, Undone{now, result.kept}); !ended) result.failures.push_back(ended.error());
  return result;
}

}  // namespace preflight
