// SPDX-License-Identifier: Apache-2.0
// org.freedesktop.systemd1(5) by sd-bus: LoadUnit, then all properties of the two interfaces, each in one call.
#include "probes/host/systemd_bus.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "probes/host/bus_connection.h"
#include "probes/host/bus_reader.h"
#include "probes/host/unit_messages.h"

namespace preflight {
namespace systemd {
namespace {

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
  Conversation(BusConnection connection, std::string name)
      : connection_(std::move(connection)), name_(std::move(name)) {}

  Result<UnitProperties> ask() {
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
  Result<std::string> load_unit() {
    const auto reply = connection_.call(kManagerPath, kManager, "LoadUnit", "s", name_.c_str());
    if (!reply) return tl::make_unexpected(reply.error());
    BusReader reader(connection_.library(), reply->get());
    auto path = reader.object_path();
    if (reader.error() < 0) return connection_.failed(reader.error());
    return path;
  }

  Result<void> get_all(const std::string& path, const char* interface, const Properties& wanted, UnitProperties& unit) {
    const auto reply = connection_.call(path.c_str(), "org.freedesktop.DBus.Properties", "GetAll", "s", interface);
    if (!reply) return tl::make_unexpected(reply.error());
    BusReader reader(connection_.library(), reply->get());
    const int found = read_properties(reader, wanted, unit);
    if (found == required(wanted)) return {};
    if (found < 0) return connection_.failed(found);
    return fail(std::errc::bad_message, name_, std::string("systemd did not tell all properties of ") + interface);
  }

  BusConnection connection_;
  std::string name_;
};

Result<UnitProperties> ask(Result<BusConnection> connection, const std::string& name) {
  if (!connection) return tl::make_unexpected(connection.error());
  return Conversation(std::move(*connection), name).ask();
}

}  // namespace

Result<UnitProperties> unit_over(const Endpoint& endpoint, const std::string& name, std::chrono::milliseconds timeout) {
  return ask(BusConnection::open(endpoint, timeout, name), name);
}

}  // namespace systemd

Result<UnitProperties> unit_from_systemd(const std::string& name) {
  using namespace std::chrono_literals;
  constexpr auto kTimeout = 2s;
  return systemd::ask(systemd::BusConnection::open_system(kTimeout, name), name);
}

}  // namespace preflight
