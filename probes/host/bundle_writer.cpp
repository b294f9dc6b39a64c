// SPDX-License-Identifier: Apache-2.0
// The bundle as JSON: a question, then its answers; an errno as its number, because its name differs between systems.
#include <nlohmann/json.hpp>

#include "probes/base/base64.h"
#include "probes/base/text.h"
#include "probes/base/utc_time.h"
#include "probes/host/bundle.h"
#include "probes/host/bundle_selinux.h"
#include "probes/host/bundle_words.h"

namespace preflight {
namespace {

using Json = nlohmann::ordered_json;
using bundle::question;
using bundle::value;

template <typename Words, typename Enum>
Json word(const Words& words, Enum value) {
  return words.at(static_cast<std::size_t>(value));
}

// Paths, names and outputs are bytes to Linux; JSON strings are not.
Json value(const std::string& text) {
  if (is_utf8(text)) return text;
  return {{"base64", base64(text)}};
}

Json value(const SocketEntry& socket);
Json value(const SocketOwner& owner);
Json value(const EnvironmentFile& file);
Json value(const BindPath& path);

template <typename T>
Json value(const std::vector<T>& list) {
  Json out = Json::array();
  for (const auto& item : list) {
    if constexpr (std::is_integral_v<T>) {
      out.push_back(item);
    } else {
      out.push_back(value(item));
    }
  }
  return out;
}

Json value(bool yes) { return yes; }

Json value(const FileStatus& status) {
  return {{"kind", word(kFileKindWords, status.kind)},
          {"mode", status.mode},
          {"uid", status.uid},
          {"gid", status.gid},
          {"size", status.size},
          {"device", status.device},
          {"inode", status.inode}};
}

Json value(const SocketEntry& socket) {
  Json out = {{"protocol", word(kProtocolWords, socket.protocol)},
              {"state", static_cast<unsigned>(socket.state)},
              {"local", to_string(socket.local)},
              {"local_port", socket.local_port},
              {"remote", to_string(socket.remote)},
              {"remote_port", socket.remote_port},
              {"interface", socket.interface},
              {"v6only", socket.v6only},
              {"inode", socket.inode},
              {"uid", socket.uid},
              {"queue", socket.queue},
              {"queue_limit", socket.queue_limit}};
  if (socket.drops) out["drops"] = *socket.drops;
  return out;
}

Json value(const SocketOwner& owner) {
  return {{"inode", owner.inode}, {"pid", owner.pid}, {"command", value(owner.command)}, {"unit", value(owner.unit)}};
}

Json value(const SocketOwners& owners) {
  return {{"owners", value(owners.owners)},
          {"complete", owners.complete},
          {"why_incomplete", value(owners.why_incomplete)}};
}

Json value(const EnvironmentFile& file) { return {{"path", value(file.path)}, {"optional", file.optional}}; }

Json value(const BindPath& path) {
  return {{"source", value(path.source)}, {"destination", value(path.destination)}, {"optional", path.optional}};
}

Json value(const UnitProperties& unit) {
  Json json{{"name", value(unit.name)},
            {"load_state", value(unit.load_state)},
            {"active_state", value(unit.active_state)},
            {"unit_file_state", value(unit.unit_file_state)},
            {"result", value(unit.result)},
            {"fragment_path", value(unit.fragment_path)},
            {"drop_in_paths", value(unit.drop_in_paths)},
            {"limit_nofile", unit.limit_nofile},
            {"limit_nofile_soft", unit.limit_nofile_soft},
            {"main_pid", unit.main_pid},
            {"user", value(unit.user)},
            {"group", value(unit.group)},
            {"supplementary_groups", value(unit.supplementary_groups)},
            {"umask", unit.umask},
            {"bind_paths", value(unit.bind_paths)},
            {"capability_bounding_set", unit.capability_bounding_set},
            {"ambient_capabilities", unit.ambient_capabilities},
            {"environment", value(unit.environment)},
            {"environment_files", value(unit.environment_files)},
            {"exec_start", value(unit.exec_start)}};
  if (unit.start_attempted) json["start_attempted"] = *unit.start_attempted;
  if (unit.memory_max) json["memory_max"] = *unit.memory_max;
  if (unit.cpu_quota) json["cpu_quota"] = *unit.cpu_quota;
  if (!unit.made_directories.empty()) json["made_directories"] = value(unit.made_directories);
  if (!unit.exec_start_pre.empty()) json["exec_start_pre"] = value(unit.exec_start_pre);
  if (!unit.slice.empty()) json["slice"] = value(unit.slice);
  return json;
}

Json value(const CommandOutput& output) {
  return {{"status", output.status},
          {"signal", output.signal},
          {"out", value(output.out)},
          {"truncated", output.truncated}};
}

Json value(const Error& error) {
  return {{"code", static_cast<int>(error.code)}, {"object", value(error.object)}, {"reason", value(error.reason)}};
}

template <typename T>
Json answer(const Result<T>& result) {
  if (!result) return {{"error", value(result.error())}};
  return {{"answer", value(*result)}};
}

Json answer(const SocketOwners& owners) { return {{"answer", value(owners)}}; }

Json answer(const CommandAnswer& command) {
  Json out = answer(command.output);
  out["started"] = command.started;
  return out;
}

Json question(const std::string& path) { return {{"path", value(path)}}; }

Json question(const FileQuestion& file) {
  Json out = question(file.path);
  if (file.netns) out["netns"] = file.netns->pid;
  return out;
}

Json question(const LinesQuestion& lines) { return {{"path", value(lines.path)}, {"words", value(lines.words)}}; }

Json question(const SocketsQuestion& sockets) {
  return {{"netns", sockets.netns.pid},
          {"protocol", word(kProtocolWords, sockets.query.protocol)},
          {"states", sockets.query.states},
          {"local_ports", value(sockets.query.local_ports)},
          {"remote_ports", value(sockets.query.remote_ports)},
          {"drops", sockets.query.drops}};
}

Json question(const LocalQuestion& local) {
  return {{"netns", local.netns.pid}, {"address", to_string(local.address)}};
}

Json question(const std::vector<std::uint64_t>& inodes) { return {{"inodes", value(inodes)}}; }

Json question(const CommandQuestion& command) {
  return {{"path", value(command.path)},
          {"arguments", value(command.arguments)},
          {"uid", command.uid},
          {"gid", command.gid}};
}

template <typename Record>
Json entries(const Record& record) {
  Json out = Json::array();
  for (const auto& [asked, answers] : record) {
    Json entry = question(asked);
    auto& list = entry["answers"] = Json::array();
    for (const auto& given : answers.given()) list.push_back(answer(given));
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace

std::string to_json(const Bundle& bundle) {
  const Json document = {{"schema", kBundleSchema},
                         {"tool", {{"name", "lbpreflight"}, {"version", value(bundle.tool_version)}}},
                         {"taken_at", rfc3339(bundle.taken_at)},
                         {"kind", word(kHostKindWords, bundle.kind)},
                         {"files", entries(bundle.files)},
                         {"directories", entries(bundle.directories)},
                         {"directory_links", entries(bundle.directory_links)},
                         {"statuses", entries(bundle.statuses)},
                         {"links", entries(bundle.links)},
                         {"log_lines", entries(bundle.log_lines)},
                         {"labels", entries(bundle.labels)},
                         {"policies", entries(bundle.policies)},
                         {"sockets", entries(bundle.sockets)},
                         {"local_addresses", entries(bundle.local_addresses)},
                         {"owners", entries(bundle.owners)},
                         {"units", entries(bundle.units)},
                         {"commands", entries(bundle.commands)}};
  return document.dump(1) + "\n";
}

}  // namespace preflight
