// SPDX-License-Identifier: Apache-2.0
// Addresses of our own: sd_bus_open_system would take them from DBUS_SYSTEM_BUS_ADDRESS.
#include "probes/host/bus_connection.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace preflight::systemd {
namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t microseconds(Clock::duration duration) {
  const auto count = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  return count > 0 ? static_cast<std::uint64_t>(count) : 0;
}

/// sd_booted(3).
bool is_running() {
  struct stat status {};
  return ::lstat("/run/systemd/system", &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

Result<BusConnection> BusConnection::open(const Endpoint& endpoint, std::chrono::milliseconds timeout,
                                          std::string about) {
  const auto loaded = systemd::library();
  if (!loaded) return tl::make_unexpected(loaded.error());
  BusConnection connection(*loaded, std::move(about));
  if (auto started = connection.start(endpoint, timeout); !started) return tl::make_unexpected(started.error());
  return connection;
}

Result<BusConnection> BusConnection::open_system(std::chrono::milliseconds timeout, std::string about) {
  if (!is_running()) return fail(std::errc::no_such_device_or_address, about, "systemd is not running here");
  auto connection = open({"unix:path=/run/dbus/system_bus_socket", true}, timeout, about);
  const bool no_bus = !connection && (connection.error().code == std::errc::no_such_file_or_directory ||
                                      connection.error().code == std::errc::connection_refused);
  if (!no_bus || ::geteuid() != 0) return connection;
  return open({"unix:path=/run/systemd/private", false}, timeout, std::move(about));
}

Result<void> BusConnection::start(const Endpoint& endpoint, std::chrono::milliseconds timeout) {
  sd_bus* raw = nullptr;
  if (const int r = library_->sd_bus_new(&raw); r < 0) return failed(r);
  bus_ = Bus(raw, Close{library_});
  if (const int r = library_->sd_bus_set_address(raw, endpoint.address.c_str()); r < 0) return failed(r);
  if (const int r = library_->sd_bus_set_bus_client(raw, endpoint.bus ? 1 : 0); r < 0) return failed(r);
  if (const int r = library_->sd_bus_set_method_call_timeout(raw, microseconds(timeout)); r < 0) return failed(r);
  if (const int r = library_->sd_bus_start(raw); r < 0) return failed(r);
  return await_ready(timeout);
}

/// sd_bus_call would wait for a silent peer 25 seconds and more before its own timeout begins.
Result<void> BusConnection::await_ready(std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  for (;;) {
    const int ready = library_->sd_bus_is_ready(bus_.get());
    if (ready < 0) return failed(ready);
    if (ready > 0) return {};
    const int progress = library_->sd_bus_process(bus_.get(), nullptr);
    if (progress < 0) return failed(progress);
    if (progress > 0) continue;
    const auto left = microseconds(deadline - Clock::now());
    if (left == 0) return failed(-ETIMEDOUT);
    if (const int r = library_->sd_bus_wait(bus_.get(), left); r < 0 && r != -EINTR) return failed(r);
  }
}

tl::unexpected<Error> BusConnection::refused(int result, sd_bus_error& error) const {
  const std::string words = error.message == nullptr ? os_error(-result, about_).reason : error.message;
  library_->sd_bus_error_free(&error);
  return fail(static_cast<std::errc>(-result), about_, words);
}

}  // namespace preflight::systemd
