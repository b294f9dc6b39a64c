// SPDX-License-Identifier: Apache-2.0
// Policy files are read in byte order of their names; whoever may write one may silence findings, so its owner counts.
#include "agent/policy_files.h"

namespace preflight {
namespace {

constexpr const char* kMain = "/etc/lbpreflight/policy.toml";
constexpr const char* kDirectory = "/etc/lbpreflight/policy.d";
constexpr std::string_view kSuffix = ".toml";
constexpr std::uint32_t kGroupOrOthersWrite = 0022;

bool is_policy_name(std::string_view name) {
  return name.size() > kSuffix.size() && name.front() != '.' && name.substr(name.size() - kSuffix.size()) == kSuffix;
}

Result<PolicyText> read_one(const HostView& host, const std::string& path, std::uint32_t euid) {
  const auto status = host.status(path);
  if (!status) return tl::make_unexpected(status.error());
  if (status->uid != 0 && status->uid != euid) {
    return fail(std::errc::operation_not_permitted, path,
                "belongs to another user (uid " + std::to_string(status->uid) + "): chown it to root");
  }
  if ((status->mode & kGroupOrOthersWrite) != 0) {
    return fail(std::errc::operation_not_permitted, path, "others may write it: chmod go-w it");
  }
  auto content = host.read(path, kPolicyLimit);
  if (!content) return tl::make_unexpected(content.error());
  return PolicyText{path, std::move(*content)};
}

bool missing(const Error& error) { return error.code == std::errc::no_such_file_or_directory; }

/// Which files apply when none was named; those that do not exist are left out.
Result<std::vector<std::string>> standard_paths(const HostView& host) {
  std::vector<std::string> paths;
  if (const auto main = host.status(kMain); main || !missing(main.error())) paths.emplace_back(kMain);
  const auto names = host.list(kDirectory);
  if (!names && missing(names.error())) return paths;
  if (!names) return tl::make_unexpected(names.error());
  for (const auto& name : *names) {
    if (is_policy_name(name)) paths.push_back(std::string(kDirectory) + "/" + name);
  }
  return paths;
}

}  // namespace

Result<std::vector<PolicyText>> read_policy_files(const HostView& host, const std::vector<std::string>& named,
                                                  std::uint32_t euid) {
  const auto paths = named.empty() ? standard_paths(host) : Result<std::vector<std::string>>(named);
  if (!paths) return tl::make_unexpected(paths.error());
  std::vector<PolicyText> texts;
  for (const auto& path : *paths) {
    auto text = read_one(host, path, euid);
    if (!text) return tl::make_unexpected(text.error());
    texts.push_back(std::move(*text));
  }
  return texts;
}

}  // namespace preflight
