// SPDX-License-Identifier: Apache-2.0
// What we ask of the running systemd.
#pragma once

#include <string>

#include "probes/base/result.h"

namespace preflight::systemd {

/// daemon-reload: all unit files are read again when it returns.
Result<void> reload();

/// Stops and starts a unit; when it returns the unit is active, or it is an error that says what became of it.
Result<void> restart(const std::string& unit);

}  // namespace preflight::systemd
