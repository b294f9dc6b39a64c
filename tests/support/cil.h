// SPDX-License-Identifier: Apache-2.0
// SELinux policies written for the tests, in CIL, and compiled by the real compiler.
#pragma once

#include <string>
#include <string_view>

#include "probes/base/result.h"

namespace preflight::test {

/// What a policy needs beside what a test is about: classes, one user, the types init_t, haproxy_t, haproxy_exec_t,
/// node_t and port_t; init_t starts haproxy_exec_t as haproxy_t, which may use net_bind_service and every node.
[[nodiscard]] std::string cil_base();

/// A type of ports.
[[nodiscard]] std::string cil_port_type(std::string_view name);
/// "tcp", "80" or "(8000 8100)", "http_port_t".
[[nodiscard]] std::string cil_port(std::string_view protocol, std::string_view range, std::string_view type);

/// As Enterprise Linux has it: http_port_t, http_cache_port_t and commplex_main_port_t to bind and connect, a few more
/// to connect, and haproxy_connect_any for all of both, of TCP.
[[nodiscard]] std::string cil_el();

/// What secilc makes of it, a kernel policy of that version; an error when secilc is missing or refuses the text.
[[nodiscard]] Result<std::string> compile_cil(const std::string& text, int version = 33);

}  // namespace preflight::test
