// SPDX-License-Identifier: Apache-2.0
// A host made of values.
#include "tests/support/world.h"

#include <algorithm>
#include <array>
#include <memory>

#include <gtest/gtest.h>

#include "policies/sysctl_demand.h"
#include "probes/base/visit.h"
#include "probes/haproxy/read_config.h"
#include "probes/linux/kernel_setting.h"

namespace preflight::test {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kDefaults = {{
    {"fs.file-max", "9223372036854775807"},
    {"fs.file-nr", "1600\t0\t9223372036854775807"},
    {"fs.nr_open", "1073741816"},
    {"net.core.somaxconn", "4096"},
    {"net.ipv4.ip_local_port_range", "32768\t60999"},
    {"net.ipv4.ip_local_reserved_ports", ""},
    {"net.ipv4.ip_unprivileged_port_start", "1024"},
    {"net.ipv4.ip_nonlocal_bind", "0"},
    {"net.ipv4.tcp_tw_reuse", "2"},
    {"net.ipv4.tcp_timestamps", "1"},
    {"net.ipv4.tcp_max_tw_buckets", "131072"},
    {"net.ipv4.tcp_max_syn_backlog", "2048"},
    {"net.ipv4.tcp_syncookies", "1"},
    {"net.ipv6.bindv6only", "0"},
    {"net.ipv6.ip_nonlocal_bind", "0"},
    {"net.netfilter.nf_conntrack_max", "262144"},
    {"net.netfilter.nf_conntrack_count", "0"},
}};

constexpr pid_t kMaster = 100;
constexpr pid_t kWorker = 101;
constexpr const char* kConfigPath = "/etc/haproxy/haproxy.cfg";

UnitProperties debian_unit() {
  UnitProperties unit;
  unit.name = "haproxy.service";
  unit.load_state = "loaded";
  unit.active_state = "inactive";
  unit.unit_file_state = "enabled";
  unit.result = "success";
  unit.fragment_path = "/lib/systemd/system/haproxy.service";
  unit.limit_nofile = 524288;
  unit.limit_nofile_soft = 1024;
  unit.memory_max = kUnlimited;
  unit.cpu_quota = kUnlimited;
  unit.slice = "system.slice";
  unit.exec_start = {"/usr/sbin/haproxy", "-Ws", "-f", kConfigPath};
  return unit;
}

haproxy::BinaryFacts debian_binary() {
  haproxy::BinaryFacts binary;
  binary.path = "/usr/sbin/haproxy";
  binary.version = {2, 6, 12};
  binary.version_text = "2.6.12-1+deb12u4";
  binary.default_threads = 4;
  return binary;
}

haproxy::InstanceProcess process(haproxy::Role role, pid_t pid, Limits nofile) {
  haproxy::InstanceProcess member;
  member.role = role;
  member.process.pid = pid;
  member.process.parent = role == haproxy::Role::worker ? kMaster : 1;
  member.process.command = "haproxy";
  member.process.uid = role == haproxy::Role::worker ? 106 : 0;
  member.process.threads = 4;
  member.process.cpus = 4;
  member.process.environment.emplace();
  member.process.executable = std::string("/usr/sbin/haproxy");
  member.process.working_directory = std::string("/");
  member.process.nofile = nofile;
  member.process.open_descriptors = std::uint64_t{24};
  member.process.capabilities = Capabilities{kUnlimited, kUnlimited, kUnlimited};
  member.process.network_namespace = std::string("net:[1]");
  member.process.mount_namespace = std::string("mnt:[1]");
  member.process.unit = std::string("haproxy.service");
  return member;
}

void set(Sysctls& sysctls, std::string_view key, Result<std::string> value) {
  sysctls.values.insert_or_assign(std::string(key), std::move(value));
}

/// Three directories of root lead there.
PathStatus standing(std::string_view path, FileKind kind, std::uint32_t mode, const Account& owner) {
  const FileStatus directory{.kind = FileKind::directory, .mode = 0755};
  return {std::string(path), FileStatus{.kind = kind, .mode = mode, .uid = owner.uid, .gid = owner.gid},
          std::make_shared<const std::vector<FileStatus>>(3, directory)};
}

IpAddress address_of(std::string_view text) {
  const auto address = parse_ip(std::string(text));
  EXPECT_TRUE(address.has_value()) << text;
  return address.value_or(IpAddress{});
}

}  // namespace

World::World() {
  facts.host.name = "lb07";
  facts.host.system = "Debian GNU/Linux 12 (bookworm)";
  facts.host.systemd = true;
  facts.host.capabilities = {kUnlimited, kUnlimited, kUnlimited};
  facts.host.memory = Memory{.total = 8'000'000'000, .available = 7'000'000'000};
  facts.instances.emplace_back();
  instance().name = "haproxy.service";
  instance().source = haproxy::ConfigSource::unit;
  instance().command_line.configs = {kConfigPath};
  instance().unit = debian_unit();
  instance().unit_source = haproxy::UnitSource::systemd;
  const GivenLimit stock{.limits = {1024, 524288}, .lines = {}};
  instance().unit_limit = UnitLimit{.id = "haproxy.service", .reloaded = stock, .at_boot = stock, .pam_name = ""};
  facts.host.pam_nofile = std::vector<PamLimit>{};
  instance().binary = debian_binary();
  instance().memory_limit = std::nullopt;
  instance().cpu_quota = std::nullopt;
  instance().verdict = haproxy::Verdict{0, "/usr/sbin/haproxy -c -f /etc/haproxy/haproxy.cfg", {}};
  instance().files = haproxy::FileFacts{.starter = Account{}, .worker = Account{106, 113}};
  path("/run/haproxy", FileKind::directory, 02775, Account{106, 113}).no_path("/run/haproxy/admin.sock");
  facts.networks.emplace_back();
  network().id = "net:[1]";
  network().tcp_listeners = std::vector<SocketEntry>{};
  network().udp_sockets = std::vector<SocketEntry>{};
  network().port_users = std::vector<PortUser>{};
  network().netstat = Counters{{{"ListenOverflows", 0}, {"ListenDrops", 0}, {"TCPTimeWaitOverflow", 0}}};
  network().sockstat = Counters{{{"TCP.inuse", 12}, {"TCP.tw", 0}}};
  network().conntrack = Counters{{{"drop", 0}}};
  for (const auto& [key, value] : kDefaults) sysctl(key, value);
  sysctl_files({});
  config(healthy_config());
}

std::string_view World::healthy_config() {
  return "global\n"
         "  maxconn 2000\n"
         "  user haproxy\n"
         "  stats socket /run/haproxy/admin.sock mode 660 level admin\n"
         "defaults\n"
         "  mode http\n"
         "  timeout client 30s\n"
         "  timeout connect 5s\n"
         "  timeout server 30s\n"
         "frontend web\n"
         "  bind *:80\n"
         "  bind *:443\n"
         "  default_backend app\n"
         "backend app\n"
         "  server a 10.0.1.1:8080 check maxconn 500\n"
         "  server b 10.0.1.2:8080 check maxconn 500\n";
}

std::string_view World::long_queues() {
  return "global\n"
         "  maxconn 30000\n"
         "defaults\n"
         "  timeout client 9s\n"
         "  timeout connect 9s\n"
         "  timeout server 9s\n"
         "frontend web\n"
         "  bind *:80\n"
         "  backlog 30000\n"
         "  default_backend app\n"
         "backend app\n"
         "  server a 10.0.1.1:8080 maxconn 500\n";
}

World& World::config(std::string_view text) {
  haproxy::ReadContext context;
  if (instance().binary) context.binary = *instance().binary;
  instance().config = haproxy::parse_config({{kConfigPath, std::string(text)}}, context);
  return *this;
}

World& World::no_config() {
  instance().config = fail(std::errc::permission_denied, kConfigPath, "Permission denied");
  return *this;
}

std::vector<SocketEntry>& World::sampled() {
  network().sample.apart = std::chrono::milliseconds(2000);
  network().sample.listeners = network().tcp_listeners;
  return *network().sample.listeners;
}

World& World::sysctl(std::string_view key, std::string_view value) {
  set(facts.sysctls, key, std::string(value));
  set(network().sysctls, key, std::string(value));
  return *this;
}

World& World::sysctl_files(const std::vector<std::pair<std::string, std::string>>& files) {
  SysctlFiles found;
  for (const auto& [path, content] : files) {
    ConfFile file{.path = path};
    file.content = content;
    if (path == "/etc/sysctl.conf") {
      found.sysctl_conf = std::move(file);
    } else {
      found.in_directories.push_back(std::move(file));
    }
  }
  const std::set<std::string, std::less<>> keys(kDemandedSysctls.begin(), kDemandedSysctls.end());
  std::map<std::string, std::string, std::less<>> kernel;
  for (const auto& key : keys) {
    if (auto value = kernel_default(key, "6.1.0-13-amd64")) kernel.emplace(key, std::move(*value));
  }
  facts.sysctl_boot = SysctlBoot{SysctlLoader::systemd, resolve_sysctls(found, keys, kernel)};
  return *this;
}

World& World::no_sysctl(std::string_view key, std::errc code) {
  set(facts.sysctls, key, fail(code, std::string(key), "cannot be read"));
  set(network().sysctls, key, fail(code, std::string(key), "cannot be read"));
  return *this;
}

World& World::running(Limits nofile) {
  instance().source = haproxy::ConfigSource::running;
  instance().unit->active_state = "active";
  instance().unit->main_pid = kMaster;
  instance().command_line.master_worker = true;
  instance().processes.push_back(process(haproxy::Role::master, kMaster, nofile));
  instance().processes.push_back(process(haproxy::Role::worker, kWorker, nofile));
  path("/run/haproxy/admin.sock", FileKind::socket, 0660);
  listener("0.0.0.0", 80, kWorker, "haproxy", 2000);
  listener("0.0.0.0", 443, kWorker, "haproxy", 2000);
  return *this;
}

std::uint64_t World::listener(std::string_view address, std::uint16_t port, pid_t owner_pid, std::string_view owner,
                              std::uint32_t queue_limit) {
  SocketEntry socket;
  socket.state = SocketState::listen;
  socket.local = address_of(address);
  socket.local_port = port;
  socket.inode = 1000 + network().tcp_listeners->size();
  socket.queue_limit = queue_limit;
  socket.drops = 0;
  network().tcp_listeners->push_back(socket);
  PortUser user{socket, {}, true};
  if (owner_pid != 0)
    user.owners.push_back({socket.inode, owner_pid, std::string(owner), std::string(owner) + ".service"});
  network().port_users->push_back(user);
  return socket.inode;
}

World& World::connection(std::string_view local, std::uint16_t local_port, std::string_view remote,
                         std::uint16_t remote_port, SocketState state) {
  SocketEntry socket;
  socket.state = state;
  socket.local = address_of(local);
  socket.local_port = local_port;
  socket.remote = address_of(remote);
  socket.remote_port = remote_port;
  if (!network().outgoing) network().outgoing = std::vector<SocketEntry>{};
  (*network().outgoing)->push_back(socket);
  return *this;
}

World& World::squatter(std::string_view local, std::uint16_t local_port, pid_t owner_pid, std::string_view owner,
                       SocketState state) {
  SocketEntry socket;
  socket.state = state;
  socket.local = address_of(local);
  socket.local_port = local_port;
  socket.remote = address_of("203.0.113.9");
  socket.remote_port = 443;
  socket.inode = state == SocketState::time_wait ? 0 : 9000 + network().port_users->size();
  PortUser user{socket, {}, true};
  if (owner_pid != 0) user.owners.push_back({socket.inode, owner_pid, std::string(owner), ""});
  network().port_users->push_back(user);
  return *this;
}

World& World::path(std::string_view path, FileKind kind, std::uint32_t mode, Account owner) {
  files().paths[std::string(path)].found = standing(path, kind, mode, owner);
  return *this;
}

World& World::no_path(std::string_view path, std::errc code) {
  files().paths[std::string(path)].found = fail(code, std::string(path), "cannot be seen");
  return *this;
}

World& World::log_socket(std::string_view path, FileKind kind) {
  files().log_sockets.insert_or_assign(std::string(path), standing(path, kind, 0666, {}));
  return *this;
}

World& World::no_log_socket(std::string_view path, std::errc code) {
  files().log_sockets.insert_or_assign(std::string(path), fail(code, std::string(path), "cannot be seen"));
  return *this;
}

Outcomes World::judge(const Check& check) const {
  const auto computed = demand();
  Settings settings;
  for (const auto& parameter : check.parameters) {
    settings.values.emplace(std::string(parameter.name), parameter.standard);
  }
  return check.evaluate(Case{facts, computed, settings});
}

Outcome outcome_about(const Outcomes& outcomes, std::string_view subject) {
  const auto about = [&](const Judgement& judgement) { return judgement.subject.text == subject; };
  const auto found = std::count_if(outcomes.begin(), outcomes.end(), about);
  EXPECT_EQ(found, 1) << "outcomes about " << subject;
  if (found != 1) return Unknown{{std::errc::no_message, std::string(subject), "no single outcome"}};
  return std::find_if(outcomes.begin(), outcomes.end(), about)->outcome;
}

std::string verdict(const Outcome& outcome) {
  return visit(
      outcome, [](const Pass&) { return std::string("pass"); },
      [](const Fail& fail) { return std::string(to_string(fail.severity)); },
      [](const NotApplicable&) { return std::string("not applicable"); },
      [](const Unknown&) { return std::string("unknown"); });
}

std::string worst(const Outcomes& outcomes) {
  constexpr std::array kOrder = {"error", "warning", "unknown", "info", "pass", "not applicable"};
  for (const std::string candidate : kOrder) {
    for (const auto& judgement : outcomes) {
      if (verdict(judgement.outcome) == candidate) return candidate;
    }
  }
  return "nothing";
}

Detail detail_of(const Outcome& outcome) {
  if (const auto* pass = std::get_if<Pass>(&outcome)) return pass->detail;
  if (const auto* fail = std::get_if<Fail>(&outcome)) return fail->detail;
  return {};
}

}  // namespace preflight::test
