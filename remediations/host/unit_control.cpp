// SPDX-License-Identifier: Apache-2.0
// Reload and RestartUnit of org.freedesktop.systemd1(5).
#include "remediations/host/unit_control.h"

#include <chrono>

#include "probes/host/bus_connection.h"
#include "probes/host/systemd_bus.h"
#include "remediations/host/unit_job.h"

namespace preflight::systemd {
namespace {

using namespace std::chrono_literals;

/// A host with thousands of units reads them in seconds.
constexpr auto kReloadTimeout = 60s;
constexpr auto kCallTimeout = 5s;

Result<void> check_active(const std::string& unit) {
  const auto properties = unit_from_systemd(unit);
  if (!properties) return tl::make_unexpected(properties.error());
  if (properties->active_state == "active") return {};
  return fail(std::errc::io_error, unit,
              "is " + properties->active_state + " after the restart (" + properties->result + ")");
}

}  // namespace

Result<void> reload() {
  auto connection = BusConnection::open_system(kReloadTimeout, "systemd");
  if (!connection) return tl::make_unexpected(connection.error());
  const auto reply = connection->call(kManagerPath, kManager, "Reload", "");
  if (!reply) return tl::make_unexpected(reply.error());
  return {};
}

Result<void> restart(const std::string& unit) {
  auto connection = BusConnection::open_system(kCallTimeout, unit);
  if (!connection) return tl::make_unexpected(connection.error());
  const auto reply = connection->call(kManagerPath, kManager, "RestartUnit", "ss", unit.c_str(), "replace");
  if (!reply) return tl::make_unexpected(reply.error());
  return await_job(*connection, *reply).and_then([&] { return check_active(unit); });
}

}  // namespace preflight::systemd
