// SPDX-License-Identifier: Apache-2.0
// A bundle comes from somebody else's host: size, depth and every type are checked, and the first wrong place is named.
#include <limits>

#include <nlohmann/json.hpp>

#include "probes/base/base64.h"
#include "probes/base/utc_time.h"
#include "probes/host/bundle.h"
#include "probes/host/bundle_words.h"

namespace preflight {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDepthLimit = 16;          // the schema needs 8
constexpr std::size_t kValueLimit = 16'000'000;  // a value costs 16 bytes and more in memory, "0," only 2 in the text

/// The first wrong place; everything after it is not looked at closely any more.
struct Complaint {
  bool made = false;
  std::string place;
  std::string reason;
};

/// A value of the document and the way to it, written out only when it is wrong.
class Place {
 public:
  Place(const Json& json, Complaint& complaint) : json_(&json), complaint_(&complaint) {}

  void wrong(std::string reason) const {
    if (complaint_->made) return;
    *complaint_ = {true, pointer(), std::move(reason)};
  }
  [[nodiscard]] const Json& json() const { return *json_; }
  [[nodiscard]] bool has(const char* key) const { return json_->is_object() && json_->contains(key); }

  /// A member that must be there; null in its place otherwise.
  [[nodiscard]] Place operator[](const char* key) const {
    static const Json kNothing;
    if (!json_->is_object()) wrong("is not an object");
    const bool found = has(key);
    if (!found && json_->is_object()) wrong(std::string("has no \"") + key + "\"");
    return {found ? (*json_)[key] : kNothing, this, key, 0};
  }

  template <typename F>
  void each(F&& item) const {
    if (!json_->is_array()) return wrong("is not an array");
    for (std::size_t i = 0; i < json_->size() && !complaint_->made; ++i) item(Place((*json_)[i], this, nullptr, i));
  }

 private:
  Place(const Json& json, const Place* parent, const char* key, std::size_t index)
      : json_(&json), complaint_(parent->complaint_), parent_(parent), key_(key), index_(index) {}

  [[nodiscard]] std::string pointer() const {
    if (parent_ == nullptr) return "";
    return parent_->pointer() + "/" + (key_ != nullptr ? key_ : std::to_string(index_));
  }

  const Json* json_;
  Complaint* complaint_;
  const Place* parent_ = nullptr;
  const char* key_ = nullptr;
  std::size_t index_ = 0;
};

void read(const Place& at, bool& out) {
  if (!at.json().is_boolean()) return at.wrong("is not true or false");
  out = at.json().get<bool>();
}

template <typename T>
requires std::is_integral_v<T>
void read(const Place& at, T& out) {
  const auto& json = at.json();
  const bool fits = json.is_number_unsigned()
                        ? json.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<T>::max())
                        : json.is_number_integer() && std::is_signed_v<T> &&
                              json.get<std::int64_t>() >= static_cast<std::int64_t>(std::numeric_limits<T>::min());
  if (!fits) return at.wrong("is not a whole number of its range");
  out = json.get<T>();
}

void read(const Place& at, std::string& out) {
  if (at.json().is_string()) {
    out = at.json().get_ref<const std::string&>();
    return;
  }
  const auto encoded = at["base64"];
  if (!encoded.json().is_string()) return encoded.wrong("is not a text");
  auto bytes = parse_base64(encoded.json().get_ref<const std::string&>());
  if (!bytes) return encoded.wrong("is not base64");
  out = std::move(*bytes);
}

/// One word of a closed set.
template <typename Words, typename Enum>
void read(const Place& at, const Words& words, Enum& out) {
  std::string text;
  read(at, text);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == text) return static_cast<void>(out = static_cast<Enum>(i));
  }
  at.wrong("is not one of the words allowed here");
}

void read(const Place& at, Netns& out) {
  read(at, out.pid);
  if (out.pid < 0) at.wrong("is not a process number");
}

void read(const Place& at, IpAddress& out) {
  std::string text;
  read(at, text);
  const auto address = parse_ip(text);
  if (!address) return at.wrong("is not an address");
  out = *address;
}

void read(const Place& at, FileStatus& out);
void read(const Place& at, SocketEntry& out);
void read(const Place& at, SocketOwner& out);
void read(const Place& at, EnvironmentFile& out);

template <typename T>
void read(const Place& at, std::vector<T>& out) {
  if (at.json().is_array()) out.reserve(at.json().size());
  at.each([&](const Place& item) { read(item, out.emplace_back()); });
}

void read(const Place& at, FileStatus& out) {
  read(at["kind"], kFileKindWords, out.kind);
  read(at["mode"], out.mode);
  read(at["uid"], out.uid);
  read(at["gid"], out.gid);
  read(at["size"], out.size);
}

void read(const Place& at, SocketEntry& out) {
  unsigned state = 0;
  read(at["protocol"], kProtocolWords, out.protocol);
  read(at["state"], state);
  read(at["local"], out.local);
  read(at["local_port"], out.local_port);
  read(at["remote"], out.remote);
  read(at["remote_port"], out.remote_port);
  read(at["interface"], out.interface);
  read(at["v6only"], out.v6only);
  read(at["inode"], out.inode);
  read(at["uid"], out.uid);
  read(at["queue"], out.queue);
  read(at["queue_limit"], out.queue_limit);
  if (at.has("drops")) read(at["drops"], out.drops.emplace());
  if (state < 1 || state > static_cast<unsigned>(SocketState::new_syn_recv)) at["state"].wrong("is not a state");
  out.state = static_cast<SocketState>(state);
}

void read(const Place& at, SocketOwner& out) {
  read(at["inode"], out.inode);
  read(at["pid"], out.pid);
  read(at["command"], out.command);
  read(at["unit"], out.unit);
}

void read(const Place& at, SocketOwners& out) {
  read(at["owners"], out.owners);
  read(at["complete"], out.complete);
  read(at["why_incomplete"], out.why_incomplete);
}

void read(const Place& at, EnvironmentFile& out) {
  read(at["path"], out.path);
  read(at["optional"], out.optional);
}

void read(const Place& at, UnitProperties& out) {
  read(at["name"], out.name);
  read(at["load_state"], out.load_state);
  read(at["active_state"], out.active_state);
  read(at["unit_file_state"], out.unit_file_state);
  read(at["result"], out.result);
  read(at["fragment_path"], out.fragment_path);
  read(at["drop_in_paths"], out.drop_in_paths);
  read(at["limit_nofile"], out.limit_nofile);
  read(at["limit_nofile_soft"], out.limit_nofile_soft);
  read(at["main_pid"], out.main_pid);
  read(at["user"], out.user);
  read(at["capability_bounding_set"], out.capability_bounding_set);
  read(at["ambient_capabilities"], out.ambient_capabilities);
  read(at["environment"], out.environment);
  read(at["environment_files"], out.environment_files);
  read(at["exec_start"], out.exec_start);
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
  read_entries(at["statuses"], out.statuses);
  read_entries(at["links"], out.links);
  read_entries(at["sockets"], out.sockets);
  read_entries(at["local_addresses"], out.local_addresses);
  read_entries(at["owners"], out.owners);
  read_entries(at["units"], out.units);
  read_entries(at["commands"], out.commands);
}

/// Why the text must not be parsed at all; empty when it may.
std::string excess(std::string_view text) {
  std::size_t depth = 0;
  std::size_t values = 1;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
      continue;
    }
    quoted = c == '"';
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (c == ',' || c == '[' || c == '{') ++values;
    if (depth > kDepthLimit) return "is nested too deep at byte " + std::to_string(i);
    if (values > kValueLimit) return "has too many values";
  }
  return {};
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
  if (complaint.made) {
    return fail(std::errc::bad_message, object,
                (complaint.place.empty() ? "it" : complaint.place) + " " + complaint.reason);
  }
  return bundle;
}

}  // namespace preflight
