// SPDX-License-Identifier: Apache-2.0
// The calls of sock_unix_bind_receiver (src/sock_unix.c), and whose rights each of them asks for.
#include "policies/socket_file.h"

#include "policies/starter.h"

namespace preflight {

using haproxy::Bind;
using haproxy::InstanceFacts;

Result<bool> may_write(const PathStatus& directory, const InstanceFacts& instance, const Facts& facts) {
  const auto overrides = starter_has(instance, facts, kCapDacOverride);
  if (overrides && *overrides) return true;
  const auto starter = starter_of(instance);
  if (!starter) return tl::make_unexpected(starter.error());
  const bool allowed = reaches(directory, *starter) && allows(directory.status, *starter, Access::search) &&
                       allows(directory.status, *starter, Access::write);
  if (!allowed && !overrides) return tl::make_unexpected(overrides.error());
  return allowed;
}

/// chown(2) gives a file to nobody but oneself and to no group but one's own, without CAP_CHOWN; chmod(2) changes
/// nobody else's, without CAP_FOWNER.
Result<bool> may_give_away(const Bind& socket, const InstanceFacts& instance, const Facts& facts) {
  if (!socket.user && !socket.group) return true;
  const auto chowns = starter_has(instance, facts, kCapChown);
  if (chowns && *chowns && !socket.mode) return true;
  auto user = socket.user ? is_starter(instance, socket.user->value) : Result<bool>(true);
  auto group = socket.group ? is_starters(instance, socket.group->value, Membership::any) : Result<bool>(true);
  if (!user || !group) return tl::make_unexpected(user ? group.error() : user.error());
  const bool own = *user && *group;
  if (!own && !chowns) return tl::make_unexpected(chowns.error());
  if (!own && !*chowns) return false;
  // its mode is set when it is another's already
  const bool sets_mode = socket.mode && socket.mode->value != 0;
  return *user || !sets_mode ? Result<bool>(true) : starter_has(instance, facts, kCapFowner);
}

/// haproxy keeps what stands there under another name until its own socket is in place: link(2), then rename(2). A link
/// to what is another's may be protected, and in a sticky directory only the owner replaces it.
Result<bool> may_replace(const FileStatus& there, const FileStatus& directory, const InstanceFacts& instance,
                         const Facts& facts) {
  const auto starter = starter_of(instance);
  if (!starter) return tl::make_unexpected(starter.error());
  const auto above = starter_has(instance, facts, kCapFowner);
  if (there.uid == starter->uid || (above && *above)) return true;
  if (!above) return tl::make_unexpected(above.error());
  constexpr std::uint32_t kSticky = 01000;
  if ((directory.mode & kSticky) != 0 && directory.uid != starter->uid) return false;
  const bool harmless = there.kind == FileKind::regular && (there.mode & 06000U) == 0 &&
                        allows(there, *starter, Access::read) && allows(there, *starter, Access::write);
  if (harmless) return true;
  const auto& are_protected = instance.files->links_are_protected;
  if (!are_protected) return true;
  if (!*are_protected) return tl::make_unexpected(are_protected->error());
  return !**are_protected;
}

}  // namespace preflight
