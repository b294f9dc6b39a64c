// SPDX-License-Identifier: Apache-2.0
// A change looks before it acts: that one rule protects foreign edits, finishes what a crash cut off, and makes doing
// a thing twice the same as once.
#pragma once

#include <optional>
#include <string>

#include "probes/base/result.h"
#include "remediations/change.h"
#include "remediations/host/host.h"

namespace preflight {

enum class Location : std::uint8_t {
  at_from,
  at_to,
  between,  // of a change in several parts: some are at from, the others at to, or it was cut off
  elsewhere,
};

/// Where the host stands with a change. A reload and a restart have no state: they are always still to be done.
struct Located {
  Location where = Location::elsewhere;
  std::string value{};               // of a setting, as it is now; of a policy, what is not as it was, in words
  std::optional<FileImage> image{};  // of a file, as it is now; nothing where there is none
};

[[nodiscard]] Result<Located> locate(const Change& change, const Host& host);

/// At `from` and between it acts and reads back; at `to` it makes sure that this lasts; anywhere else it leaves things
/// alone: resource_unavailable_try_again.
[[nodiscard]] Result<void> perform(const Change& change, Host& host);

}  // namespace preflight
