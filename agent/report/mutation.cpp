// SPDX-License-Identifier: Apache-2.0
// How a change of the host ended, in a word.
#include "agent/report/mutation.h"

namespace preflight {

std::string_view to_string(MutationEnd end) {
  switch (end) {
    case MutationEnd::nothing:
      return "nothing to do";
    case MutationEnd::planned:
      return "planned";
    case MutationEnd::applied:
      return "applied";
    case MutationEnd::undone:
      return "undone";
    case MutationEnd::confirmed:
      return "confirmed";
    case MutationEnd::refused:
      return "refused";
    case MutationEnd::rolled_back:
      return "rolled back";
    case MutationEnd::torn:
      break;
  }
  return "between two states";
}

}  // namespace preflight
