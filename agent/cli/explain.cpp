// SPDX-License-Identifier: Apache-2.0
// The verb explain: one check or the ladder, or without an ID everything there is.
#include "agent/explain.h"

#include <vector>

#include "agent/cli/option_tree.h"
#include "agent/cli/verbs.h"
#include "agent/report/catalog_json.h"

namespace preflight::cli {

int run_explain(const Options& options) {
  if (options.topic == kLadderTopic) {
    return deliver(options.format == Format::json ? json_limits() : explain_ladder());
  }
  std::vector<const Check*> wanted;
  for (const auto* const check : all_checks()) {
    if (options.topic.empty() || check->id == options.topic) wanted.push_back(check);
  }
  if (options.format == Format::json) return deliver(json_checks(wanted));
  std::string pages;
  for (const auto* const check : wanted) pages += (pages.empty() ? "" : "\n\n") + explain(*check);
  if (options.topic.empty()) pages += "\n\n" + explain_ladder();
  return deliver(pages);
}

}  // namespace preflight::cli
