// SPDX-License-Identifier: Apache-2.0
// Where a value of the configuration was written, as compilers and editors print places.
#include "probes/haproxy/origin.h"

namespace preflight::haproxy {

std::string Origin::text() const {
  if (!written()) return "default";
  return (file ? *file : std::string("?")) + ":" + std::to_string(line) + ":" + std::to_string(column);
}

}  // namespace preflight::haproxy
