// SPDX-License-Identifier: Apache-2.0
// GetJob of org.freedesktop.systemd1(5): a job is over when systemd knows it no more.
#include "remediations/host/unit_job.h"

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <thread>

#include "probes/base/text.h"
#include "probes/host/bus_reader.h"

namespace preflight::systemd {
namespace {

using namespace std::chrono_literals;

/// Longer than a stop and a start may take by systemd's own standard limits of 90 seconds each.
constexpr auto kTimeout = 200s;
constexpr auto kPoll = 20ms;

/// ".../job/1234"
std::optional<std::uint32_t> job_number(std::string_view path) {
  const auto number = parse_integer(path.substr(path.rfind('/') + 1));
  if (!number || *number < 0 || *number > std::int64_t{UINT32_MAX}) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

}  // namespace

Result<void> await_job(BusConnection& connection, const Message& reply) {
  const auto job = job_number(BusReader(connection.library(), reply.get()).object_path());
  if (!job) return connection.failed(-EBADMSG);
  const auto deadline = std::chrono::steady_clock::now() + kTimeout;
  while (std::chrono::steady_clock::now() < deadline) {
    if (!connection.call(kManagerPath, kManager, "GetJob", "u", *job)) return {};
    std::this_thread::sleep_for(kPoll);
  }
  return connection.failed(-ETIMEDOUT);
}

}  // namespace preflight::systemd
