// SPDX-License-Identifier: Apache-2.0
// Reload and RestartUnit of org.freedesktop.systemd1(5). A restart is a job: it is over when systemd knows it no more.
#include "remediations/host/unit_control.h"

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <thread>

#include "probes/base/text.h"
#include "probes/host/bus_connection.h"
#include "probes/host/systemd_bus.h"

namespace preflight::systemd {
namespace {

using namespace std::chrono_literals;

/// A host with thousands of units reads them in seconds.
constexpr auto kReloadTimeout = 60s;
constexpr auto kCallTimeout = 5s;
/// Longer than a stop and a start may take by systemd's own standard limits of 90 seconds each.
constexpr auto kRestartTimeout = 200s;
constexpr auto kPoll = 20ms;

/// ".../job/1234"
std::optional<std::uint32_t> job_number(std::string_view path) {
  const auto number = parse_integer(path.substr(path.rfind('/') + 1));
  if (!number || *number < 0 || *number > std::int64_t{UINT32_MAX}) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

Result<void> await_job(BusConnection& connection, std::uint32_t job) {
  const auto deadline = std::chrono::steady_clock::now() + kRestartTimeout;
  while (std::chrono::steady_clock::now() < deadline) {
    if (!connection.call(kManagerPath, kManager, "GetJob", "u", job)) return {};
    std::this_thread::sleep_for(kPoll);
  }
  return connection.failed(-ETIMEDOUT);
}

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
  const char* path = nullptr;
  if (const int r = connection->library().sd_bus_message_read_basic(reply->get(), 'o', &path); r <= 0)
    return connection->failed(-EBADMSG);
  const auto job = job_number(path);
  if (!job) return connection->failed(-EBADMSG);
  return await_job(*connection, *job).and_then([&] { return check_active(unit); });
}

}  // namespace preflight::systemd
