// SPDX-License-Identifier: Apache-2.0
// The verb why: each setting on a page of its own, or all of them as one document.
#include "agent/why.h"

#include "agent/cli/session.h"
#include "agent/cli/terminal.h"
#include "agent/cli/verbs.h"
#include "agent/log.h"
#include "agent/report/json_why.h"
#include "agent/report/text_why.h"

namespace preflight::cli {
namespace {

std::string pages_of(const std::vector<Why>& settings, bool color) {
  std::string pages;
  for (const auto& why : settings) {
    if (why.exists()) pages += (pages.empty() ? "" : "\n") + text_why(why, color);
  }
  return pages;
}

}  // namespace

int run_why(const Options& options) {
  auto opened = open_session(options);
  if (const int* refused = std::get_if<int>(&opened)) return *refused;
  const auto& session = std::get<Session>(opened);
  const auto run = find_out_why(*session.host, session.policy, options);
  if (!run) return refuse(run.error(), kUsage);
  for (const auto& sentence : run->missing) log::error(sentence);
  const int exit_code = run->missing.empty() ? 0 : kUsage;
  if (options.format == Format::json) return deliver(json_why(run->settings, run->host), exit_code);
  return deliver(pages_of(run->settings, wants_color(options.color, Stream::output)), exit_code);
}

}  // namespace preflight::cli
