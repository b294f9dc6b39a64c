// SPDX-License-Identifier: Apache-2.0
// Settings with a history, made by hand.
#include "tests/support/sample_why.h"

#include <memory>

namespace preflight::test {
namespace {

SettingLine line(std::string file, std::uint32_t number, std::string value, Fate fate, std::string by = {},
                 std::string key = "net.core.somaxconn") {
  auto text = key + " = " + value;
  return {std::move(file), number, std::move(text), std::move(key), std::move(value), fate, std::move(by), {}};
}

haproxy::Origin at(const char* file, std::uint32_t number) {
  haproxy::Origin origin;
  origin.file = std::make_shared<const std::string>(file);
  origin.line = number;
  origin.column = 3;
  return origin;
}

}  // namespace

Why overruled_somaxconn() {
  const std::string decider = "/etc/sysctl.d/99-sysctl.conf:12";
  Why why;
  why.name = "net.core.somaxconn";
  why.running = {{"/proc/sys/net/core/somaxconn", std::string("65535")}};
  why.initial = "4096";
  why.initial_from = "the kernel's own value";
  BootAnswer systemd{.by = BootProgram::systemd_sysctl, .value = "1024", .decider = 4};
  systemd.lines = {
      line("/usr/lib/sysctl.d/10-network.conf", 3, "256", Fate::hidden, "/etc/sysctl.d/10-network.conf"),
      line("/usr/lib/sysctl.d/50-default.conf", 20, "128", Fate::overridden, decider),
      line("/etc/sysctl.d/60-all.conf", 1, "64", Fate::excepted, "/usr/lib/sysctl.d/50-default.conf:20",
           "net.core.somax*"),
      line("/etc/sysctl.d/90-haproxy.conf", 2, "lots", Fate::refused),
      line("/etc/sysctl.d/99-sysctl.conf", 12, "1024", Fate::decides),
      line("/etc/sysctl.conf", 12, "1024", Fate::hidden),
  };
  systemd.lines[4].managed_by = "Ansible";
  BootAnswer procps{.by = BootProgram::sysctl_system, .value = "2048", .decider = 0};
  procps.lines = {line("/etc/sysctl.conf", 13, "2048", Fate::decides)};
  why.answers = {std::move(systemd), std::move(procps)};
  why.frame = CodeFrame{"/etc/sysctl.d/99-sysctl.conf",
                        12,
                        11,
                        {"# raised for the load test", "\tnet.core.somaxconn = 1024", "net.ipv4.ip_forward = 1"}};
  why.writers = {{"tuned", "/etc/tuned/lb/tuned.conf", 9, why.name, "8192"}};
  const Term maxconn{"maxconn", 20000, at("/etc/haproxy/haproxy.cfg", 4)};
  why.demands = {
      {"haproxy.service", "connections in the accept queue of *:443", Quantity{20000, Basis::configured, {maxconn}}}};
  why.verdicts = {{.check = "somaxconn_covers_backlog",
                   .subject = "sysctl:net.core.somaxconn",
                   .now = Standing::fine,
                   .then = Standing::warning,
                   .why = "the kernel caps accept queues at 8,192, haproxy asks for 20,000"}};
  why.checks = {"somaxconn_covers_backlog", "sysctls_survive_boot"};
  return why;
}

Why settled_somaxconn() {
  auto why = overruled_somaxconn();
  why.running = {{"/proc/sys/net/core/somaxconn", std::string("1024")}};
  why.writers.clear();
  why.answers.back().value = "1024";
  why.answers.front().lines = {why.answers.front().lines[4]};
  why.answers.front().lines.front().managed_by.clear();
  why.answers.front().decider = 0;
  why.verdicts.front().now = Standing::warning;
  return why;
}

Why late_conntrack() {
  Why why;
  why.name = "net.netfilter.nf_conntrack_max";
  why.running = {{"/proc/sys/net/netfilter/nf_conntrack_max", tl::make_unexpected(offline_tree("nf_conntrack_max"))}};
  why.late_module = "nf_conntrack";
  why.initial_from = "the kernel's own value";
  why.notes = {"the key comes with the module nf_conntrack, which nothing loads before systemd-sysctl runs"};
  BootAnswer answer{.by = BootProgram::systemd_sysctl, .value = "1000000", .decider = 0};
  answer.lines = {line("/etc/sysctl.d/90-lb.conf", 1, "1000000", Fate::decides, {}, why.name)};
  why.frame = CodeFrame{"/etc/sysctl.d/90-lb.conf", 1, 1, {why.name + " = 1000000"}};
  why.answers = {answer, answer};
  why.answers.back().by = BootProgram::sysctl_system;
  why.demands_unknown = {{std::errc::permission_denied, "/etc/haproxy/haproxy.cfg", "Permission denied"}};
  return why;
}

Why untouched_swappiness() {
  Why why;
  why.name = "vm.swappiness";
  why.running = {{"/proc/sys/vm/swappiness", std::string("60")}};
  why.initial = "60";
  why.initial_from = "the kernel's own value";
  why.answers = {{.by = BootProgram::systemd_sysctl}, {.by = BootProgram::sysctl_system}};
  return why;
}

Why ignored_limit() {
  const std::string directory = "/etc/systemd/system/haproxy.service.d/";
  Why why;
  why.kind = Why::Kind::unit_limit;
  why.name = "haproxy.service:LimitNOFILE";
  why.running = {{"process 812", std::string("20000:524288")},
                 {"systemd, for the next start", std::string("1024:524288")}};
  why.initial = "1024:524288";
  why.initial_from = "systemd's own default";
  BootAnswer answer{.by = BootProgram::systemd};
  answer.lines = {line(directory + "10-limits.conf", 2, "10k", Fate::ignored, {}, "LimitNOFILE")};
  answer.lines.front().reason = "10k is not a number";
  why.answers = {std::move(answer)};
  why.instance = "haproxy.service";
  why.demands = {{why.instance, "file descriptors", Quantity{200042, Basis::automatic, {}}}};
  return why;
}

Why hostile_setting(const std::string& text) {
  auto why = overruled_somaxconn();
  why.name = text;
  why.running = {{text, text}, {text, tl::make_unexpected(Error{std::errc::io_error, text, text})}};
  why.initial = text;
  for (auto& each : why.answers.front().lines) {
    each.file = each.text = each.key = each.value = each.managed_by = each.reason = text;
    if (!each.by.empty()) each.by = text;
  }
  why.answers.front().value = text;
  why.frame = CodeFrame{text, 2, 1, {text, text, text + text}};
  why.writers = {{text, text, 1, text, text}};
  why.writers_error = Error{std::errc::io_error, text, text};
  why.demands.front().instance = why.demands.front().what = text;
  why.demands.front().quantity->terms.front().label = text;
  why.verdicts.front().subject = why.verdicts.front().why = text;
  why.demands_unknown = {{std::errc::io_error, text, text}};
  why.late_module = text;
  why.notes = {text};
  return why;
}

}  // namespace preflight::test
