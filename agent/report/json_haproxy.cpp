// SPDX-License-Identifier: Apache-2.0
// The haproxy half of the facts document. haproxy.cfg and environments hold passwords: only what bears on the host is
// written, and of an environment only the names.
#include "agent/report/json_haproxy.h"

#include <array>
#include <cstdio>

namespace preflight::json {
namespace {

Json limit(std::uint64_t value) { return value == kUnlimited ? Json("unlimited") : Json(value); }

template <typename T>
Json known(const Result<T>& fact) {
  return fact ? Json(*fact) : absent(fact.error());
}

/// A capability set as /proc/PID/status writes it.
std::string hexadecimal(std::uint64_t bits) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(bits));
  return {text.data(), static_cast<std::size_t>(length)};
}

Json bound(const GroupBound& bound) {
  if (!bound) return absent(bound.error());
  if (!*bound) return {};
  return {{"value", (*bound)->value}, {"source", (*bound)->source}};
}

Json process_of(const haproxy::InstanceProcess& each) {
  const auto& process = each.process;
  Json value = {{"role", name_of(each.role)}, {"pid", process.pid},         {"parent", process.parent},
                {"uid", process.uid},         {"threads", process.threads}, {"executable", known(process.executable)}};
  value["cpus"] = known(process.cpus);
  value["nofile"] = limits(process.nofile);
  value["open_descriptors"] = known(process.open_descriptors);
  value["effective_capabilities"] =
      process.capabilities ? Json(hexadecimal(process.capabilities->effective)) : absent(process.capabilities.error());
  value["network_namespace"] = known(process.network_namespace);
  return value;
}

Json binary_of(const Result<haproxy::BinaryFacts>& binary) {
  if (!binary) return absent(binary.error());
  return {{"path", binary->path},
          {"version", binary->version_text},
          {"features", binary->features},
          {"default_threads", binary->default_threads},
          {"max_threads", binary->max_threads},
          {"bufsize", binary->bufsize}};
}

Json verdict_of(const Result<haproxy::Verdict>& verdict) {
  if (!verdict) return absent(verdict.error());
  return {{"command", verdict->command}, {"status", verdict->status}, {"messages", verdict->messages}};
}

/// NAME of each NAME=value.
Json names_of(const std::vector<std::string>& environment) {
  Json names = Json::array();
  for (const auto& entry : environment) names.push_back(entry.substr(0, entry.find('=')));
  return names;
}

Json files_of(const std::vector<EnvironmentFile>& files) {
  Json list = Json::array();
  for (const auto& file : files) list.push_back({{"path", file.path}, {"optional", file.optional}});
  return list;
}

void add_number(Json& list, const char* name, const std::optional<haproxy::Number>& number) {
  if (number) list[name] = {{"value", number->value}, {"origin", origin(number->origin)}};
}

void add_text(Json& list, const char* name, const std::optional<haproxy::Text>& text) {
  if (text) list[name] = {{"value", text->value}, {"origin", origin(text->origin)}};
}

/// The keywords that were written; absent ones are haproxy's own business.
Json globals_of(const haproxy::Global& global) {
  Json list = Json::object();
  add_number(list, "maxconn", global.maxconn);
  add_number(list, "ulimit_n", global.ulimit_n);
  add_number(list, "fd_hard_limit", global.fd_hard_limit);
  add_number(list, "nbthread", global.nbthread);
  add_number(list, "thread_groups", global.thread_groups);
  add_number(list, "maxpipes", global.maxpipes);
  add_number(list, "stats_maxconn", global.stats_maxconn);
  add_text(list, "user", global.user);
  add_text(list, "group", global.group);
  add_text(list, "chroot", global.chroot);
  add_text(list, "local_peer", global.local_peer);
  add_text(list, "default_shards", global.default_shards);
  return list;
}

std::string_view name_of(haproxy::ProxyKind kind) {
  switch (kind) {
    case haproxy::ProxyKind::frontend:
      return "frontend";
    case haproxy::ProxyKind::backend:
      return "backend";
    case haproxy::ProxyKind::log_forward:
      return "log_forward";
    case haproxy::ProxyKind::listen:
      return "listen";
  }
  return {};
}

std::string_view name_of(haproxy::RemarkKind kind) {
  switch (kind) {
    case haproxy::RemarkKind::error:
      return "error";
    case haproxy::RemarkKind::misread:
      return "misread";
    case haproxy::RemarkKind::not_understood:
      return "not_understood";
    case haproxy::RemarkKind::unset_variable:
      return "unset_variable";
  }
  return {};
}

std::string_view name_of(haproxy::Gap gap) {
  switch (gap) {
    case haproxy::Gap::elsewhere:
      return "elsewhere";
    case haproxy::Gap::address:
      return "address";
    case haproxy::Gap::listener:
      return "listener";
  }
  return {};
}

Json proxies_of(const std::vector<haproxy::Proxy>& proxies) {
  Json list = Json::array();
  for (const auto& proxy : proxies) {
    std::uint64_t servers = 0;
    for (const auto& server : proxy.servers) servers += server.count;
    list.push_back({{"kind", name_of(proxy.kind)},
                    {"name", proxy.name},
                    {"disabled", proxy.disabled},
                    {"binds", proxy.binds.size()},
                    {"servers", servers},
                    {"maxconn", proxy.maxconn ? Json(proxy.maxconn->value) : Json()},
                    {"origin", origin(proxy.origin)}});
  }
  return list;
}

Json remarks_of(const std::vector<haproxy::Remark>& remarks) {
  Json list = Json::array();
  for (const auto& remark : remarks) {
    list.push_back({{"kind", name_of(remark.kind)}, {"text", remark.text}, {"origin", origin(remark.origin)}});
    if (remark.kind == haproxy::RemarkKind::unset_variable) list.back()["gap"] = name_of(remark.gap);
  }
  return list;
}

}  // namespace

Json limits(const Result<Limits>& limits) {
  if (!limits) return absent(limits.error());
  return {{"soft", limit(limits->soft)}, {"hard", limit(limits->hard)}};
}

Json instance(const haproxy::InstanceFacts& instance) {
  Json processes = Json::array();
  for (const auto& each : instance.processes) processes.push_back(process_of(each));
  return {{"name", instance.name},
          {"config_source", name_of(instance.source)},
          {"processes", std::move(processes)},
          {"binary", binary_of(instance.binary)},
          {"unit_limit", unit_limit(instance.unit_limit)},
          {"memory_limit", bound(instance.memory_limit)},
          {"cpu_quota", bound(instance.cpu_quota)},
          {"verdict", verdict_of(instance.verdict)},
          {"files", files(instance.files)}};
}

Json unit(const haproxy::InstanceFacts& instance) {
  if (!instance.unit) return {{"instance", instance.name}, {"error", error(instance.unit.error())}};
  const auto& unit = *instance.unit;
  const bool live = instance.unit_source == haproxy::UnitSource::systemd;
  return {{"instance", instance.name},
          {"name", unit.name},
          {"source", live ? "systemd" : "files"},
          {"load_state", optional_text(unit.load_state)},
          {"active_state", optional_text(unit.active_state)},
          {"unit_file_state", optional_text(unit.unit_file_state)},
          {"result", optional_text(unit.result)},
          {"start_attempted", unit.start_attempted ? Json(*unit.start_attempted) : Json()},
          {"fragment_path", optional_text(unit.fragment_path)},
          {"drop_in_paths", unit.drop_in_paths},
          {"limit_nofile", limit(unit.limit_nofile)},
          {"limit_nofile_soft", limit(unit.limit_nofile_soft)},
          {"main_pid", unit.main_pid},
          {"user", optional_text(unit.user)},
          {"capability_bounding_set", hexadecimal(unit.capability_bounding_set)},
          {"memory_max", unit.memory_max ? limit(*unit.memory_max) : Json()},
          {"cpu_quota", unit.cpu_quota ? limit(*unit.cpu_quota) : Json()},
          {"slice", optional_text(unit.slice)},
          {"environment_names", names_of(unit.environment)},
          {"environment_files", files_of(unit.environment_files)}};
}

Json haproxy_config(const haproxy::InstanceFacts& instance) {
  if (!instance.config) return {{"instance", instance.name}, {"error", error(instance.config.error())}};
  const auto& config = *instance.config;
  return {{"instance", instance.name},
          {"files", config.files},
          {"lines", config.lines},
          {"globals", globals_of(config.global)},
          {"proxies", proxies_of(config.proxies)},
          {"peers", config.peers.size()},
          {"remarks", remarks_of(config.remarks)},
          {"remarks_dropped", config.remarks_dropped}};
}

}  // namespace preflight::json
