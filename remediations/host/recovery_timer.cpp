// SPDX-License-Identifier: Apache-2.0
// StartTransientUnit and StopUnit of org.freedesktop.systemd1(5). The timer's service comes with it, and both are gone
// from systemd once they have done their work.
#include "remediations/host/recovery_timer.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string>

#include "probes/host/bus_connection.h"

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
  // Name, mode, the timer's properties; then one more unit with its own. A variant is its type and its value.
  // clang-format off
  const auto reply = connection->call(
      kManagerPath, kManager, "StartTransientUnit", "ssa(sv)a(sa(sv))",
      timer.c_str(), "fail",
      4,
      "Description", "s", meaning.c_str(),
      "OnActiveSec", "t", count_of(after),
      "AccuracyUSec", "t", count_of(kAccuracy),
      "RemainAfterElapse", "b", 0,
      1, service.c_str(),
      3,
      "Description", "s", meaning.c_str(),
      "CollectMode", "s", "inactive-or-failed",
      "ExecStart", "a(sasb)", 1, path->c_str(), 4, path->c_str(), "recover", "--wait", "10m", 0);
  // clang-format on
  if (!reply) return tl::make_unexpected(reply.error());
  return {};
}

void stop_recovery_timer(std::uint32_t transaction) {
  const auto timer = name_of(transaction) + ".timer";
  auto connection = BusConnection::open_system(kCallTimeout, timer);
  if (connection) (void)connection->call(kManagerPath, kManager, "StopUnit", "ss", timer.c_str(), "replace");
}

}  // namespace preflight::systemd
