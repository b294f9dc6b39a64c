// SPDX-License-Identifier: Apache-2.0
// libmd, linked in: a cryptographic library would cost every start more than the scan does.
#include "remediations/digest.h"

#include <array>

#include <sha256.h>

namespace preflight {

std::string digest(std::string_view bytes) {
  std::array<char, SHA256_DIGEST_STRING_LENGTH> text{};
  SHA256Data(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), text.data());
  return std::string("sha256:") + text.data();
}

}  // namespace preflight
