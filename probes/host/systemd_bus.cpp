// SPDX-License-Identifier: Apache-2.0
// org.freedesktop.systemd1(5) by sd-bus: LoadUnit, then all properties of the two interfaces, each in one call.
#include "probes/host/systemd_bus.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "probes/host/bus_reader.h"
#include "probes/host/libsystemd.h"
#include "probes/host/unit_messages.h"

namespace preflight {
namespace systemd {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* kService = "org.freedesktop.systemd1";
constexpr const char* kManagerPath = "/org/freedesktop/systemd1";
constexpr const char* kManager = "org.freedesktop.systemd1.Manager";

struct Close {
  const Library* library;
  void operator()(sd_bus* bus) const { library->sd_bus_close_unref(bus); }
  void operator()(sd_bus_message* message) const { library->sd_bus_message_unref(message); }
};
using Bus = std::unique_ptr<sd_bus, Close>;
using Message = std::unique_ptr<sd_bus_message, Close>;

std::uint64_t microseconds(Clock::duration duration) {
  const auto count = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  return count > 0 ? static_cast<std::uint64_t>(count) : 0;
}

int required(const Properties& properties) {
  return static_cast<int>(
      std::count_if(properties.begin(), properties.end(), [](const auto& named) { return named.second.required; }));
}

/// a{sv}; the number of required properties that were found, or -errno.
int read_properties(BusReader& reader, const Properties& wanted, UnitProperties& unit) {
  int found = 0;
  reader.each('a', "{sv}", [&] {
    reader.inside('e', "sv", [&] {
      const auto property = wanted.find(reader.text());
      if (property == wanted.end()) return reader.skip("v");
      reader.inside('v', property->second.type, [&] { property->second.take(reader, unit); });
      if (property->second.required) ++found;
    });
  });
  return reader.error() < 0 ? reader.error() : found;
}

/// One connection and the unit it is asked about.
class Conversation {
 public:
  Conversation(const Library& library, Endpoint endpoint, std::string name, std::chrono::milliseconds timeout)
      : library_(library), endpoint_(std::move(endpoint)), name_(std::move(name)), timeout_(timeout) {}

  Result<UnitProperties> ask() {
    if (auto open = connect(); !open) return tl::make_unexpected(open.error());
    const auto path = load_unit();
    if (!path) return tl::make_unexpected(path.error());
    UnitProperties unit;
    unit.name = name_;
    for (const auto& [interface, wanted] : {std::pair{"org.freedesktop.systemd1.Unit", &unit_properties()},
                                            std::pair{"org.freedesktop.systemd1.Service", &service_properties()}}) {
      if (auto read = get_all(*path, interface, *wanted, unit); !read) return tl::make_unexpected(read.error());
    }
    return unit;
  }

 private:
  [[nodiscard]] tl::unexpected<Error> failed(int result) const { return fail_errno(-result, name_); }

  Result<void> connect() {
    sd_bus* raw = nullptr;
    if (const int r = library_.sd_bus_new(&raw); r < 0) return failed(r);
    bus_ = Bus(raw, Close{&library_});
    if (const int r = library_.sd_bus_set_address(raw, endpoint_.address.c_str()); r < 0) return failed(r);
    if (const int r = library_.sd_bus_set_bus_client(raw, endpoint_.bus ? 1 : 0); r < 0) return failed(r);
    if (const int r = library_.sd_bus_set_method_call_timeout(raw, microseconds(timeout_)); r < 0) return failed(r);
    if (const int r = library_.sd_bus_start(raw); r < 0) return failed(r);
    return await_ready();
  }

  /// sd_bus_call would wait for a silent peer 25 seconds and more before its own timeout begins.
  Result<void> await_ready() {
    const auto deadline = Clock::now() + timeout_;
    for (;;) {
      const int ready = library_.sd_bus_is_ready(bus_.get());
      if (ready < 0) return failed(ready);
      if (ready > 0) return {};
      const int progress = library_.sd_bus_process(bus_.get(), nullptr);
      if (progress < 0) return failed(progress);
      if (progress > 0) continue;
      const auto left = microseconds(deadline - Clock::now());
      if (left == 0) return failed(-ETIMEDOUT);
      if (const int r = library_.sd_bus_wait(bus_.get(), left); r < 0 && r != -EINTR) return failed(r);
    }
  }

  Result<Message> call(const char* path, const char* interface, const char* member, const char* argument) {
    sd_bus_error error = SD_BUS_ERROR_NULL;
    sd_bus_message* reply = nullptr;
    const int r =
        library_.sd_bus_call_method(bus_.get(), kService, path, interface, member, &error, &reply, "s", argument);
    if (r >= 0) return Message(reply, Close{&library_});
    const std::string words = error.message == nullptr ? os_error(-r, name_).reason : error.message;
    library_.sd_bus_error_free(&error);
    return fail(static_cast<std::errc>(-r), name_, words);
  }

  Result<std::string> load_unit() {
    const auto reply = call(kManagerPath, kManager, "LoadUnit", name_.c_str());
    if (!reply) return tl::make_unexpected(reply.error());
    const char* path = nullptr;
    if (const int r = library_.sd_bus_message_read_basic(reply->get(), 'o', &path); r <= 0) return failed(-EBADMSG);
    return std::string(path);
  }

  Result<void> get_all(const std::string& path, const char* interface, const Properties& wanted, UnitProperties& unit) {
    const auto reply = call(path.c_str(), "org.freedesktop.DBus.Properties", "GetAll", interface);
    if (!reply) return tl::make_unexpected(reply.error());
    BusReader reader(library_, reply->get());
    const int found = read_properties(reader, wanted, unit);
    if (found == required(wanted)) return {};
    if (found < 0) return failed(found);
    return fail(std::errc::bad_message, name_, std::string("systemd did not tell all properties of ") + interface);
  }

  const Library& library_;
  Endpoint endpoint_;
  std::string name_;
  std::chrono::milliseconds timeout_;
  Bus bus_{nullptr, Close{nullptr}};
};

}  // namespace

Result<UnitProperties> unit_over(const Endpoint& endpoint, const std::string& name, std::chrono::milliseconds timeout) {
  const auto loaded = library();
  if (!loaded) return tl::make_unexpected(loaded.error());
  return Conversation(**loaded, endpoint, name, timeout).ask();
}

}  // namespace systemd

Result<UnitProperties> unit_from_systemd(const std::string& name) {
  using namespace std::chrono_literals;
  constexpr auto kTimeout = 2s;
  struct stat status {};
  // sd_booted(3).
  if (::lstat("/run/systemd/system", &status) != 0 || !S_ISDIR(status.st_mode))
    return fail(std::errc::no_such_device_or_address, name, "systemd is not running here");
  // Addresses of our own: sd_bus_open_system would take them from DBUS_SYSTEM_BUS_ADDRESS.
  auto unit = systemd::unit_over({"unix:path=/run/dbus/system_bus_socket", true}, name, kTimeout);
  const bool no_bus = !unit && (unit.error().code == std::errc::no_such_file_or_directory ||
                                unit.error().code == std::errc::connection_refused);
  if (!no_bus || ::geteuid() != 0) return unit;
  return systemd::unit_over({"unix:path=/run/systemd/private", false}, name, kTimeout);
}

}  // namespace preflight
