// SPDX-License-Identifier: Apache-2.0
// The verb list: the catalog as a table.
#include "agent/cli/verbs.h"
#include "agent/explain.h"
#include "agent/report/catalog_json.h"

namespace preflight::cli {

int run_list(const Options& options) {
  return deliver(options.format == Format::json ? json_checks(all_checks()) : list_checks(all_checks()));
}

}  // namespace preflight::cli
