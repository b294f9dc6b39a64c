// SPDX-License-Identifier: Apache-2.0
// One line an account, fields between colons; the first line of a name counts.
#include "probes/linux/accounts.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>

#include "probes/base/text.h"

namespace preflight {
namespace {

constexpr const char* kUsers = "/etc/passwd";
constexpr const char* kGroups = "/etc/group";
constexpr std::size_t kFileLimit = std::size_t{16} * 1024 * 1024;

using Fields = std::vector<std::string_view>;

std::optional<std::uint32_t> parse_id(std::string_view text) {
  const auto number = parse_integer(text);
  if (!number || *number < 0 || *number > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

/// Calls `entry` with the fields of each line that has at least `least` of them.
void for_each_entry(std::string_view text, std::size_t least, const std::function<void(const Fields&)>& entry) {
  for_each_line(text, [&](std::string_view line) {
    const auto fields = split(line, ':');
    if (fields.size() >= least) entry(fields);
  });
}

/// /etc/passwd and /etc/group both begin with name, password and number.
std::optional<std::uint32_t> number_of(std::string_view accounts, std::string_view name) {
  std::optional<std::uint32_t> found;
  for_each_entry(accounts, 3, [&](const Fields& fields) {
    if (!found && fields[0] == name) found = parse_id(fields[2]);
  });
  return found ? found : parse_id(name);
}

tl::unexpected<Error> unknown(const char* file, std::string_view name) {
  return fail(std::errc::no_such_file_or_directory, file, "does not know '" + printable(name.substr(0, 60)) + "'");
}

/// Every group that lists the user as a member.
void add_memberships(std::string_view groups, std::string_view user, Account& account) {
  for_each_entry(groups, 4, [&](const Fields& fields) {
    const auto members = split(fields[3], ',');
    const auto id = parse_id(fields[2]);
    if (id && std::find(members.begin(), members.end(), user) != members.end()) account.groups.push_back(*id);
  });
}

Result<std::uint32_t> find_in(const HostView& host, const char* file, const std::string& name) {
  const auto accounts = host.read(file, kFileLimit);
  if (!accounts) return tl::make_unexpected(accounts.error());
  const auto number = number_of(*accounts, name);
  if (!number) return unknown(file, name);
  return *number;
}

}  // namespace

Result<std::uint32_t> find_user(const HostView& host, const std::string& name) { return find_in(host, kUsers, name); }

Result<std::uint32_t> find_group(const HostView& host, const std::string& name) { return find_in(host, kGroups, name); }

std::string user_name(const HostView& host, std::uint32_t uid) {
  std::string name;
  for_each_entry(host.read(kUsers, kFileLimit).value_or(""), 3, [&](const Fields& fields) {
    if (name.empty() && parse_id(fields[2]) == uid) name = fields[0];
  });
  return name.empty() ? "uid " + std::to_string(uid) : name;
}

Result<Account> find_account(const HostView& host, const AccountNames& names) {
  const auto users = host.read(kUsers, kFileLimit);
  if (!users) return tl::make_unexpected(users.error());
  const auto groups = host.read(kGroups, kFileLimit);
  if (!groups) return tl::make_unexpected(groups.error());
  std::optional<Account> account;
  std::string_view name;
  for_each_entry(*users, 4, [&](const Fields& fields) {
    const auto uid = parse_id(fields[2]);
    const auto gid = parse_id(fields[3]);
    if (account || !uid || !gid || (fields[0] != names.user && fields[2] != names.user)) return;
    account = Account{*uid, *gid};
    name = fields[0];
  });
  if (!account) return unknown(kUsers, names.user);
  add_memberships(*groups, name, *account);
  if (!names.group.empty()) {
    const auto group = number_of(*groups, names.group);
    if (!group) return unknown(kGroups, names.group);
    account->gid = *group;
  }
  for (const auto& further : names.further) {
    const auto group = number_of(*groups, further);
    if (!group) return unknown(kGroups, further);
    account->groups.push_back(*group);
  }
  return *account;
}

}  // namespace preflight
