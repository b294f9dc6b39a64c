// SPDX-License-Identifier: Apache-2.0
// StartTransientUnit and StopUnit of org.freedesktop.systemd1(5). The timer's service comes with it, and both are gone
// from systemd once they have done their work. Every daemon-reload begins a timer's OnActiveSec= anew (252), our own
// among them: the moment is given from systemd's own start, which does not move.
#include "remediations/host/recovery_timer.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string>

#include "probes/host/bus_connection.h"
#include "probes/host/bus_reader.h"
#include "remediations/host/unit_job.h"

namespace preflight::systemd {
namespace {

using std::chrono::microseconds;
using namespace std::chrono_literals;

constexpr auto kCallTimeout = 5s;
/// systemd's own standard is a minute, and somebody waits.
constexpr microseconds kAccuracy = 1s;

/// Before the suffix ".timer" or ".service".
std::string name_of(std::uint32_t transaction) { return "lbpreflight-recover-" + std::to_string(transaction); }

/// This program's file, as the kernel knows it.
Result<std::string> own_path() {
  std::array<char, PATH_MAX> path{};
  const auto length = ::readlink("/proc/self/exe", path.data(), path.size());
  if (length < 0) return fail_errno(errno, "/proc/self/exe");
  return std::string(path.data(), static_cast<std::size_t>(length));
}

/// A property of one of systemd's objects, by the reader's method for its type.
template <typename Value>
Result<Value> property(BusConnection& connection, const char* path, const char* interface, const char* name,
                       const char* type, Value (BusReader::*take)()) {
  const auto reply = connection.call(path, "org.freedesktop.DBus.Properties", "Get", "ss", interface, name);
  if (!reply) return tl::make_unexpected(reply.error());
  BusReader reader(connection.library(), reply->get());
  Value value{};
  reader.inside('v', type, [&] { value = (reader.*take)(); });
  if (reader.error() < 0) return connection.failed(reader.error());
  return value;
}

/// For OnStartupSec=, from what systemd's monotonic clock said when it started.
Result<microseconds> since_startup(BusConnection& connection) {
  const auto started =
      property(connection, kManagerPath, kManager, "UserspaceTimestampMonotonic", "t", &BusReader::number64);
  if (!started) return tl::make_unexpected(started.error());
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<microseconds>(now) - microseconds(*started);
}

/// What is only queued may never come.
Result<void> check_waiting(BusConnection& connection, const std::string& timer) {
  const auto reply = connection.call(kManagerPath, kManager, "GetUnit", "s", timer.c_str());
  if (!reply) return tl::make_unexpected(reply.error());
  BusReader reader(connection.library(), reply->get());
  const auto path = reader.object_path();
  if (reader.error() < 0) return connection.failed(reader.error());
  const auto state =
      property(connection, path.c_str(), "org.freedesktop.systemd1.Unit", "ActiveState", "s", &BusReader::text);
  if (!state) return tl::make_unexpected(state.error());
  if (*state == "active") return {};
  return fail(std::errc::io_error, timer, "is " + *state + " after its start");
}

std::uint64_t count_of(microseconds time) { return static_cast<std::uint64_t>(time.count()); }

}  // namespace

Result<void> start_recovery_timer(std::uint32_t transaction, std::chrono::seconds after) {
  const auto path = own_path();
  if (!path) return tl::make_unexpected(path.error());
  const auto timer = name_of(transaction) + ".timer";
  const auto service = name_of(transaction) + ".service";
  const auto meaning = "undoes transaction " + std::to_string(transaction) + " unless it is confirmed";
  auto connection = BusConnection::open_system(kCallTimeout, timer);
  if (!connection) return tl::make_unexpected(connection.error());
  const auto started = since_startup(*connection);
  if (!started) return tl::make_unexpected(started.error());
  // Name, mode, the timer's properties; then one more unit with its own. A variant is its type and its value. Neither
  // waits for the rest of the host: it is needed most where that does not come up.
  // clang-format off
  const auto reply = connection->call(
      kManagerPath, kManager, "StartTransientUnit", "ssa(sv)a(sa(sv))",
      timer.c_str(), "fail",
      5,
      "Description", "s", meaning.c_str(),
      "DefaultDependencies", "b", 0,
      "OnStartupSec", "t", count_of(*started + after),
      "AccuracyUSec", "t", count_of(kAccuracy),
      "RemainAfterElapse", "b", 0,
      1, service.c_str(),
      4,
      "Description", "s", meaning.c_str(),
      "DefaultDependencies", "b", 0,
      "CollectMode", "s", "inactive-or-failed",
      "ExecStart", "a(sasb)", 1, path->c_str(), 4, path->c_str(), "recover", "--wait", "10m", 0);
  // clang-format on
  if (!reply) return tl::make_unexpected(reply.error());
  return await_job(*connection, *reply).and_then([&] { return check_waiting(*connection, timer); });
}

void stop_recovery_timer(std::uint32_t transaction) {
  const auto timer = name_of(transaction) + ".timer";
  auto connection = BusConnection::open_system(kCallTimeout, timer);
  if (connection) (void)connection->call(kManagerPath, kManager, "StopUnit", "ss", timer.c_str(), "replace");
}

}  // namespace preflight::systemd
