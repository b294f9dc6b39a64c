// SPDX-License-Identifier: Apache-2.0
// The initial contexts are numbered by sidorder: that of ports must be the ninth, that of nodes the twelfth.
#include "tests/support/cil.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/support/scratch.h"

namespace preflight::test {

std::string cil_base() {
  return R"((handleunknown allow)
(mls true)
(class process (transition))
(class file (execute entrypoint))
(class tcp_socket (name_bind name_connect node_bind send_msg))
(class udp_socket (name_bind node_bind))
(class capability (net_bind_service))
(classorder (process file tcp_socket udp_socket capability))
(sensitivity s0)
(sensitivityorder (s0))
(category c0)
(categoryorder (c0))
(sensitivitycategory s0 (c0))
(level low (s0))
(levelrange range (low low))
(user system_u)
(role system_r)
(role object_r)
(userrole system_u system_r)
(userrole system_u object_r)
(userlevel system_u low)
(userrange system_u range)
(type kernel_t)
(type init_t)
(type haproxy_t)
(type haproxy_exec_t)
(type node_t)
(type port_t)
(roletype system_r kernel_t)
(roletype system_r init_t)
(roletype system_r haproxy_t)
(roletype object_r haproxy_exec_t)
(roletype object_r node_t)
(roletype object_r port_t)
(context plain (system_u system_r kernel_t range))
(sid kernel) (sid security) (sid unlabeled) (sid fs) (sid file) (sid file_labels)
(sid init) (sid any_socket) (sid port) (sid netif) (sid netmsg) (sid node)
(sidorder (kernel security unlabeled fs file file_labels init any_socket port netif netmsg node))
(sidcontext kernel plain) (sidcontext security plain) (sidcontext unlabeled plain) (sidcontext fs plain)
(sidcontext file plain) (sidcontext file_labels plain) (sidcontext init plain) (sidcontext any_socket plain)
(sidcontext netif plain) (sidcontext netmsg plain)
(sidcontext port (system_u object_r port_t range))
(sidcontext node (system_u object_r node_t range))
(typeattribute port_type)
(typetransition init_t haproxy_exec_t process haproxy_t)
(allow haproxy_t node_t (tcp_socket (node_bind)))
(allow haproxy_t node_t (udp_socket (node_bind)))
(allow haproxy_t self (capability (net_bind_service)))
)";
}

std::string cil_port_type(std::string_view name) {
  const std::string type(name);
  return "(type " + type + ")\n(roletype object_r " + type + ")\n(typeattributeset port_type " + type + ")\n";
}

std::string cil_port(std::string_view protocol, std::string_view range, std::string_view type) {
  return "(portcon " + std::string(protocol) + " " + std::string(range) + " (system_u object_r " + std::string(type) +
         " range))\n";
}

std::string cil_el() {
  std::string text = cil_base();
  for (const auto* type : {"http_port_t", "http_cache_port_t", "commplex_main_port_t", "commplex_link_port_t",
                           "redis_port_t", "reserved_port_t", "unreserved_port_t", "ephemeral_port_t"}) {
    text += cil_port_type(type);
  }
  for (const auto* port : {"80", "443", "8443", "9000"}) text += cil_port("tcp", port, "http_port_t");
  text += cil_port("udp", "443", "http_port_t");
  text += cil_port("tcp", "8080", "http_cache_port_t");
  text += cil_port("tcp", "(10001 10010)", "http_cache_port_t");
  text += cil_port("tcp", "5000", "commplex_main_port_t");
  text += cil_port("tcp", "5001", "commplex_link_port_t");
  text += cil_port("tcp", "6379", "redis_port_t");
  text += cil_port("tcp", "(1 511)", "reserved_port_t");
  text += cil_port("udp", "(1 511)", "reserved_port_t");
  text += cil_port("tcp", "(1024 32767)", "unreserved_port_t");
  text += cil_port("tcp", "(32768 60999)", "ephemeral_port_t");
  text += cil_port("tcp", "(61000 65535)", "unreserved_port_t");
  text += cil_port("udp", "(1024 65535)", "unreserved_port_t");
  for (const auto* type : {"http_port_t", "http_cache_port_t", "commplex_main_port_t"}) {
    text += "(allow haproxy_t " + std::string(type) + " (tcp_socket (name_bind name_connect)))\n";
  }
  return text +
         "(allow haproxy_t commplex_link_port_t (tcp_socket (name_connect)))\n"
         "(type httpd_t)\n(roletype system_r httpd_t)\n(type redis_t)\n(roletype system_r redis_t)\n"
         "(allow httpd_t http_port_t (tcp_socket (name_bind name_connect)))\n"
         "(allow httpd_t http_cache_port_t (tcp_socket (name_bind)))\n"
         "(allow redis_t redis_port_t (tcp_socket (name_bind)))\n"
         "(boolean haproxy_connect_any false)\n(boolean other false)\n"
         "(booleanif haproxy_connect_any\n"
         "  (true (allow haproxy_t port_type (tcp_socket (name_bind name_connect send_msg)))))\n"
         "(booleanif other (true (allow httpd_t port_type (tcp_socket (name_bind)))))\n";
}

Result<std::string> compile_cil(const std::string& text, int version) {
  if (std::system("command -v secilc >/dev/null") != 0) {  // NOLINT(cert-env33-c): our own words
    return fail(std::errc::no_such_file_or_directory, "secilc", "is not installed");
  }
  const Scratch scratch;
  const std::string source = scratch.file("policy.cil", text);
  const std::string target = source + ".bin";
  const std::string command = "secilc -c " + std::to_string(version) + " -f /dev/null -o " + target + " " + source;
  if (std::system((command + " 2>" + source + ".said").c_str()) != 0) {  // NOLINT(cert-env33-c): as above
    std::ifstream said(source + ".said");
    return fail(std::errc::bad_message, "CIL", std::string(std::istreambuf_iterator<char>(said), {}));
  }
  std::ifstream file(target, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace preflight::test
