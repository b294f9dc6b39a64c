// SPDX-License-Identifier: Apache-2.0
// The verb facts: the snapshot that the checks would judge, as it was read.
#include "agent/cli/session.h"
#include "agent/cli/verbs.h"
#include "agent/cycle.h"
#include "agent/report/json.h"

namespace preflight::cli {

int run_facts(const Options& options) {
  auto opened = open_session(options);
  if (const int* refused = std::get_if<int>(&opened)) return *refused;
  const auto& session = std::get<Session>(opened);
  const auto facts = collect(*session.host, request_for(select_checks(session.policy, {}), options));
  if (!facts) return refuse(facts.error(), kUsage);
  return deliver(json_facts(*facts));
}

}  // namespace preflight::cli
