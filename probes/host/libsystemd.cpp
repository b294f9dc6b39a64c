// SPDX-License-Identifier: Apache-2.0
// libsystemd.so.0; what we call is there since 240.
#include "probes/host/libsystemd.h"

#include "probes/host/late_library.h"

namespace preflight::systemd {
namespace {

Result<Library> load() {
  Library library;
  LateLibrary file({"libsystemd.so.0"});
  file.resolve("sd_bus_new", library.sd_bus_new);
  file.resolve("sd_bus_set_address", library.sd_bus_set_address);
  file.resolve("sd_bus_set_bus_client", library.sd_bus_set_bus_client);
  file.resolve("sd_bus_start", library.sd_bus_start);
  file.resolve("sd_bus_is_ready", library.sd_bus_is_ready);
  file.resolve("sd_bus_process", library.sd_bus_process);
  file.resolve("sd_bus_wait", library.sd_bus_wait);
  file.resolve("sd_bus_set_method_call_timeout", library.sd_bus_set_method_call_timeout);
  file.resolve("sd_bus_close_unref", library.sd_bus_close_unref);
  file.resolve("sd_bus_call_method", library.sd_bus_call_method);
  file.resolve("sd_bus_error_free", library.sd_bus_error_free);
  file.resolve("sd_bus_message_enter_container", library.sd_bus_message_enter_container);
  file.resolve("sd_bus_message_exit_container", library.sd_bus_message_exit_container);
  file.resolve("sd_bus_message_peek_type", library.sd_bus_message_peek_type);
  file.resolve("sd_bus_message_read_basic", library.sd_bus_message_read_basic);
  file.resolve("sd_bus_message_skip", library.sd_bus_message_skip);
  file.resolve("sd_bus_message_unref", library.sd_bus_message_unref);
  if (auto complete = file.complete(); !complete) return tl::make_unexpected(complete.error());
  return library;
}

}  // namespace

Result<const Library*> library() {
  static const Result<Library> loaded = load();
  if (!loaded) return tl::make_unexpected(loaded.error());
  return &*loaded;
}

}  // namespace preflight::systemd
