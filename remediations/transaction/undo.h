// SPDX-License-Identifier: Apache-2.0
// The way back: of a transaction that failed, that was cut off, or that somebody no longer wants.
#pragma once

#include <string>
#include <vector>

#include "probes/base/result.h"
#include "remediations/host/host.h"
#include "remediations/transaction/journal.h"
#include "remediations/transaction/perform.h"

namespace preflight {

/// An object that is neither as the transaction found it nor as it left it.
struct ForeignEdit {
  std::string object;
  Change change;  // of the transaction
  Located found;
};

struct UndoOptions {
  std::string reason;        // for the journal
  std::string boot_id;       // of this boot
  bool restart = false;      // restart services that the transaction would have restarted
  bool keep_edited = false;  // leave foreign edits as they are instead of refusing
};

struct Undo {
  std::vector<ForeignEdit> edits;  // not empty, and not kept: refused, and nothing was done
  bool refused = false;
  std::vector<std::string> kept;     // objects left as they were found
  std::vector<std::string> pending;  // services that still run with what they were started with
  std::vector<Error> failures;       // not empty: the host is between two states, and `recover` goes on
  [[nodiscard]] bool whole() const { return !refused && failures.empty(); }
};

/// Brings everything of a transaction back that can be, and says what could not be.
[[nodiscard]] Undo undo(const Transaction& transaction, Journal& journal, Host& host, const UndoOptions& options);

}  // namespace preflight
