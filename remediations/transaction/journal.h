// SPDX-License-Identifier: Apache-2.0
// Every transaction there was, in /var/lib/lbpreflight: "000007-begun", "000007-applied", ... A damaged record makes
// the whole journal unusable, with its name: nothing is ever done on the word of half of one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "probes/base/result.h"
#include "probes/linux/boot_time.h"
#include "remediations/host/state_directory.h"
#include "remediations/transaction/record.h"

namespace preflight {

inline constexpr const char* kStatePath = "/var/lib/lbpreflight";

enum class TransactionState : std::uint8_t {
  open,         // cut off: the host may be between two states
  unconfirmed,  // done, and undone again unless somebody confirms it in time
  applied,
  undoing,  // its undo was cut off
  undone,
};

struct Transaction {
  std::uint32_t id = 0;
  Begun begun;
  std::optional<Restarting> restarting{};
  std::optional<Applied> applied{};
  std::optional<Confirmed> confirmed{};
  std::optional<Undoing> undoing{};
  std::optional<Undone> undone{};

  [[nodiscard]] TransactionState state() const;
  /// Whether `recover` has something to do. A confirmation cannot come after the boot in which it was waited for.
  [[nodiscard]] bool needs_recovery(const BootTime& now) const;
};

class Journal {
 public:
  /// What is there, looked at without a lock: another process may be at work. Nothing was ever done: empty.
  [[nodiscard]] static Result<std::vector<Transaction>> read(const std::string& path);
  /// With the lock, for as long as it lives; device_or_resource_busy where somebody else holds it for all of `wait`.
  [[nodiscard]] static Result<Journal> lock(const std::string& path, std::chrono::milliseconds wait = {});

  [[nodiscard]] const std::vector<Transaction>& transactions() const { return transactions_; }
  /// nullptr where there is none of that number.
  [[nodiscard]] const Transaction* find(std::uint32_t id) const;
  /// The last one that is in force; nullptr where none is.
  [[nodiscard]] const Transaction* last_applied() const;
  /// The one that waits for a confirmation; nullptr where none does.
  [[nodiscard]] const Transaction* unconfirmed() const;

  /// Write-ahead: durable when it returns. The answer is the new transaction's number.
  Result<std::uint32_t> begin(const Begun& begun);
  Result<void> add(std::uint32_t id, const Record& record);

 private:
  Journal(StateDirectory directory, std::vector<Transaction> transactions)
      : directory_(std::move(directory)), transactions_(std::move(transactions)) {}

  StateDirectory directory_;
  std::vector<Transaction> transactions_;
};

}  // namespace preflight
