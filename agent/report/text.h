// SPDX-License-Identifier: Apache-2.0
// The report for people: 80 columns, findings first, arithmetic shown, the next command last.
#pragma once

#include <string>

#include "agent/report/model.h"

namespace preflight {

struct TextOptions {
  bool color = false;
  bool verbose = false;  // infos, passes' subjects and waived findings too
  bool quiet = false;    // one line
};

/// Every byte that came from outside has been made printable.
[[nodiscard]] std::string text_report(const Report& report, const TextOptions& options);

}  // namespace preflight
