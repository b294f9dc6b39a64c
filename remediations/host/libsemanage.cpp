// SPDX-License-Identifier: Apache-2.0
// libsemanage.so.2, before 3.2 libsemanage.so.1 with the same of what we call.
#include "remediations/host/libsemanage.h"

#include "probes/host/late_library.h"

namespace preflight::selinux {
namespace {

Result<Library> load() {
  Library library;
  LateLibrary file({"libsemanage.so.2", "libsemanage.so.1"});
  file.resolve("semanage_set_root", library.semanage_set_root);
  file.resolve("semanage_handle_create", library.semanage_handle_create);
  file.resolve("semanage_handle_destroy", library.semanage_handle_destroy);
  file.resolve("semanage_msg_set_callback", library.semanage_msg_set_callback);
  file.resolve("semanage_msg_get_level", library.semanage_msg_get_level);
  file.resolve("semanage_select_store", library.semanage_select_store);
  file.resolve("semanage_set_reload", library.semanage_set_reload);
  file.resolve("semanage_is_managed", library.semanage_is_managed);
  file.resolve("semanage_connect", library.semanage_connect);
  file.resolve("semanage_disconnect", library.semanage_disconnect);
  file.resolve("semanage_begin_transaction", library.semanage_begin_transaction);
  file.resolve("semanage_commit", library.semanage_commit);
  file.resolve("semanage_reload_policy", library.semanage_reload_policy);
  file.resolve("semanage_bool_key_create", library.semanage_bool_key_create);
  file.resolve("semanage_bool_key_free", library.semanage_bool_key_free);
  file.resolve("semanage_bool_create", library.semanage_bool_create);
  file.resolve("semanage_bool_free", library.semanage_bool_free);
  file.resolve("semanage_bool_set_name", library.semanage_bool_set_name);
  file.resolve("semanage_bool_set_value", library.semanage_bool_set_value);
  file.resolve("semanage_bool_exists", library.semanage_bool_exists);
  file.resolve("semanage_bool_modify_local", library.semanage_bool_modify_local);
  file.resolve("semanage_bool_del_local", library.semanage_bool_del_local);
  file.resolve("semanage_port_key_create", library.semanage_port_key_create);
  file.resolve("semanage_port_key_free", library.semanage_port_key_free);
  file.resolve("semanage_port_create", library.semanage_port_create);
  file.resolve("semanage_port_free", library.semanage_port_free);
  file.resolve("semanage_port_set_range", library.semanage_port_set_range);
  file.resolve("semanage_port_set_proto", library.semanage_port_set_proto);
  file.resolve("semanage_port_set_con", library.semanage_port_set_con);
  file.resolve("semanage_port_modify_local", library.semanage_port_modify_local);
  file.resolve("semanage_port_del_local", library.semanage_port_del_local);
  file.resolve("semanage_context_from_string", library.semanage_context_from_string);
  file.resolve("semanage_context_free", library.semanage_context_free);
  if (auto complete = file.complete(); !complete) return tl::make_unexpected(complete.error());
  return library;
}

}  // namespace

Result<const Library*> library() {
  static const Result<Library> loaded = load();
  if (!loaded) return tl::make_unexpected(loaded.error());
  return &*loaded;
}

}  // namespace preflight::selinux
