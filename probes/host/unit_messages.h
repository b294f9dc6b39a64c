// SPDX-License-Identifier: Apache-2.0
// What is taken of a unit's D-Bus properties (org.freedesktop.systemd1(5)); anything else is skipped.
#pragma once

#include <functional>
#include <map>
#include <string_view>
#include <utility>

#include "probes/host/bus_reader.h"
#include "probes/linux/unit_properties.h"

namespace preflight::systemd {

using Take = std::function<void(BusReader&, UnitProperties&)>;
/// Name -> signature and what to do with the value.
using Properties = std::map<std::string_view, std::pair<const char*, Take>>;

/// Of org.freedesktop.systemd1.Unit.
[[nodiscard]] const Properties& unit_properties();
/// Of org.freedesktop.systemd1.Service.
[[nodiscard]] const Properties& service_properties();

}  // namespace preflight::systemd
