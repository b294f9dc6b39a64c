// SPDX-License-Identifier: Apache-2.0
// What the journal keeps of a transaction. A record is written once, under a name of its own, and never changed: there
// is no half of one, and each bit of it is covered by its digest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probes/base/result.h"
#include "remediations/plan.h"

namespace preflight {

/// Who asked for a transaction.
struct Actor {
  std::uint32_t uid = 0;
  std::string login;    // who logged in (loginuid), perhaps another than root; empty: nobody did
  std::string command;  // "apply --yes", printable
};

/// The first record, with all that an undo needs; written before the first effect.
struct Begun {
  std::int64_t at = 0;  // seconds since the epoch, UTC
  std::string boot_id;  // of the boot in which running values were changed
  Actor actor;
  Plan plan;
};

/// A service is about to be restarted: from here on an undo has to restart it too.
struct Restarting {
  std::string unit;
};

/// All of it is done and was judged again.
struct Applied {
  std::int64_t at = 0;
  std::int64_t confirm_by = 0;  // seconds of uptime in the boot it was begun in; 0: nobody has to confirm
};

struct Confirmed {
  std::int64_t at = 0;
};

/// An undo has begun, and will be gone on with until it is done.
struct Undoing {
  std::int64_t at = 0;
  std::string reason;  // "revert", "rollback: ...", "recover"
};

struct Undone {
  std::int64_t at = 0;
  std::vector<std::string> kept;  // objects that somebody else had changed: left as they were found
};

using Record = std::variant<Begun, Restarting, Applied, Confirmed, Undoing, Undone>;

/// "begun", ...: the end of the file's name.
[[nodiscard]] std::string_view name_of(const Record& record);

/// The bytes of a record's file.
[[nodiscard]] std::string record_text(const Record& record);

/// bad_message where a bit is not as it was written. `name` is that of the file: it says which record to expect.
[[nodiscard]] Result<Record> read_record(std::string_view text, const std::string& name);

}  // namespace preflight
