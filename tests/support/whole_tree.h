// SPDX-License-Identifier: Apache-2.0
// Everything a person could see of a directory, as one text: what "exactly as before" is compared by.
#pragma once

#include <string>

namespace preflight::test {

/// One line an entry, by path: kind, mode, owner, attributes and content; what lies below `without` is left out.
[[nodiscard]] std::string whole_tree(const std::string& root, const std::string& without = {});

}  // namespace preflight::test
