// SPDX-License-Identifier: Apache-2.0
// A parameter has the value policy gave it, else the standard its check declares.
#include "policies/settings.h"

namespace preflight {

std::int64_t Settings::get(const Parameter& parameter) const {
  const auto found = values.find(parameter.name);
  return found == values.end() ? parameter.standard : found->second;
}

}  // namespace preflight
