// SPDX-License-Identifier: Apache-2.0
// dlopen(3) of libsemanage.so.2, before 3.2 libsemanage.so.1 with the same of what we call; RTLD_LOCAL keeps its names
// out of ours.
#include "remediations/host/libsemanage.h"

#include <dlfcn.h>

namespace preflight::selinux {
namespace {

constexpr const char* kName = "libsemanage.so.2";
constexpr const char* kOldName = "libsemanage.so.1";

template <typename Function>
bool resolve(void* handle, const char* name, Function& function) {
  // POSIX guarantees this conversion for what dlsym gives.
  function = reinterpret_cast<Function>(::dlsym(handle, name));
  return function != nullptr;
}

bool resolve_all(void* handle, Library& library) {
  bool all = true;
  all = resolve(handle, "semanage_set_root", library.semanage_set_root) && all;
  all = resolve(handle, "semanage_handle_create", library.semanage_handle_create) && all;
  all = resolve(handle, "semanage_handle_destroy", library.semanage_handle_destroy) && all;
  all = resolve(handle, "semanage_msg_set_callback", library.semanage_msg_set_callback) && all;
  all = resolve(handle, "semanage_msg_get_level", library.semanage_msg_get_level) && all;
  all = resolve(handle, "semanage_select_store", library.semanage_select_store) && all;
  all = resolve(handle, "semanage_set_reload", library.semanage_set_reload) && all;
  all = resolve(handle, "semanage_is_managed", library.semanage_is_managed) && all;
  all = resolve(handle, "semanage_connect", library.semanage_connect) && all;
  all = resolve(handle, "semanage_disconnect", library.semanage_disconnect) && all;
  all = resolve(handle, "semanage_begin_transaction", library.semanage_begin_transaction) && all;
  all = resolve(handle, "semanage_commit", library.semanage_commit) && all;
  all = resolve(handle, "semanage_reload_policy", library.semanage_reload_policy) && all;
  all = resolve(handle, "semanage_bool_key_create", library.semanage_bool_key_create) && all;
  all = resolve(handle, "semanage_bool_key_free", library.semanage_bool_key_free) && all;
  all = resolve(handle, "semanage_bool_create", library.semanage_bool_create) && all;
  all = resolve(handle, "semanage_bool_free", library.semanage_bool_free) && all;
  all = resolve(handle, "semanage_bool_set_name", library.semanage_bool_set_name) && all;
  all = resolve(handle, "semanage_bool_set_value", library.semanage_bool_set_value) && all;
  all = resolve(handle, "semanage_bool_exists", library.semanage_bool_exists) && all;
  all = resolve(handle, "semanage_bool_modify_local", library.semanage_bool_modify_local) && all;
  all = resolve(handle, "semanage_bool_del_local", library.semanage_bool_del_local) && all;
  all = resolve(handle, "semanage_port_key_create", library.semanage_port_key_create) && all;
  all = resolve(handle, "semanage_port_key_free", library.semanage_port_key_free) && all;
  all = resolve(handle, "semanage_port_create", library.semanage_port_create) && all;
  all = resolve(handle, "semanage_port_free", library.semanage_port_free) && all;
  all = resolve(handle, "semanage_port_set_range", library.semanage_port_set_range) && all;
  all = resolve(handle, "semanage_port_set_proto", library.semanage_port_set_proto) && all;
  all = resolve(handle, "semanage_port_set_con", library.semanage_port_set_con) && all;
  all = resolve(handle, "semanage_port_modify_local", library.semanage_port_modify_local) && all;
  all = resolve(handle, "semanage_port_del_local", library.semanage_port_del_local) && all;
  all = resolve(handle, "semanage_context_from_string", library.semanage_context_from_string) && all;
  all = resolve(handle, "semanage_context_free", library.semanage_context_free) && all;
  return all;
}

Result<Library> load() {
  void* handle = ::dlopen(kName, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) handle = ::dlopen(kOldName, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return fail(std::errc::no_such_file_or_directory, kName, "cannot be loaded");
  Library library;
  if (!resolve_all(handle, library)) return fail(std::errc::function_not_supported, kName, "lacks a function we need");
  return library;
}

}  // namespace

Result<const Library*> library() {
  static const Result<Library> loaded = load();
  if (!loaded) return tl::make_unexpected(loaded.error());
  return &*loaded;
}

}  // namespace preflight::selinux
