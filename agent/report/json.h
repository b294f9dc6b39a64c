// SPDX-License-Identifier: Apache-2.0
// The machine's reports: "lbpreflight.report/1" and the snapshot of `facts`; schemas are shipped beside this file.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "agent/report/model.h"

namespace preflight {

/// One JSON document, keys in snake_case, invalid UTF-8 replaced, a final line end. `sink` takes it piece by piece: it
/// may be larger than everything it is made of.
void write_json_report(const Report& report, const std::function<void(std::string_view)>& sink);

/// The same document, whole.
[[nodiscard]] std::string json_report(const Report& report);

/// The snapshot that `lbpreflight facts --format json` prints.
[[nodiscard]] std::string json_facts(const Facts& facts);

}  // namespace preflight
