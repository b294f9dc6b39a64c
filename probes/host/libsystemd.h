// SPDX-License-Identifier: Apache-2.0
// libsystemd, loaded on use: it costs a millisecond of every start, and a host may not have it.
#pragma once

#include <systemd/sd-bus.h>

#include "probes/base/result.h"

namespace preflight::systemd {

/// The functions we call, named and typed as the header we compile against has them.
struct Library {
  decltype(&::sd_bus_new) sd_bus_new = nullptr;
  decltype(&::sd_bus_set_address) sd_bus_set_address = nullptr;
  decltype(&::sd_bus_set_bus_client) sd_bus_set_bus_client = nullptr;
  decltype(&::sd_bus_start) sd_bus_start = nullptr;
  decltype(&::sd_bus_is_ready) sd_bus_is_ready = nullptr;
  decltype(&::sd_bus_process) sd_bus_process = nullptr;
  decltype(&::sd_bus_wait) sd_bus_wait = nullptr;
  decltype(&::sd_bus_set_method_call_timeout) sd_bus_set_method_call_timeout = nullptr;
  decltype(&::sd_bus_close_unref) sd_bus_close_unref = nullptr;
  decltype(&::sd_bus_call_method) sd_bus_call_method = nullptr;
  decltype(&::sd_bus_error_free) sd_bus_error_free = nullptr;
  decltype(&::sd_bus_message_enter_container) sd_bus_message_enter_container = nullptr;
  decltype(&::sd_bus_message_exit_container) sd_bus_message_exit_container = nullptr;
  decltype(&::sd_bus_message_peek_type) sd_bus_message_peek_type = nullptr;
  decltype(&::sd_bus_message_read_basic) sd_bus_message_read_basic = nullptr;
  decltype(&::sd_bus_message_skip) sd_bus_message_skip = nullptr;
  decltype(&::sd_bus_message_unref) sd_bus_message_unref = nullptr;
};

/// Loads libsystemd.so.0 once and keeps it; ENOENT when there is none, ENOSYS when it lacks a function.
[[nodiscard]] Result<const Library*> library();

}  // namespace preflight::systemd
