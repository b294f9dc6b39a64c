// SPDX-License-Identifier: Apache-2.0
// A report that met a full disk must not end in exit 0: a pipeline would read the missing half as good news.
#include <algorithm>

#include "agent/cli/terminal.h"
#include "agent/cli/verbs.h"
#include "agent/exit_codes.h"
#include "agent/log.h"

namespace preflight::cli {

int deliver(std::string_view result, int exit_code) { return deliver(write_all(Stream::output, result), exit_code); }

int deliver(const Result<void>& written, int exit_code) {
  if (written) return exit_code;
  log::error(describe(written.error()));
  // What became of the host is worse news than that it could not be told.
  return std::max(exit_code, kIncomplete);
}

}  // namespace preflight::cli
