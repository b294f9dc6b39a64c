// SPDX-License-Identifier: Apache-2.0
// The last of the ways to a configuration: named, running, the unit's, the packaged path, and then only numbers.
#include "policies/assume.h"

#include <memory>

namespace preflight {
namespace {

haproxy::Config configuration_of(std::int64_t maxconn, const PolicyPlace& place) {
  haproxy::Config config;
  const haproxy::Origin origin{std::make_shared<const std::string>(place.file), place.line, place.column};
  config.global.maxconn = haproxy::Number{maxconn, origin};
  return config;
}

}  // namespace

void assume_configurations(const Assumption& assume, Facts& facts) {
  if (!assume.maxconn) return;
  for (auto& instance : facts.instances) {
    if (instance.config || instance.config.error().code != std::errc::no_such_file_or_directory) continue;
    instance.config = configuration_of(*assume.maxconn, assume.place);
    instance.source = haproxy::ConfigSource::assumed;
  }
}

}  // namespace preflight
