// SPDX-License-Identifier: Apache-2.0
// libsemanage, loaded on use: few runs change the SELinux policy, and a host may not have it.
#pragma once

#include <semanage/semanage.h>

#include "probes/base/result.h"

namespace preflight::selinux {

/// The functions we call, named and typed as the header we compile against has them.
struct Library {
  decltype(&::semanage_set_root) semanage_set_root = nullptr;
  decltype(&::semanage_handle_create) semanage_handle_create = nullptr;
  decltype(&::semanage_handle_destroy) semanage_handle_destroy = nullptr;
  decltype(&::semanage_msg_set_callback) semanage_msg_set_callback = nullptr;
  decltype(&::semanage_msg_get_level) semanage_msg_get_level = nullptr;
  decltype(&::semanage_select_store) semanage_select_store = nullptr;
  decltype(&::semanage_set_reload) semanage_set_reload = nullptr;
  decltype(&::semanage_is_managed) semanage_is_managed = nullptr;
  decltype(&::semanage_connect) semanage_connect = nullptr;
  decltype(&::semanage_disconnect) semanage_disconnect = nullptr;
  decltype(&::semanage_begin_transaction) semanage_begin_transaction = nullptr;
  decltype(&::semanage_commit) semanage_commit = nullptr;
  decltype(&::semanage_reload_policy) semanage_reload_policy = nullptr;
  decltype(&::semanage_bool_key_create) semanage_bool_key_create = nullptr;
  decltype(&::semanage_bool_key_free) semanage_bool_key_free = nullptr;
  decltype(&::semanage_bool_create) semanage_bool_create = nullptr;
  decltype(&::semanage_bool_free) semanage_bool_free = nullptr;
  decltype(&::semanage_bool_set_name) semanage_bool_set_name = nullptr;
  decltype(&::semanage_bool_set_value) semanage_bool_set_value = nullptr;
  decltype(&::semanage_bool_exists) semanage_bool_exists = nullptr;
  decltype(&::semanage_bool_modify_local) semanage_bool_modify_local = nullptr;
  decltype(&::semanage_bool_del_local) semanage_bool_del_local = nullptr;
  decltype(&::semanage_port_key_create) semanage_port_key_create = nullptr;
  decltype(&::semanage_port_key_free) semanage_port_key_free = nullptr;
  decltype(&::semanage_port_create) semanage_port_create = nullptr;
  decltype(&::semanage_port_free) semanage_port_free = nullptr;
  decltype(&::semanage_port_set_range) semanage_port_set_range = nullptr;
  decltype(&::semanage_port_set_proto) semanage_port_set_proto = nullptr;
  decltype(&::semanage_port_set_con) semanage_port_set_con = nullptr;
  decltype(&::semanage_port_modify_local) semanage_port_modify_local = nullptr;
  decltype(&::semanage_port_del_local) semanage_port_del_local = nullptr;
  decltype(&::semanage_context_from_string) semanage_context_from_string = nullptr;
  decltype(&::semanage_context_free) semanage_context_free = nullptr;
};

/// Loads libsemanage.so.2 once and keeps it; ENOENT when there is none, ENOSYS when it lacks a function.
[[nodiscard]] Result<const Library*> library();

}  // namespace preflight::selinux
