// SPDX-License-Identifier: Apache-2.0
// What stands at the paths a configuration names, and who will open them; never what the files hold.
#include <array>

#include "agent/report/json_haproxy.h"
#include "policies/named_files.h"

namespace preflight::json {
namespace {

// in the order of FileKind
constexpr std::array<std::string_view, 6> kKinds = {"regular", "directory", "link", "fifo", "socket", "device"};

Json account_of(const Result<Account>& account) {
  if (!account) return absent(account.error());
  return {{"uid", account->uid}, {"gid", account->gid}, {"groups", account->groups}};
}

Json path_of(const std::string& path, const Result<PathStatus>& found) {
  if (!found) return {{"path", path}, {"error", error(found.error())}};
  const auto& status = found->status;
  return {{"path", path},
          {"resolved", found->resolved},
          {"kind", kKinds.at(static_cast<std::size_t>(status.kind))},
          {"mode", octal(status.mode)},
          {"uid", status.uid},
          {"gid", status.gid}};
}

}  // namespace

Json files(const Result<haproxy::FileFacts>& files) {
  if (!files) return absent(files.error());
  Json paths = Json::array();
  for (const auto& [path, facts] : files->paths) {
    paths.push_back(path_of(path, facts.found));
    for (const auto& [name, found] : facts.entries) {
      paths.push_back(path_of(std::string(path).append("/").append(name), found));
    }
  }
  Json sockets = Json::array();
  for (const auto& [path, found] : files->log_sockets) sockets.push_back(path_of(path, found));
  return {{"starter", account_of(files->starter)},
          {"worker", account_of(files->worker)},
          {"paths", std::move(paths)},
          {"log_sockets", std::move(sockets)},
          {"left_out", files->left_out}};
}

}  // namespace preflight::json
