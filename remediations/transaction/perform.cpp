// SPDX-License-Identifier: Apache-2.0
// locate, then act, then read back: success is what was seen, not what was asked for.
#include "remediations/transaction/perform.h"

#include "policies/sysctl_demand.h"
#include "probes/base/visit.h"
#include "probes/linux/sysctl_name.h"
#include "remediations/selinux_state.h"

namespace preflight {
namespace {

bool same(const std::optional<FileImage>& one, const std::optional<FileImage>& other) {
  return one.has_value() == other.has_value() && (!one || one->same_as(*other));
}

Location location_of(bool at_to, bool at_from) {
  if (at_to) return Location::at_to;
  return at_from ? Location::at_from : Location::elsewhere;
}

Result<Located> locate_sysctl(const SysctlWrite& write, const Host& host) {
  auto now = host.view().read_in(Netns{}, "/proc/sys/" + sysctl_path(write.key));
  if (!now) return tl::make_unexpected(now.error());
  Located located;
  located.value = normalised(*now);
  located.where = location_of(located.value == write.to, located.value == write.from);
  return located;
}

Result<Located> locate_file(const FileWrite& write, const Host& host) {
  auto image = host.image(write.path);
  if (!image) return tl::make_unexpected(image.error());
  Located located;
  located.image = std::move(*image);
  located.where = location_of(same(located.image, write.to), same(located.image, write.from));
  return located;
}

Result<Located> locate_directory(const DirectoryWrite& write, const Host& host) {
  const auto there = host.has_directory(write.path);
  if (!there) return tl::make_unexpected(there.error());
  return Located{.where = location_of(*there == write.to, *there == write.from)};
}

/// All its parts together: a commit that was cut off may have left some of them here and some there.
Result<Located> locate_selinux(const SelinuxEdit& edit, const Host& host) {
  auto standing = standing_of(edit, host.view());
  if (!standing) return tl::make_unexpected(standing.error());
  Located located;
  located.value = std::move(standing->found);
  located.where = location_of(standing->all_to, standing->all_from);
  if (located.where == Location::elsewhere && standing->all_known) located.where = Location::between;
  return located;
}

/// What a change asks of the host, without a look.
Result<void> act(const Change& change, Host& host) {
  return visit(
      change, [&](const SysctlWrite& write) { return host.set_sysctl(write.key, write.to); },
      [&](const FileWrite& write) { return host.replace(write); },
      [&](const DirectoryWrite& write) {
        return write.to ? host.make_directory(write.path) : host.remove_directory(write.path);
      },
      [&](const UnitsReload&) { return host.reload_units(); },
      [&](const UnitRestart& restart) { return host.restart_unit(restart.unit); },
      [&](const SelinuxEdit& edit) { return host.edit_selinux(edit); },
      [&](const SelinuxRepair& repair) { return host.repair_selinux(repair); });
}

tl::unexpected<Error> changed_meanwhile(const Change& change) {
  return fail(std::errc::resource_unavailable_try_again, object_of(change),
              "is neither what it was nor what it was to be: somebody else changed it");
}

/// The kernel may take a value and make another of it; then the setting goes back at once, while we know what it was.
Result<void> read_back(const Change& change, Host& host) {
  const auto located = locate(change, host);
  if (!located) return tl::make_unexpected(located.error());
  if (located->where == Location::at_to) return {};
  if (const auto* write = std::get_if<SysctlWrite>(&change)) {
    (void)host.set_sysctl(write->key, write->from);
    return fail(std::errc::invalid_argument, write->key,
                "the kernel made \"" + located->value + "\" of \"" + write->to + "\"");
  }
  return changed_meanwhile(change);
}

/// A crash may have come between the act and its being durable.
Result<void> make_last(const Change& change, Host& host) {
  if (const auto* edit = std::get_if<SelinuxEdit>(&change)) return host.settle_selinux(*edit);
  const bool on_disk = std::holds_alternative<FileWrite>(change) || std::holds_alternative<DirectoryWrite>(change);
  return on_disk ? host.settle(object_of(change)) : Result<void>();
}

}  // namespace

Result<Located> locate(const Change& change, const Host& host) {
  return visit(
      change, [&](const SysctlWrite& write) { return locate_sysctl(write, host); },
      [&](const FileWrite& write) { return locate_file(write, host); },
      [&](const DirectoryWrite& write) { return locate_directory(write, host); },
      [](const UnitsReload&) { return Result<Located>(Located{.where = Location::at_from}); },
      [](const UnitRestart&) { return Result<Located>(Located{.where = Location::at_from}); },
      [&](const SelinuxEdit& edit) { return locate_selinux(edit, host); },
      [](const SelinuxRepair&) { return Result<Located>(Located{.where = Location::at_from}); });
}

Result<void> perform(const Change& change, Host& host) {
  if (!has_state(change)) return act(change, host);
  const auto located = locate(change, host);
  if (!located) return tl::make_unexpected(located.error());
  switch (located->where) {
    case Location::at_from:
    case Location::between:
      return act(change, host).and_then([&] { return read_back(change, host); });
    case Location::at_to:
      return make_last(change, host);
    case Location::elsewhere:
      break;
  }
  return changed_meanwhile(change);
}

}  // namespace preflight
