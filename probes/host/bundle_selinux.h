// SPDX-License-Identifier: Apache-2.0
// What a policy answered, in a bundle: one line a port, for a policy names hundreds.
#pragma once

#include <nlohmann/json.hpp>

#include "probes/host/bundle.h"
#include "probes/host/bundle_place.h"

namespace preflight::bundle {

[[nodiscard]] nlohmann::ordered_json question(const selinux::PolicyQuestion& asked);
[[nodiscard]] nlohmann::ordered_json value(const selinux::PolicyAnswer& answer);

void read_question(const Place& at, selinux::PolicyQuestion& out);
void read(const Place& at, selinux::PolicyAnswer& out);

}  // namespace preflight::bundle
