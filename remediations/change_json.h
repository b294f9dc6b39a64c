// SPDX-License-Identifier: Apache-2.0
// A change as JSON. Bytes that are no text are written in base64, so that every file comes back as it was.
#pragma once

#include <nlohmann/json.hpp>

#include "remediations/change.h"
#include "remediations/json_fields.h"

namespace preflight {

[[nodiscard]] nlohmann::ordered_json change_json(const Change& change);

/// What is not a change is complained of in `fields`.
[[nodiscard]] Change read_change(const JsonFields& fields);

}  // namespace preflight
