// SPDX-License-Identifier: Apache-2.0
// What the verbs that change a host begin with, and end with.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "agent/mutation.h"
#include "probes/linux/boot_time.h"

namespace preflight {

/// The journal is ours alone, and nothing of it is left to do.
struct Ready {
  Journal journal;
  BootTime boot;
  std::vector<std::uint32_t> recovered;  // transactions that were undone before anything else
};

/// Takes the lock and does what `recover` does, or says why neither.
[[nodiscard]] std::variant<Ready, MutationReport> make_ready(const std::string& verb, const Mutation& mutation);

/// Makes ready, and tells with the verb's own end what was undone before.
template <typename Verb>
[[nodiscard]] MutationReport after_recovery(const std::string& name, const Mutation& mutation, Verb&& verb) {
  auto made = make_ready(name, mutation);
  if (auto* const refusal = std::get_if<MutationReport>(&made)) return std::move(*refusal);
  auto& ready = std::get<Ready>(made);
  auto report = verb(ready);
  report.recovered = std::move(ready.recovered);
  return report;
}

[[nodiscard]] MutationReport ended(std::string verb, MutationEnd end, int exit_code,
                                   std::vector<std::string> reasons = {});

}  // namespace preflight
