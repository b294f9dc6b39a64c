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
        [](const preflight::cli::Options& options) { return preflight::cli::run_verb(options); },
        [](const preflight::cli::Stop& reason) { return preflight::cli::stop(reason); });
  } catch (const std::exception& bug) {
    preflight::log::error(std::string("internal error, please report it: ") + bug.what());
  } catch (...) {
    preflight::log::error("internal error, please report it");
  }
  return kOwnBug;
}
