// SPDX-License-Identifier: Apache-2.0
// Users and groups by /etc/passwd and /etc/group (passwd(5), group(5)). A directory service is not asked: who is known
// only there is an error, not somebody without rights.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"
#include "probes/linux/paths.h"

namespace preflight {

/// Who somebody is that a configuration or a unit names.
struct AccountNames {
  std::string user;                  // a name or a number
  std::string group{};               // empty: the user's own
  std::vector<std::string> further;  // supplementary groups besides those that list the user
};

/// The number behind a user or a group, named or written as a number.
[[nodiscard]] Result<std::uint32_t> find_user(const HostView& host, const std::string& name);
[[nodiscard]] Result<std::uint32_t> find_group(const HostView& host, const std::string& name);

/// The first name of a user; "uid 1000" where none is known here.
[[nodiscard]] std::string user_name(const HostView& host, std::uint32_t uid);

/// The account, its supplementary groups included.
[[nodiscard]] Result<Account> find_account(const HostView& host, const AccountNames& names);

}  // namespace preflight
