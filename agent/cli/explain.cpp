// SPDX-License-Identifier: Apache-2.0
// The verb explain: one check, or without an ID every check there is.
#include "agent/explain.h"

#include <vector>

#include "agent/cli/verbs.h"
#include "agent/report/catalog_json.h"

namespace preflight::cli {

int run_explain(const Options& options) {
  std::vector<const Check*> wanted;
  for (const auto* const check : all_checks()) {
    if (options.topic.empty() || check->id == options.topic) wanted.push_back(check);
  }
  if (options.format == Format::json) return deliver(json_checks(wanted));
  std::string pages;
  for (const auto* const check : wanted) pages += (pages.empty() ? "" : "\n\n") + explain(*check);
  return deliver(pages);
}

}  // namespace preflight::cli
