// SPDX-License-Identifier: Apache-2.0
// Transactions from their records, by number.
#include "remediations/transaction/journal.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "probes/base/text.h"
#include "probes/base/visit.h"

namespace preflight {
namespace {

constexpr std::size_t kDigits = 6;
constexpr std::int64_t kMost = 999'999;

std::string file_name(std::uint32_t id, const Record& record) {
  std::array<char, 16> number{};
  (void)std::snprintf(number.data(), number.size(), "%06u-", id);
  return std::string(number.data()) + std::string(name_of(record));
}

/// The number a record's file begins with; nothing for a file that is none of ours.
std::optional<std::uint32_t> id_of(const std::string& name) {
  if (name.size() < kDigits + 2 || name[kDigits] != '-') return std::nullopt;
  const auto digits = std::string_view(name).substr(0, kDigits);
  const bool all = std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  const auto number = all ? parse_integer(digits) : std::nullopt;
  return number ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
}

void take(Transaction& transaction, Record record) {
  visit(
      std::move(record), [&](Begun&& it) { transaction.begun = std::move(it); },
      [&](Restarting&& it) { transaction.restarting = std::move(it); }, [&](Applied&& it) { transaction.applied = it; },
      [&](Confirmed&& it) { transaction.confirmed = it; }, [&](Undoing&& it) { transaction.undoing = std::move(it); },
      [&](Undone&& it) { transaction.undone = std::move(it); });
}

Result<std::vector<Transaction>> read_all(const StateDirectory& directory) {
  const auto names = directory.list();
  if (!names) return tl::make_unexpected(names.error());
  std::map<std::uint32_t, Transaction> found;
  for (const auto& name : *names) {
    const auto id = id_of(name);
    if (!id) return fail(std::errc::bad_message, name, "does not belong into the journal");
    const auto text = directory.read(name);
    if (!text) return tl::make_unexpected(text.error());
    auto record = read_record(*text, name);
    if (!record) return tl::make_unexpected(record.error());
    // The first record of a transaction sorts after its others.
    const bool begins = std::holds_alternative<Begun>(*record);
    auto& transaction = found[*id];
    if (begins) transaction.id = *id;
    take(transaction, std::move(*record));
  }
  std::vector<Transaction> list;
  for (auto& [id, transaction] : found) {
    if (transaction.id == 0)
      return fail(std::errc::bad_message, "transaction " + std::to_string(id), "has no beginning in the journal");
    list.push_back(std::move(transaction));
  }
  return list;
}

}  // namespace

TransactionState Transaction::state() const {
  if (undone) return TransactionState::undone;
  if (undoing) return TransactionState::undoing;
  if (!applied) return TransactionState::open;
  return applied->confirm_by == 0 || confirmed ? TransactionState::applied : TransactionState::unconfirmed;
}

bool Transaction::needs_recovery(const BootTime& now) const {
  switch (state()) {
    case TransactionState::open:
    case TransactionState::undoing:
      return true;
    case TransactionState::unconfirmed:
      return now.uptime.count() >= applied->confirm_by || now.id != begun.boot_id;
    case TransactionState::applied:
    case TransactionState::undone:
      break;
  }
  return false;
}

Result<std::vector<Transaction>> Journal::read(const std::string& path) {
  const auto directory = StateDirectory::find(path);
  if (!directory) return tl::make_unexpected(directory.error());
  return *directory ? read_all(**directory) : std::vector<Transaction>();
}

Result<Journal> Journal::lock(const std::string& path, std::chrono::milliseconds wait) {
  auto directory = StateDirectory::lock(path, wait);
  if (!directory) return tl::make_unexpected(directory.error());
  auto transactions = read_all(*directory);
  if (!transactions) return tl::make_unexpected(transactions.error());
  return Journal(std::move(*directory), std::move(*transactions));
}

const Transaction* Journal::find(std::uint32_t id) const {
  const auto found =
      std::find_if(transactions_.begin(), transactions_.end(), [&](const auto& one) { return one.id == id; });
  return found == transactions_.end() ? nullptr : &*found;
}

const Transaction* Journal::last_applied() const {
  const auto in_force = [](const Transaction& one) {
    return one.state() == TransactionState::applied || one.state() == TransactionState::unconfirmed;
  };
  const auto found = std::find_if(transactions_.rbegin(), transactions_.rend(), in_force);
  return found == transactions_.rend() ? nullptr : &*found;
}

const Transaction* Journal::unconfirmed() const {
  const auto waits = [](const Transaction& one) { return one.state() == TransactionState::unconfirmed; };
  const auto found = std::find_if(transactions_.begin(), transactions_.end(), waits);
  return found == transactions_.end() ? nullptr : &*found;
}

Result<std::uint32_t> Journal::begin(const Begun& begun) {
  const std::uint32_t id = transactions_.empty() ? 1 : transactions_.back().id + 1;
  if (id > kMost) return fail(std::errc::value_too_large, kStatePath, "holds as many transactions as it can");
  Transaction transaction;
  transaction.id = id;
  transaction.begun = begun;
  transactions_.push_back(std::move(transaction));
  if (auto written = directory_.write(file_name(id, begun), record_text(begun)); !written)
    return tl::make_unexpected(written.error());
  return id;
}

Result<void> Journal::add(std::uint32_t id, const Record& record) {
  const auto name = file_name(id, record);
  const auto there =
      std::find_if(transactions_.begin(), transactions_.end(), [&](const auto& one) { return one.id == id; });
  auto written = directory_.write(name, record_text(record));
  // An undo is gone on with: the record is there, but a crash may have come before it was durable.
  if (!written && written.error().code == std::errc::file_exists) written = directory_.settle(name);
  if (written && there != transactions_.end()) take(*there, record);
  return written;
}

}  // namespace preflight
