// SPDX-License-Identifier: Apache-2.0
// What is taken of a unit's D-Bus properties (org.freedesktop.systemd1(5)); anything else is skipped.
#pragma once

#include <functional>
#include <map>
#include <string_view>

#include "probes/host/bus_reader.h"
#include "probes/linux/unit_properties.h"

namespace preflight::systemd {

using Take = std::function<void(BusReader&, UnitProperties&)>;
struct Property {
  const char* type;
  Take take;
  bool required = true;  // false: older managers do not have it
};
using Properties = std::map<std::string_view, Property>;

/// Of org.freedesktop.systemd1.Unit.
[[nodiscard]] const Properties& unit_properties();
/// Of org.freedesktop.systemd1.Service.
[[nodiscard]] const Properties& service_properties();

}  // namespace preflight::systemd
