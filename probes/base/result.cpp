// SPDX-License-Identifier: Apache-2.0
// Words for an error.
#include "probes/base/result.h"

#include <string_view>

namespace preflight {

Error os_error(int number, std::string object) {
  return Error{static_cast<std::errc>(number), std::move(object), std::generic_category().message(number)};
}

namespace {
constexpr std::string_view kOfflineTree = "offline tree";
}  // namespace

Error offline_tree(std::string object) {
  return Error{std::errc::not_supported, std::move(object), std::string(kOfflineTree)};
}

bool is_offline_tree(const Error& error) {
  return error.code == std::errc::not_supported && error.reason == kOfflineTree;
}

bool is_missing(const Error& error) {
  return error.code == std::errc::no_such_file_or_directory || error.code == std::errc::not_a_directory;
}

std::string describe(const Error& error) {
  return error.object.empty() ? error.reason : error.object + ": " + error.reason;
}

}  // namespace preflight
