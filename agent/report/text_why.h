// SPDX-License-Identifier: Apache-2.0
// One setting on one screen: what it is, what it will be, which line decides, and who else has a say.
#pragma once

#include <string>

#include "agent/report/why.h"

namespace preflight {

/// Every byte that came from outside has been made printable; no line is longer than 80 columns but for names, which
/// stay whole so that they can be copied.
[[nodiscard]] std::string text_why(const Why& why, bool color);

}  // namespace preflight
