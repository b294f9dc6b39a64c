// SPDX-License-Identifier: Apache-2.0
// Which way connections take: from a frontend to the backends that its rules and its default_backend name. How much of
// the traffic a rule turns aside nobody can read in a configuration.
#pragma once

#include <map>
#include <string_view>

#include "probes/haproxy/config.h"

namespace preflight::ladder {

enum class Road : std::uint8_t {
  none,   // no connection comes here: disabled, or no rule leads here
  aside,  // some may: a rule's own backend beside a default one, a frontend without servers behind it
  main,   // what the instance is there for
};

/// The road each proxy lies on.
class Routes {
 public:
  /// The configuration is pointed into and must outlive this.
  explicit Routes(const haproxy::Config& config);

  [[nodiscard]] Road of(const haproxy::Proxy& proxy) const;

 private:
  using Backends = std::map<std::string_view, const haproxy::Proxy*, std::less<>>;

  /// Marks where one frontend's connections may go, and the frontend itself.
  void lead(const haproxy::Proxy& frontend, const Backends& backends);
  void mark(const haproxy::Proxy* proxy, Road road);

  std::map<const haproxy::Proxy*, Road> roads_;
  Road any_ = Road::none;  // where names made for each request lead: to every backend
};

}  // namespace preflight::ladder
