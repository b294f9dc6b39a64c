// SPDX-License-Identifier: Apache-2.0
// The entry: streams made safe, the command line understood, one verb run; an exception here is a bug of ours (70).
#include <exception>
#include <string>

#include "agent/cli/options.h"
#include "agent/cli/terminal.h"
#include "agent/cli/verbs.h"
#include "agent/log.h"
#include "probes/base/visit.h"

namespace preflight::cli {
namespace {

int run(const Options& options) {
  if (options.quiet) log::show_from(log::Level::error);
  if (options.verbose) log::show_from(log::Level::debug);
  switch (options.verb) {
    case Verb::check:
      return run_check(options);
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

int stop(const Stop& reason) {
  if (reason.exit_code == 0) return deliver(reason.text);
  (void)write_all(Stream::error, reason.text);
  return reason.exit_code;
}

}  // namespace
}  // namespace preflight::cli

int main(int argc, char** argv) {
  constexpr int kOwnBug = 70;
  try {
    preflight::cli::prepare_streams();
    return preflight::visit(
        preflight::cli::parse_options(argc, argv),
        [](const preflight::cli::Options& options) { return preflight::cli::run(options); },
        [](const preflight::cli::Stop& reason) { return preflight::cli::stop(reason); });
  } catch (const std::exception& bug) {
    preflight::log::error(std::string("internal error, please report it: ") + bug.what());
  } catch (...) {
    preflight::log::error("internal error, please report it");
  }
  return kOwnBug;
}
