// SPDX-License-Identifier: Apache-2.0
// The words of one verb, sorted into options by CLI11; what the words mean is read by options.cpp.
#pragma once

#include <array>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "agent/cli/option_tree.h"

namespace preflight::cli {

/// A value, or the sentence that tells a person what is wrong with the command line.
template <typename T>
using Understood = tl::expected<T, std::string>;

struct Arguments {
  std::array<std::vector<std::string>, kOptionCount> given;  // by Option: its values in order; a switch: "true"
  std::vector<std::string> own;                              // the verb's own arguments
  std::vector<std::string> strangers;                        // nothing of this verb takes them

  [[nodiscard]] const std::vector<std::string>& of(Option option) const {
    return given[static_cast<std::size_t>(option)];
  }
  [[nodiscard]] bool has(Option option) const { return !of(option).empty(); }
};

/// "option '--format' needs a value: FORMAT"
[[nodiscard]] std::string needs_value(const OptionSpec& spec);

/// `words` without program name and verb. Fails when an option has an empty value or a switch has one.
[[nodiscard]] Understood<Arguments> sort_arguments(const VerbSpec& verb, std::vector<std::string> words);

}  // namespace preflight::cli
