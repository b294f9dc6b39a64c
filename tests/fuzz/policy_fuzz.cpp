// SPDX-License-Identifier: Apache-2.0
// Any bytes at all are read as a policy or refused with a place; toml++ and the tree it builds recurse, so depth
// counts.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "policies/policy_file.h"
#include "tests/policies/synthetic_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string content(reinterpret_cast<const char*>(bytes), size);
  const auto policy = preflight::load_policy({{"fuzz.toml", content}}, preflight::test::kSyntheticChecks);
  if (!policy && (policy.error().reason.empty() || !policy.error().object.starts_with("fuzz.toml"))) std::abort();
  return 0;
}
