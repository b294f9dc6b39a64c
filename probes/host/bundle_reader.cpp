// SPDX-License-Identifier: Apache-2.0
// A bundle comes from somebody else's host: size, depth and every type are checked, and the first wrong place is named.
#include "probes/base/utc_time.h"
#include "probes/host/bundle.h"
#include "probes/host/bundle_place.h"
#include "probes/host/bundle_selinux.h"
#include "probes/host/bundle_words.h"

namespace preflight {
namespace {

using bundle::Complaint;
using bundle::excess;
using bundle::Json;
using bundle::Place;
using bundle::read;
using bundle::read_question;

void read(const Place& at, Netns& out) {
  read(at, out.pid);
  if (out.pid < 0) at.wrong("is not a process number");
}

void read(const Place& at, FileStatus& out) {
  read(at["kind"], kFileKindWords, out.kind);
  read(at["mode"], out.mode);
  read(at["uid"], out.uid);
  read(at["gid"], out.gid);
  read(at["size"], out.size);
  read(at["device"], out.device);
  read(at["inode"], out.inode);
}

void read(const Place& at, SocketOwners& out) {
  read(at["owners"], out.owners);
  read(at["complete"], out.complete);
  read(at["why_incomplete"], out.why_incomplete);
}

void read(const Place& at, CommandOutput& out) {
  read(at["status"], out.status);
  read(at["signal"], out.signal);
  read(at["out"], out.out);
  read(at["truncated"], out.truncated);
}

void read(const Place& at, Error& out) {
  int code = 0;
  read(at["code"], code);
  out.code = static_cast<std::errc>(code);
  read(at["object"], out.object);
  read(at["reason"], out.reason);
}

template <typename T>
void read(const Place& at, Result<T>& out) {
  if (at.has("error")) {
    Error error;
    read(at["error"], error);
    out = tl::make_unexpected(std::move(error));
    return;
  }
  out = T{};
  read(at["answer"], *out);
}

void read_answer(const Place& at, SocketOwners& out) { read(at["answer"], out); }

void read_answer(const Place& at, CommandAnswer& out) {
  read(at, out.output);
  read(at["started"], out.started);
  if (!out.started && out.output) at.wrong("has an answer but was not started");
}

template <typename T>
void read_answer(const Place& at, Result<T>& out) {
  read(at, out);
}

void read_question(const Place& at, std::string& out) { read(at["path"], out); }

void read_question(const Place& at, FileQuestion& out) {
  read(at["path"], out.path);
  if (at.has("netns")) read(at["netns"], out.netns.emplace());
}

void read_question(const Place& at, LinesQuestion& out) {
  read(at["path"], out.path);
  read(at["words"], out.words);
}

void read_question(const Place& at, SocketsQuestion& out) {
  read(at["netns"], out.netns);
  read(at["protocol"], kProtocolWords, out.query.protocol);
  read(at["states"], out.query.states);
  read(at["local_ports"], out.query.local_ports);
  read(at["remote_ports"], out.query.remote_ports);
  read(at["drops"], out.query.drops);
}

void read_question(const Place& at, LocalQuestion& out) {
  read(at["netns"], out.netns);
  read(at["address"], out.address);
}

void read_question(const Place& at, std::vector<std::uint64_t>& out) { read(at["inodes"], out); }

void read_question(const Place& at, CommandQuestion& out) {
  read(at["path"], out.path);
  read(at["arguments"], out.arguments);
  read(at["uid"], out.uid);
  read(at["gid"], out.gid);
}

template <typename Record>
void read_entries(const Place& at, Record& out) {
  at.each([&](const Place& entry) {
    typename Record::key_type question;
    read_question(entry, question);
    const auto [position, fresh] = out.try_emplace(std::move(question));
    if (!fresh) return entry.wrong("was asked before");
    auto& answers = position->second.given();
    const auto list = entry["answers"];
    list.each([&](const Place& answer) { read_answer(answer, answers.emplace_back()); });
    if (answers.empty()) list.wrong("is empty");
  });
}

void read(const Place& at, Bundle& out) {
  std::string schema;
  std::string time;
  read(at["schema"], schema);
  if (schema != kBundleSchema) return at["schema"].wrong("is not " + std::string(kBundleSchema));
  const auto tool = at["tool"];
  read(tool["version"], out.tool_version);
  read(at["taken_at"], time);
  const auto seconds = parse_rfc3339(time);
  if (!seconds) at["taken_at"].wrong("is not a time like 2026-01-31T23:59:59Z");
  out.taken_at = seconds.value_or(0);
  read(at["kind"], kHostKindWords, out.kind);
  read_entries(at["files"], out.files);
  read_entries(at["directories"], out.directories);
  if (at.has("directory_links")) read_entries(at["directory_links"], out.directory_links);
  read_entries(at["statuses"], out.statuses);
  read_entries(at["links"], out.links);
  if (at.has("log_lines")) read_entries(at["log_lines"], out.log_lines);
  if (at.has("labels")) read_entries(at["labels"], out.labels);
  if (at.has("policies")) read_entries(at["policies"], out.policies);
  read_entries(at["sockets"], out.sockets);
  read_entries(at["local_addresses"], out.local_addresses);
  read_entries(at["owners"], out.owners);
  read_entries(at["units"], out.units);
  read_entries(at["commands"], out.commands);
}

}  // namespace

Result<Bundle> parse_bundle(std::string_view text, const std::string& object) {
  if (text.size() > kBundleLimit) return fail(std::errc::file_too_large, object, "is larger than 256 MiB");
  if (auto reason = excess(text); !reason.empty()) return fail(std::errc::bad_message, object, std::move(reason));
  Json document;
  try {
    document = Json::parse(text);
  } catch (const Json::parse_error& error) {
    return fail(std::errc::bad_message, object, "is not JSON at byte " + std::to_string(error.byte));
  } catch (const Json::exception&) {
    return fail(std::errc::bad_message, object, "is not JSON: a number is out of range");
  }
  Complaint complaint;
  Bundle bundle;
  read(Place(document, complaint), bundle);
  if (complaint.made) return fail(std::errc::bad_message, object, complaint.text());
  return bundle;
}

}  // namespace preflight
