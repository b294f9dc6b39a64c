// SPDX-License-Identifier: Apache-2.0
// An environment tells far more than haproxy needs: only the variables that the configuration or the unit uses are
// kept.
#pragma once

#include <string>
#include <vector>

#include "probes/haproxy/redact.h"

namespace preflight::haproxy {

/// Replaces all but blanks and line ends of [begin, end) by stars.
void hide_value(std::string& text, std::size_t begin, std::size_t end);

/// NAME=value: unused variables are dropped; the value of a secret one is replaced by stars and kept in `secrets`.
void redact_assignments(std::vector<std::string>& assignments, Secrets& secrets);

/// The same in a block of NUL-terminated assignments (/proc/PID/environ).
void redact_environment(std::string& block, Secrets& secrets);

/// An EnvironmentFile= (systemd.exec(5)). Lines stay; values of unused and secret variables become stars, in comments
/// too.
void redact_environment_file(std::string& text, Secrets& secrets);

/// A unit file: the values in Environment=, and the credentials set in it.
void redact_unit_file(std::string& text, Secrets& secrets);

}  // namespace preflight::haproxy
