// SPDX-License-Identifier: Apache-2.0
// The secrets of one statement of a configuration, masked where they stand.
#pragma once

#include <cstddef>
#include <string>

#include "probes/haproxy/raw_line.h"
#include "probes/haproxy/redact.h"

namespace preflight::haproxy {

/// Masks the secrets of the line that begins at `offset` of `text` and was cut into `raw`; what they said is kept in
/// `secrets`, so that it can be found elsewhere.
void redact_statement(std::string& text, std::size_t offset, const RawLine& raw, Secrets& secrets);

}  // namespace preflight::haproxy
