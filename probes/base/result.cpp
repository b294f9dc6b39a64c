// SPDX-License-Identifier: Apache-2.0
// Words for an error.
#include "probes/base/result.h"

namespace preflight {

Error os_error(int number, std::string object) {
  return Error{static_cast<std::errc>(number), std::move(object), std::generic_category().message(number)};
}

std::string describe(const Error& error) {
  return error.object.empty() ? error.reason : error.object + ": " + error.reason;
}

}  // namespace preflight
