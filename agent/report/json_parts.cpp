// SPDX-License-Identifier: Apache-2.0
// The pieces that both JSON documents share.
#include "agent/report/json_parts.h"

#include <cstring>

namespace preflight::json {

Json tool() { return {{"name", "lbpreflight"}, {"version", PREFLIGHT_VERSION}}; }

Json host(const HostFacts& host) {
  return {{"name", host.name},
          {"system", host.system},
          {"kind", host.kind == HostKind::live ? "live" : "tree"},
          {"euid", host.euid},
          {"systemd", host.systemd}};
}

Json error(const Error& error) {
  const char* const name = strerrorname_np(static_cast<int>(error.code));
  return {{"code", name != nullptr && error.code != std::errc{} ? Json(name) : Json()},
          {"object", error.object},
          {"reason", error.reason}};
}

Json absent(const Error& why) { return {{"error", error(why)}}; }

Json optional_text(std::string_view text) { return text.empty() ? Json() : Json(std::string(text)); }

Json origin(const haproxy::Origin& origin) {
  if (!origin.written() || !origin.file) return {};
  return {{"file", *origin.file}, {"line", origin.line}, {"column", origin.column}};
}

std::string_view name_of(haproxy::ConfigSource source) {
  switch (source) {
    case haproxy::ConfigSource::named:
      return "named";
    case haproxy::ConfigSource::running:
      return "running";
    case haproxy::ConfigSource::unit:
      return "unit";
    case haproxy::ConfigSource::standard_path:
      return "standard_path";
    case haproxy::ConfigSource::assumed:
      return "assumed";
  }
  return {};
}

std::string_view name_of(haproxy::Role role) {
  switch (role) {
    case haproxy::Role::standalone:
      return "standalone";
    case haproxy::Role::master:
      return "master";
    case haproxy::Role::worker:
      return "worker";
    case haproxy::Role::old_worker:
      return "old_worker";
  }
  return {};
}

std::string bytes(const Json& document) { return document.dump(2, ' ', true, Json::error_handler_t::replace) + "\n"; }

}  // namespace preflight::json
