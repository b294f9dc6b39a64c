// SPDX-License-Identifier: Apache-2.0
// The kinds of limits, declared once: report, explain page and manual tell them in the same words.
#include <algorithm>
#include <array>

#include "policies/ladder.h"

namespace preflight {
namespace {

// In the order of Limit; a test holds it to that.
constexpr std::array kSpecs = {
    LimitSpec{Limit::maxconn, "maxconn", RungKind::waits, "the global maxconn",
              "as written, by -n, or as haproxy derives it from its descriptor limit",
              "haproxy accepts no more; further clients wait in the accept queue", "more clients wait",
              "HAProxy configuration manual: maxconn in the global section"},
    LimitSpec{Limit::frontend_maxconn, "frontend_maxconn", RungKind::waits, "the maxconn of a frontend",
              "as written, if all connections come through that frontend",
              "this frontend accepts no more; its further clients wait in the accept queue", "more clients wait",
              "HAProxy configuration manual: maxconn of a proxy"},
    LimitSpec{Limit::bind_maxconn, "bind_maxconn", RungKind::waits, "the maxconn of a bind line",
              "as written, times the shards of the line, if all connections come to one of its ports",
              "this listener accepts no more; its further clients wait in the accept queue", "more clients wait",
              "HAProxy configuration manual: maxconn of a bind line"},
    LimitSpec{Limit::memory, "memory", RungKind::fails, "the memory this instance may use",
              "what is there, divided by what one connection takes",
              "haproxy runs out of memory: it is killed, or refuses connections", "haproxy is killed",
              "HAProxy management guide, section 5"},
    LimitSpec{Limit::file_descriptors, "file_descriptors", RungKind::fails,
              "the descriptors haproxy may open: the hard limit, or fs.nr_open where its starter may raise limits",
              "what is left beside listeners, checks, threads and peers, divided by two; pipes for splicing count too",
              "haproxy refuses to start with a higher maxconn", "with more haproxy does not start",
              "HAProxy management guide, section 5"},
    LimitSpec{Limit::open_files, "open_files", RungKind::fails, "fs.file-max, the open files of the whole host",
              "what others leave of it, divided by two", "every open, accept and socket call of the host fails",
              "nothing opens any more", "proc_sys_fs(5), file-max"},
    LimitSpec{Limit::server_maxconn, "server_maxconn", RungKind::waits, "the maxconn of the servers of a backend",
              "the sum over its servers, if each has one and all connections go to that backend",
              "requests wait in haproxy's queue, and get 503 after `timeout queue`", "more requests wait",
              "HAProxy configuration manual: maxconn of a server"},
    LimitSpec{
        Limit::source_ports, "source_ports", RungKind::fails,
        "the source ports for connections from one address to one server address and port",
        "the local port range without reserved ports, ports of listeners and one for each health check, if all "
        "connections go to that backend, evenly over its servers as far as their own maxconns allow",
        "connects fail, and have been slow since half of it; requests get 503, health checks mark healthy servers DOWN",
        "more connects fail", "ip(7), ip_local_port_range"},
    LimitSpec{Limit::conntrack, "conntrack", RungKind::fails, "the table of tracked connections, where one is in use",
              "what others leave of nf_conntrack_max, divided by two: both sides of a connection are tracked",
              "the kernel drops the packets of new connections, of every program", "packets are dropped",
              "Linux Documentation/networking/nf_conntrack-sysctl.rst"},
    LimitSpec{Limit::accept_queue, "accept_queue", RungKind::burst, "the accept queue of a listener",
              "the backlog haproxy asks for, cut at net.core.somaxconn, and one more",
              "the kernel drops what else arrives; those clients try again after a second", "more are dropped",
              "listen(2); HAProxy configuration manual: backlog"},
};

}  // namespace

std::span<const LimitSpec> limit_specs() { return kSpecs; }

const LimitSpec& spec_of(Limit limit) { return kSpecs.at(static_cast<std::size_t>(limit)); }

std::string_view to_string(Limit limit) { return spec_of(limit).name; }

std::string_view to_string(RungKind kind) {
  switch (kind) {
    case RungKind::waits:
      return "waits";
    case RungKind::fails:
      return "fails";
    case RungKind::burst:
      return "burst";
  }
  return "unknown";
}

}  // namespace preflight
