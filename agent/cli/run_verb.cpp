// SPDX-License-Identifier: Apache-2.0
// One verb a run.
#include "agent/cli/verbs.h"
#include "agent/log.h"

namespace preflight::cli {

int run_verb(const Options& options) {
  if (options.quiet) log::show_from(log::Level::error);
  if (options.verbose) log::show_from(log::Level::debug);
  switch (options.verb) {
    case Verb::check:
      return run_check(options);
    case Verb::plan:
      return run_plan(options);
    case Verb::apply:
      return run_apply(options);
    case Verb::revert:
      return run_revert(options);
    case Verb::recover:
      return run_recover(options);
    case Verb::confirm:
      return run_confirm(options);
    case Verb::history:
      return run_history(options);
    case Verb::why:
      return run_why(options);
    case Verb::facts:
      return run_facts(options);
    case Verb::record:
      return run_record(options);
    case Verb::explain:
      return run_explain(options);
    case Verb::list:
      return run_list(options);
    case Verb::man:
      return deliver(man_page());
    case Verb::completion:
      break;
  }
  return deliver(bash_completion());
}

}  // namespace preflight::cli
