// SPDX-License-Identifier: Apache-2.0
// Killed while it exchanges stores, libsemanage leaves none, and every later transaction of its fails: the store of
// before is moved back first. Killed later, boot loads the policy of before, and only a commit that takes itself for a
// change installs another.
#include "remediations/host/selinux_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "probes/host/descriptor.h"
#include "probes/host/retry.h"
#include "remediations/host/own_child.h"
#include "remediations/host/selinux_store_files.h"
#include "remediations/host/semanage_session.h"
#include "remediations/selinux_state.h"

namespace preflight::selinux {
namespace {

using namespace std::chrono_literals;

/// A rebuild of a large policy on a busy machine takes a minute.
constexpr auto kDeadline = 300s;

bool reloads(const Place& place) { return place.root.empty() && selinux_runs(place.view); }

/// Mended as far as renaming does it, the store is libsemanage's to work in.
template <typename Work>
Result<void> with_store(const Place& place, const std::string& name, Work&& work) {
  const auto paths = selinux_paths(place.view, name);
  const auto mend = [&] { return mend_files(place.root, paths, place.view, place.patience); };
  return in_child("SELinux policy " + name, kDeadline, [&] { return mend().and_then(work); }).and_then([&] {
    return make_durable(place.root, paths);
  });
}

/// Under the store's lock: whoever had it before us may have changed what we looked at.
Result<void> still_ours(const Place& place, const SelinuxEdit& edit) {
  const auto standing = standing_of(edit, place.view);
  if (!standing) return tl::make_unexpected(standing.error());
  if (standing->all_known) return {};
  return fail(std::errc::resource_unavailable_try_again, "SELinux policy " + edit.store,
              "was changed meanwhile: " + standing->found);
}

Result<void> commit(const Place& place, const SelinuxEdit& edit) {
  return with_store(place, edit.store, [&]() -> Result<void> {
    const auto session = Session::open(place.root, edit.store, reloads(place));
    if (!session) return tl::make_unexpected(session.error());
    auto done = (*session)->begin().and_then([&] { return still_ours(place, edit); });
    for (const auto& port : edit.ports) done = done.and_then([&] { return (*session)->put(port); });
    for (const auto& boolean : edit.booleans) done = done.and_then([&] { return (*session)->put(boolean); });
    return done.and_then([&] { return (*session)->commit(); });
  });
}

bool is_kept(const SelinuxEdit& edit) {
  const auto is_changed = [](const SelinuxBoolean& one) { return one.kept_from != one.kept_to; };
  return !edit.ports.empty() || std::any_of(edit.booleans.begin(), edit.booleans.end(), is_changed);
}

/// The kernel takes a value as one write(2).
Result<void> write_value(const std::string& path, std::string_view value) {
  const Descriptor file(retried([&] { return ::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC); }));
  if (!file.valid()) return fail_errno(errno, path);
  if (retried([&] { return ::write(file.number(), value.data(), value.size()); }) < 0) return fail_errno(errno, path);
  return {};
}

/// In the kernel all of them change at once.
Result<void> set_running(const Place& place, const SelinuxEdit& edit) {
  if (!selinux_runs(place.view)) return {};
  const auto files = place.root + kSelinuxFs;
  bool any = false;
  for (const auto& boolean : edit.booleans) {
    if (!boolean.running_to) continue;
    const auto now = running_boolean(place.view, boolean.name);
    if (!now) return tl::make_unexpected(now.error());
    if (*now == *boolean.running_to) continue;
    any = true;
    if (auto set = write_value(files + "/booleans/" + boolean.name, *boolean.running_to ? "1" : "0"); !set) return set;
  }
  return any ? write_value(files + "/commit_pending_bools", "1") : Result<void>();
}

/// A label of ports that this host does not label; it never becomes one, and lets libsemanage see a change.
Result<SelinuxPort> spare_port(const Place& place, const std::string& store) {
  const auto state = read_selinux_state(place.view, store);
  if (!state) return tl::make_unexpected(state.error());
  SelinuxPort port{.protocol = "udp", .low = 1, .high = 1, .from = "system_u:object_r:port_t:s0"};
  while (state->ports.contains({port.protocol, port.low, port.high}) && port.low < UINT16_MAX) port.high = ++port.low;
  return port;
}

/// A commit that changes nothing installs what the store holds, if it takes itself for a change: that costs a second
/// where compiling all modules anew costs fifteen.
Result<void> install_again(const Place& place, const std::string& store) {
  const auto state = read_selinux_state(place.view, store);
  if (!state) return tl::make_unexpected(state.error());
  if (state->whole()) return {};
  const auto port = spare_port(place, store);
  if (!port) return tl::make_unexpected(port.error());
  const auto session = Session::open(place.root, store, reloads(place));
  if (!session) return tl::make_unexpected(session.error());
  return (*session)->begin().and_then([&] { return (*session)->put(*port); }).and_then([&] {
    return (*session)->commit();
  });
}

/// libsemanage removes the copy of a store that never became one when it begins, and its own when it ends.
Result<void> clear_and_reload(const Place& place, const std::string& store) {
  const auto paths = selinux_paths(place.view, store);
  const bool left = place.view.status(paths.store + "/tmp").has_value() || place.view.status(paths.final).has_value();
  if (!left && !reloads(place)) return {};
  const auto session = Session::open(place.root, store, reloads(place));
  if (!session) return tl::make_unexpected(session.error());
  auto done = reloads(place) ? (*session)->reload() : Result<void>();
  return left ? done.and_then([&] { return (*session)->begin(); }) : done;
}

}  // namespace

Result<void> carry_out(const Place& place, const SelinuxEdit& edit) {
  if (auto why = why_impossible(edit); !why.empty())
    return fail(std::errc::invalid_argument, "SELinux policy " + edit.store, std::move(why));
  return (is_kept(edit) ? commit(place, edit) : Result<void>()).and_then([&] { return set_running(place, edit); });
}

Result<void> repair(const Place& place, const std::string& store) {
  const auto state = read_selinux_state(place.view, store);
  if (!state) return tl::make_unexpected(state.error());
  if (state->whole()) return {};
  return with_store(place, store, [&] { return install_again(place, store); });
}

Result<void> settle(const Place& place, const SelinuxEdit& edit) {
  if (!is_kept(edit)) return {};
  const Place at_once{.view = place.view, .root = place.root, .patience = 0s};
  auto settled = with_store(at_once, edit.store, [&] { return clear_and_reload(place, edit.store); });
  // Whoever is at work there clears up himself, and gives the kernel what he makes.
  if (!settled && settled.error().code == std::errc::device_or_resource_busy) return {};
  return settled;
}

}  // namespace preflight::selinux
