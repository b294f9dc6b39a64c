// SPDX-License-Identifier: Apache-2.0
// semanage_commit(3) answers with the number of the commit, 2 after 1, or 0 where nothing was to do: only less than 0
// is an error.
#include "remediations/host/semanage_session.h"

#include <array>
#include <cstdarg>
#include <cstdio>

#include "probes/base/text.h"

namespace preflight::selinux {
namespace {

constexpr std::size_t kLongest = 400;

/// A record of libsemanage's that is freed with us.
template <typename Record>
using Owned = std::unique_ptr<Record, void (*)(Record*)>;

int number_of(const std::string& protocol) {
  if (protocol == "udp") return SEMANAGE_PROTO_UDP;
  if (protocol == "sctp") return SEMANAGE_PROTO_SCTP;
  return protocol == "dccp" ? SEMANAGE_PROTO_DCCP : SEMANAGE_PROTO_TCP;
}

}  // namespace

Result<std::unique_ptr<Session>> Session::open(const std::string& root, const std::string& store, bool reload) {
  const auto found = library();
  if (!found) return tl::make_unexpected(found.error());
  const auto& calls = **found;
  if (calls.semanage_set_root(root.c_str()) != 0) return fail(std::errc::not_enough_memory, store, "libsemanage");
  std::unique_ptr<Session> session(new Session(calls, store));
  session->handle_ = calls.semanage_handle_create();
  if (session->handle_ == nullptr) return fail(std::errc::io_error, "/etc/selinux/semanage.conf", "cannot be read");
  calls.semanage_msg_set_callback(session->handle_, take_message, session.get());
  auto name = store;
  calls.semanage_select_store(session->handle_, name.data(), SEMANAGE_CON_DIRECT);
  calls.semanage_set_reload(session->handle_, reload ? 1 : 0);
  if (auto connected = session->connect(); !connected) return tl::make_unexpected(connected.error());
  return session;
}

Result<void> Session::connect() {
  if (library_.semanage_is_managed(handle_) != 1)
    return fail(std::errc::no_such_file_or_directory, store_, "is no policy that libsemanage manages");
  if (library_.semanage_connect(handle_) < 0) return failed(store_);
  connected_ = true;
  return {};
}

Session::~Session() {
  if (connected_) library_.semanage_disconnect(handle_);
  if (handle_ != nullptr) library_.semanage_handle_destroy(handle_);
}

void Session::take_message(void* session, semanage_handle_t* handle, const char* format, ...) {
  auto& self = *static_cast<Session*>(session);
  if (self.library_.semanage_msg_get_level(handle) != SEMANAGE_MSG_ERR || self.said_.size() >= kLongest) return;
  std::array<char, kLongest> line{};
  std::va_list arguments;
  va_start(arguments, format);
  (void)std::vsnprintf(line.data(), line.size(), format, arguments);
  va_end(arguments);
  self.said_ += (self.said_.empty() ? "" : "; ") + printable(trim(line.data()));
}

tl::unexpected<Error> Session::failed(const std::string& object) const {
  return fail(std::errc::io_error, object, said_.empty() ? "libsemanage does not say why" : "libsemanage: " + said_);
}

Result<void> Session::begin() {
  if (library_.semanage_begin_transaction(handle_) < 0) return failed(store_);
  return {};
}

Result<void> Session::put(const SelinuxBoolean& boolean) {
  semanage_bool_key_t* key_given = nullptr;
  if (library_.semanage_bool_key_create(handle_, boolean.name.c_str(), &key_given) < 0) return failed(boolean.name);
  const Owned<semanage_bool_key_t> key(key_given, library_.semanage_bool_key_free);
  int there = 0;
  if (library_.semanage_bool_exists(handle_, key.get(), &there) < 0) return failed(boolean.name);
  if (there == 0) return fail(std::errc::invalid_argument, boolean.name, "is no boolean of the policy " + store_);
  semanage_bool_t* record_given = nullptr;
  if (library_.semanage_bool_create(handle_, &record_given) < 0) return failed(boolean.name);
  const Owned<semanage_bool_t> record(record_given, library_.semanage_bool_free);
  if (library_.semanage_bool_set_name(handle_, record.get(), boolean.name.c_str()) < 0) return failed(boolean.name);
  library_.semanage_bool_set_value(record.get(), boolean.kept_to.value_or(false) ? 1 : 0);
  // Set even where it goes: that something goes which is not there is no change to libsemanage.
  if (library_.semanage_bool_modify_local(handle_, key.get(), record.get()) < 0) return failed(boolean.name);
  if (!boolean.kept_to && library_.semanage_bool_del_local(handle_, key.get()) < 0) return failed(boolean.name);
  return {};
}

Result<void> Session::set_label(semanage_port_t* port, const std::string& context, const std::string& name) {
  semanage_context_t* given = nullptr;
  if (library_.semanage_context_from_string(handle_, context.c_str(), &given) < 0 || given == nullptr)
    return failed(name);
  const Owned<semanage_context_t> label(given, library_.semanage_context_free);
  if (library_.semanage_port_set_con(handle_, port, label.get()) < 0) return failed(name);
  return {};
}

Result<void> Session::put(const SelinuxPort& port) {
  const auto name = name_of(port);
  const auto protocol = number_of(port.protocol);
  semanage_port_key_t* key_given = nullptr;
  if (library_.semanage_port_key_create(handle_, port.low, port.high, protocol, &key_given) < 0) return failed(name);
  const Owned<semanage_port_key_t> key(key_given, library_.semanage_port_key_free);
  semanage_port_t* record_given = nullptr;
  if (library_.semanage_port_create(handle_, &record_given) < 0) return failed(name);
  const Owned<semanage_port_t> record(record_given, library_.semanage_port_free);
  library_.semanage_port_set_range(record.get(), port.low, port.high);
  library_.semanage_port_set_proto(record.get(), protocol);
  auto labelled = set_label(record.get(), port.to ? *port.to : port.from.value_or(""), name);
  if (!labelled) return labelled;
  if (library_.semanage_port_modify_local(handle_, key.get(), record.get()) < 0) return failed(name);
  if (!port.to && library_.semanage_port_del_local(handle_, key.get()) < 0) return failed(name);
  return {};
}

Result<void> Session::commit() {
  if (library_.semanage_commit(handle_) < 0) return failed(store_);
  return {};
}

Result<void> Session::reload() {
  if (library_.semanage_reload_policy(handle_) != 0) return failed(store_);
  return {};
}

}  // namespace preflight::selinux
