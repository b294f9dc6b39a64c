// SPDX-License-Identifier: Apache-2.0
// The verb history: what was changed here, and whether it is still so. It takes no lock: nothing waits for a reader.
#include "agent/cli/session.h"
#include "agent/cli/terminal.h"
#include "agent/cli/verbs.h"
#include "agent/mutation.h"
#include "agent/report/json_plan.h"
#include "agent/report/text_plan.h"
#include "remediations/host/live_effects.h"

namespace preflight::cli {

int run_history(const Options& options) {
  auto opened = open_session(options);
  if (const int* refused = std::get_if<int>(&opened)) return *refused;
  const auto& session = std::get<Session>(opened);
  const LiveEffects host(*session.host);
  const auto transactions = Journal::read(kStatePath);
  if (!transactions) return refuse(transactions.error(), kRefused);
  std::vector<std::string> standings;
  for (const auto& transaction : *transactions) standings.push_back(standing_of(transaction, host));
  if (options.format == Format::json) return deliver(json_history(*transactions, standings));
  return deliver(text_history(*transactions, standings, wants_color(options.color, Stream::output)));
}

}  // namespace preflight::cli
