// SPDX-License-Identifier: Apache-2.0
// Files by way of directories that are held open, settings by one write(2), units by the bus.
#include "remediations/host/live_effects.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "probes/host/descriptor.h"
#include "probes/host/retry.h"
#include "probes/linux/sysctl_name.h"
#include "remediations/host/recovery_timer.h"
#include "remediations/host/safe_directory.h"
#include "remediations/host/selinux_store.h"
#include "remediations/host/unit_control.h"

namespace preflight {
namespace {

constexpr std::uint32_t kDirectoryMode = 0755;

/// The directory of a path, and the name in it.
struct Place {
  SafeDirectory directory;
  std::string name;
};

Result<Place> place_of(const std::string& path) {
  auto parts = parts_of(path);
  if (!parts) return tl::make_unexpected(parts.error());
  auto directory = SafeDirectory::open(parts->directory);
  if (!directory) return tl::make_unexpected(directory.error());
  return Place{std::move(*directory), std::move(parts->name)};
}

/// The kernel takes a long list (ip_local_reserved_ports) a page at a time and adds the rest to what it has.
Result<void> write_setting(const Descriptor& file, std::string_view rest, const std::string& path) {
  while (!rest.empty()) {
    const auto written = retried([&] { return ::write(file.number(), rest.data(), rest.size()); });
    if (written < 0) return fail_errno(errno, path);
    if (written == 0) return fail_errno(EIO, path);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Result<std::optional<FileImage>> LiveEffects::image(const std::string& path) const {
  const auto place = place_of(root_ + path);
  if (place) return place->directory.image(place->name);
  if (is_missing(place.error())) return std::optional<FileImage>();
  return tl::make_unexpected(place.error());
}

Result<bool> LiveEffects::has_directory(const std::string& path) const {
  const auto place = place_of(root_ + path);
  if (!place) return tl::make_unexpected(place.error());
  return place->directory.has_directory(place->name);
}

Result<void> LiveEffects::replace(const FileWrite& write) {
  auto place = place_of(root_ + write.path);
  if (!place) return tl::make_unexpected(place.error());
  const auto found = place->directory.image(place->name);
  if (!found) return tl::make_unexpected(found.error());
  const bool as_expected =
      found->has_value() == write.from.has_value() && (!write.from || (*found)->same_as(*write.from));
  if (!as_expected) return fail(std::errc::resource_unavailable_try_again, write.path, "was changed meanwhile");
  return write.to ? place->directory.put(place->name, *write.to, write.from.has_value())
                  : place->directory.remove(place->name);
}

Result<void> LiveEffects::settle(const std::string& path) {
  auto place = place_of(root_ + path);
  if (!place && is_missing(place.error())) return {};
  if (!place) return tl::make_unexpected(place.error());
  return place->directory.remove_leftover(place->name).and_then([&] { return place->directory.settle(place->name); });
}

Result<void> LiveEffects::make_directory(const std::string& path) {
  auto place = place_of(root_ + path);
  if (!place) return tl::make_unexpected(place.error());
  return place->directory.make_directory(place->name, kDirectoryMode);
}

Result<void> LiveEffects::remove_directory(const std::string& path) {
  auto place = place_of(root_ + path);
  if (!place) return tl::make_unexpected(place.error());
  return place->directory.remove_directory(place->name);
}

Result<void> LiveEffects::set_sysctl(const std::string& key, const std::string& value) {
  const auto path = root_ + "/proc/sys/" + sysctl_path(key);
  // A kernel setting has no length: what O_TRUNC does it does to a file that stands for one.
  const Descriptor file(retried([&] { return ::open(path.c_str(), O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC); }));
  if (!file.valid()) return fail_errno(errno, path);
  return write_setting(file, value + "\n", path);
}

Result<void> LiveEffects::reload_units() { return systemd::reload(); }

Result<void> LiveEffects::restart_unit(const std::string& unit) { return systemd::restart(unit); }

Result<void> LiveEffects::edit_selinux(const SelinuxEdit& edit) {
  return selinux::carry_out({.view = view_, .root = root_}, edit);
}

Result<void> LiveEffects::settle_selinux(const SelinuxEdit& edit) {
  return selinux::settle({.view = view_, .root = root_}, edit);
}

Result<void> LiveEffects::repair_selinux(const SelinuxRepair& repair) {
  return selinux::repair({.view = view_, .root = root_}, repair.store);
}

Result<void> LiveEffects::schedule_recovery(std::uint32_t transaction, std::chrono::seconds after) {
  return systemd::start_recovery_timer(transaction, after);
}

void LiveEffects::cancel_recovery(std::uint32_t transaction) { systemd::stop_recovery_timer(transaction); }

}  // namespace preflight
