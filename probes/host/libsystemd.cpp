// SPDX-License-Identifier: Apache-2.0
// dlopen(3) of libsystemd.so.0; RTLD_LOCAL keeps its names out of ours.
#include "probes/host/libsystemd.h"

#include <dlfcn.h>

namespace preflight::systemd {
namespace {

constexpr const char* kName = "libsystemd.so.0";

template <typename Function>
bool resolve(void* handle, const char* name, Function& function) {
  // POSIX guarantees this conversion for what dlsym gives.
  function = reinterpret_cast<Function>(::dlsym(handle, name));
  return function != nullptr;
}

bool resolve_all(void* handle, Library& library) {
  bool all = true;
  all = resolve(handle, "sd_bus_new", library.sd_bus_new) && all;
  all = resolve(handle, "sd_bus_set_address", library.sd_bus_set_address) && all;
  all = resolve(handle, "sd_bus_set_bus_client", library.sd_bus_set_bus_client) && all;
  all = resolve(handle, "sd_bus_start", library.sd_bus_start) && all;
  all = resolve(handle, "sd_bus_is_ready", library.sd_bus_is_ready) && all;
  all = resolve(handle, "sd_bus_process", library.sd_bus_process) && all;
  all = resolve(handle, "sd_bus_wait", library.sd_bus_wait) && all;
  all = resolve(handle, "sd_bus_set_method_call_timeout", library.sd_bus_set_method_call_timeout) && all;
  all = resolve(handle, "sd_bus_close_unref", library.sd_bus_close_unref) && all;
  all = resolve(handle, "sd_bus_call_method", library.sd_bus_call_method) && all;
  all = resolve(handle, "sd_bus_error_free", library.sd_bus_error_free) && all;
  all = resolve(handle, "sd_bus_message_enter_container", library.sd_bus_message_enter_container) && all;
  all = resolve(handle, "sd_bus_message_exit_container", library.sd_bus_message_exit_container) && all;
  all = resolve(handle, "sd_bus_message_peek_type", library.sd_bus_message_peek_type) && all;
  all = resolve(handle, "sd_bus_message_read_basic", library.sd_bus_message_read_basic) && all;
  all = resolve(handle, "sd_bus_message_skip", library.sd_bus_message_skip) && all;
  all = resolve(handle, "sd_bus_message_unref", library.sd_bus_message_unref) && all;
  return all;
}

Result<Library> load() {
  void* const handle = ::dlopen(kName, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return fail(std::errc::no_such_file_or_directory, kName, "cannot be loaded");
  Library library;
  if (!resolve_all(handle, library)) return fail(std::errc::function_not_supported, kName, "is too old (before 240)");
  return library;
}

}  // namespace

Result<const Library*> library() {
  static const Result<Library> loaded = load();
  if (!loaded) return tl::make_unexpected(loaded.error());
  return &*loaded;
}

}  // namespace preflight::systemd
