// SPDX-License-Identifier: Apache-2.0
// Whole reports made by hand.
#include "tests/support/sample_report.h"

#include <algorithm>

namespace preflight::test {
namespace {

constexpr const char* kConfig = "/etc/haproxy/haproxy.cfg";

Measure words(std::string text) {
  Measure measure;
  measure.value = text;
  measure.text = std::move(text);
  return measure;
}

haproxy::InstanceProcess process(haproxy::Role role, pid_t pid, pid_t parent) {
  haproxy::InstanceProcess each{.role = role, .process = {}};
  each.process.pid = pid;
  each.process.parent = parent;
  each.process.command = "haproxy";
  each.process.arguments = {"haproxy", "-Ws", "-f", kConfig};
  each.process.threads = 4;
  each.process.executable = std::string("/usr/sbin/haproxy");
  each.process.nofile = Limits{200000, kUnlimited};
  each.process.open_descriptors = 47U;
  each.process.environment = std::map<std::string, std::string, std::less<>>{{"STATS_PASSWORD", "hunter2"}};
  return each;
}

haproxy::Proxy proxy(std::string name, std::uint32_t line) {
  haproxy::Proxy made;
  made.kind = haproxy::ProxyKind::frontend;
  made.name = std::move(name);
  made.origin = at(kConfig, line, 1);
  haproxy::Bind bind;
  bind.address.ip = IpAddress{};
  bind.address.port_kind = haproxy::PortKind::fixed;
  bind.address.first_port = 443;
  bind.address.last_port = 443;
  bind.origin = at(kConfig, line + 1, 3);
  made.binds.assign(3, bind);
  return made;
}

UnitProperties unit_of(const std::string& name) {
  UnitProperties unit;
  unit.name = name;
  unit.load_state = "loaded";
  unit.active_state = "active";
  unit.fragment_path = "/lib/systemd/system/haproxy.service";
  unit.limit_nofile = 200000;
  unit.limit_nofile_soft = 200000;
  unit.memory_max = kUnlimited;
  unit.cpu_quota = 1'500'000;
  unit.slice = "system.slice";
  unit.environment = {"STATS_PASSWORD=hunter2", "EXTRAOPTS=-S /run/haproxy-master.sock"};
  unit.environment_files = {{"/etc/default/haproxy", true}};
  return unit;
}

haproxy::InstanceFacts instance() {
  haproxy::InstanceFacts made;
  made.name = "haproxy.service";
  made.source = haproxy::ConfigSource::unit;
  made.unit = unit_of(made.name);
  made.unit_source = haproxy::UnitSource::systemd;
  made.memory_limit = std::nullopt;
  made.cpu_quota = GroupLimit{1'500'000, "CPUQuota= of haproxy.service"};
  made.binary = haproxy::BinaryFacts{.path = "/usr/sbin/haproxy",
                                     .version = {2, 6, 12},
                                     .version_text = "2.6.12-1+deb12u4",
                                     .features = {"OPENSSL", "SYSTEMD"}};
  haproxy::Config config;
  haproxy::FileFacts files;
  PathStatus chroot{.resolved = "/var/lib/haproxy", .status = {.kind = FileKind::directory, .mode = 0755}, .way = {}};
  files.paths["/var/lib/haproxy"].found = std::move(chroot);
  files.paths["/etc/ssl/site.pem"].found =
      fail(std::errc::no_such_file_or_directory, "/etc/ssl/site.pem", "is not there");
  files.starter = Account{};
  made.files = std::move(files);
  config.files = {kConfig};
  config.lines = 61;
  config.global.maxconn = haproxy::Number{100000, at(kConfig, 4, 3)};
  config.proxies = {proxy("web", 30)};
  made.config = std::move(config);
  return made;
}

NetworkFacts network() {
  NetworkFacts made;
  made.id = "net:[4026531840]";
  made.sysctls.values.emplace("net.core.somaxconn", std::string("4096"));
  made.sysctls.values.emplace("net.ipv4.ip_local_port_range",
                              fail(std::errc::permission_denied, "net.ipv4.ip_local_port_range", "Permission denied"));
  SocketEntry listener;
  listener.state = SocketState::listen;
  listener.local_port = 443;
  listener.queue_limit = 4096;
  made.udp_sockets = std::vector<SocketEntry>{};
  made.tcp_listeners = std::vector<SocketEntry>{listener};
  made.port_users = std::vector<PortUser>{{listener, {{7, 812, "nginx", "nginx.service"}}, true}};
  made.outgoing = Result<std::vector<SocketEntry>>(std::vector<SocketEntry>{});
  made.netstat = Counters{.values = {{"ListenDrops", 3}, {"ListenOverflows", 3}}};
  made.local_addresses.emplace(IpAddress{}, true);
  made.interfaces = std::set<std::string>{"eth0", "lo"};
  made.sample.apart = std::chrono::milliseconds{200};
  return made;
}

Quantity descriptors() {
  return {.value = 200042,
          .basis = Basis::configured,
          .terms = {{"2 x maxconn 100,000", 200000, at(kConfig, 4, 3)},
                    {"reserved by haproxy", 10, {}},
                    {"3 listeners", 3, {}},
                    {"stats maxconn", 11, at(kConfig, 7, 3)},
                    {"6 server checks", 6, {}},
                    {"3 x 4 threads", 12, {}}}};
}

/// The host, one instance, and its demand.
std::unique_ptr<SampleReport> bare_host() {
  auto sample = std::make_unique<SampleReport>();
  sample->facts.host = {
      .name = "lb07", .system = "Debian GNU/Linux 12 (bookworm)", .capabilities = {}, .systemd = true};
  sample->facts.host.memory = Memory{.total = 8'000'000'000, .available = 7'000'000'000};
  sample->facts.sysctls.values.emplace("fs.nr_open", std::string("1048576"));
  sample->facts.instances = {instance()};
  sample->facts.networks.push_back(network());
  const auto& made = sample->facts.instances.front();
  InstanceDemand demand;
  demand.instance = &made;
  demand.maxconn = Quantity{100000, Basis::configured, {{"maxconn", 100000, at(kConfig, 4, 3)}}};
  demand.file_descriptors = descriptors();
  const auto& web = made.config->proxies.front();
  const Quantity backlog{100000, Basis::configured, {{"maxconn", 100000, at(kConfig, 4, 3)}}};
  demand.backlog = {{&web, &web.binds.front(), backlog}};
  demand.source_ports.resize(2);
  demand.source_ports[0].source = demand.source_ports[1].source = "*";
  demand.source_ports[0].destination = "10.0.1.1:8080";
  demand.source_ports[0].connections = Quantity{100000, Basis::automatic, {}};
  demand.source_ports[1].destination = "backend.example:8080";
  demand.memory = Quantity{
      5'000'000'000, Basis::configured, {{"100,000 x 50,000 bytes a connection", 5'000'000'000, at(kConfig, 4, 3)}}};
  DestinationDemand backend;
  backend.host = "backend.example";
  backend.port = 8080;
  backend.owner = "server app/a";
  backend.origin = at(kConfig, 52, 3);
  demand.destinations = {backend};
  demand.ports = {{&web, &web.binds.front(), "frontend web"}};
  sample->demand.instances.push_back(std::move(demand));
  return sample;
}

Detail port_taken() {
  return {.why = "*:443 is held by nginx (pid 812, nginx.service)", .where = {.origin = at(kConfig, 31, 3)}};
}

Detail descriptors_missing() {
  return {.observed = measure(200000, "descriptors", "200,000"),
          .expected = Expectation{Relation::at_least, measure(200042, "descriptors", "200,042")},
          .why = "needs 200,042 descriptors, the unit gives 200,000 and it cannot raise them",
          .where = {.object = "haproxy.service"},
          .evidence = {"haproxy will say \"Cannot raise FD limit to 200042\"; `haproxy -c` says valid"},
          .terms = descriptors().terms};
}

Detail lost_at_boot() {
  return {.observed = measure(4096, "connections", "4,096"),
          .expected = Expectation{Relation::at_least, measure(65535, "connections", "65,535 connections")},
          .why = "net.core.somaxconn is 65,535 now and goes back at the next boot",
          .where = {.object = "/proc/sys/net/core/somaxconn"},
          .evidence = {"/etc/sysctl.d/99-sysctl.conf:12 wins over 99-haproxy.conf:3"}};
}

void add_waived(SampleReport& sample) {
  sample.waivers.push_back({.check = "conntrack_covers_load",
                            .subject = "host",
                            .reason = "this network has no connection tracking from next month",
                            .owner = "netops",
                            .expires = {2027, 1, 31},
                            .place = {"/etc/lbpreflight/policy.toml", 9, 1}});
  auto& waived = sample.add("conntrack_covers_load", "host",
                            Fail{Severity::error, {.why = "the table holds 262,144 entries, 400,000 are needed"}},
                            Severity::error);
  waived.waiver = &sample.waivers.back();
}

Rung rung(Limit limit, const std::string& name, std::int64_t connections, std::vector<Term> terms) {
  const auto& spec = spec_of(limit);
  Rung made;
  made.limit = limit;
  made.kind = spec.kind;
  made.name = name;
  made.subject = Subject{"instance:haproxy.service"};
  made.then = spec.then;
  made.brief = spec.brief;
  made.connections = connections;
  made.terms = std::move(terms);
  return made;
}

Ladder ladder_of(const haproxy::InstanceFacts& instance, std::int64_t maxconn) {
  Ladder made;
  made.instance = &instance;
  made.rungs.push_back(rung(Limit::source_ports, "source ports to 10.0.1.1:8080", 28231,
                            {{"ports 32768-60999", 28232, {}}, {"for health checks", -1, {}}}));
  made.rungs.back().subject = subject::tuple("*", "10.0.1.1:8080");
  made.rungs.back().assumes = "all connections go to backend app, its only server";
  made.rungs.back().in_use = 412;
  made.rungs.push_back(rung(Limit::maxconn, "maxconn", maxconn, {{"maxconn", maxconn, at(kConfig, 4, 3)}}));
  made.rungs.push_back(rung(Limit::conntrack, "connection tracking", 0, {}));
  made.rungs.back().connections =
      fail(std::errc::permission_denied, "net.netfilter.nf_conntrack_max", "Permission denied");
  made.bursts.push_back(rung(Limit::accept_queue, "accept queue of *:443", 4097,
                             {{"backlog of the bind", 4096, at(kConfig, 31, 3)}, {"as the kernel counts", 1, {}}}));
  return made;
}

}  // namespace

const Check* SampleReport::check(std::string_view id) {
  const auto found = std::find_if(checks.begin(), checks.end(), [&](const Check& each) { return each.id == id; });
  if (found != checks.end()) return &*found;
  Check made{};
  made.id = id;
  made.title = "What the id says holds on this host";
  made.advice = id == "nofile_covers_maxconn" ? "Set LimitNOFILE= of the unit, or lower maxconn." : "";
  made.remedy = id == "sysctls_survive_boot" ? "raise_sysctl" : "";
  return &checks.emplace_back(made);
}

CheckResult& SampleReport::add(std::string_view check_id, std::string subject, Outcome outcome, Severity severity) {
  CheckResult result;
  result.check = check(check_id);
  result.subject = Subject{std::move(subject)};
  result.outcome = std::move(outcome);
  result.severity = severity;
  assessment.results.push_back(std::move(result));
  return assessment.results.back();
}

void SampleReport::add_passes(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    add("bind_addresses_are_local", "bind:tcp/10.0.0." + std::to_string(i + 1) + ":443", Pass{});
  }
}

Measure measure(std::int64_t value, std::string unit, std::string text) {
  Measure made;
  made.value = value;
  made.unit = std::move(unit);
  made.text = std::move(text);
  return made;
}

haproxy::Origin at(const std::string& file, std::uint32_t line, std::uint32_t column) {
  return {std::make_shared<const std::string>(file), line, column};
}

std::unique_ptr<SampleReport> healthy_host() {
  auto sample = bare_host();
  sample->facts.instances.front().processes = {process(haproxy::Role::master, 700, 1),
                                               process(haproxy::Role::worker, 701, 700),
                                               process(haproxy::Role::worker, 702, 700)};
  sample->add_passes(40);
  sample->add("selinux_allows_ports", "host", NotApplicable{"SELinux is not enabled"});
  return sample;
}

std::unique_ptr<SampleReport> stopped_host() {
  auto sample = bare_host();
  sample->add("bind_ports_are_free", "bind:tcp/*:443", Fail{Severity::error, port_taken(), true}, Severity::error);
  sample->add("nofile_covers_maxconn", "unit:haproxy.service", Fail{Severity::error, descriptors_missing(), true},
              Severity::error);
  sample->add("sysctls_survive_boot", "sysctl:net.core.somaxconn", Fail{Severity::warning, lost_at_boot()},
              Severity::warning);
  auto& folded = sample->add("service_is_running", "unit:haproxy.service",
                             Fail{Severity::error, {.why = "haproxy.service is failed"}}, Severity::error);
  folded.consequence_of = Subject{"bind:tcp/*:443"};
  folded.consequence_check = "bind_ports_are_free";
  sample->add("maxconn_is_explicit", "config:/etc/haproxy/haproxy.cfg",
              Fail{Severity::info, {.why = "maxconn follows from the limit, so it changes with the host"}});
  add_waived(*sample);
  sample->add_passes(38);
  sample->add("selinux_allows_ports", "host", NotApplicable{"SELinux is not enabled"});
  sample->notes = {"the waiver at /etc/lbpreflight/policy.toml:16 matched nothing"};
  return sample;
}

std::unique_ptr<SampleReport> supposed_host() {
  auto sample = stopped_host();
  const auto& instance = sample->facts.instances.front();
  sample->what_if = parse_what_if("maxconn=200000").value();
  sample->demand.instances.front().source_ports.back().connections = Quantity{500, Basis::configured, {}};
  sample->demand_as_is = sample->demand;
  sample->demand.instances.front().file_descriptors = Quantity{400042, Basis::configured, {}};
  sample->demand.instances.front().source_ports.pop_back();
  sample->ladders_as_is = {ladder_of(instance, 100000)};
  sample->ladders = {ladder_of(instance, 200000)};
  return sample;
}

std::unique_ptr<SampleReport> replaced_host() {
  auto sample = healthy_host();
  auto& change = sample->candidates.emplace_back();
  change.instance = &sample->facts.instances.front();
  const std::string name = change.instance->name;
  change.demand = {{"maxconn", name, "", {true, 100000}, {true, 120000}},
                   {"memory", name, "", {true, std::nullopt}, {true, 6'000'000'000}},
                   {"source_ports", name, "tuple:*>10.0.1.1:8080", {true, 50000}, {}}};
  for (std::uint32_t line = 31; line < 38; ++line) {
    change.ports.push_back(
        {PortFate::opened, "*:" + std::to_string(8000 + line), 1, "frontend web", at(kConfig, line, 3)});
  }
  change.ports.push_back({PortFate::reopened, "10.0.0.1:443", 1, "frontend web", at(kConfig, 40, 3)});
  change.ports.push_back({PortFate::closed, "*:1000-1009", 10, "listen many", at(kConfig, 41, 3)});
  change.needs_restart = {{"the accept queue of *:80 stays at 1,000 instead of 2,000", at(kConfig, 31, 3)}};
  change.forgotten = {{"the stick table of backend app", at(kConfig, 52, 3)}};
  return sample;
}

std::unique_ptr<SampleReport> barred_host() {
  auto sample = bare_host();
  sample->facts.host.euid = 1000;
  const Error barred{std::errc::permission_denied, "/proc/812/fd", "Permission denied"};
  sample->add("bind_ports_are_free", "bind:tcp/*:443", Unknown{barred}, Severity::error);
  sample->add("bind_ports_are_free", "bind:tcp/*:80", Unknown{barred}, Severity::error);
  sample->add("old_workers_leave", "unit:haproxy.service",
              Unknown{{std::errc::timed_out, "haproxy.service", "no answer within 2 s"}}, Severity::warning);
  sample->add_passes(7);
  return sample;
}

std::unique_ptr<SampleReport> hostile_host(const std::string& text) {
  auto sample = bare_host();
  sample->facts.host.name = sample->facts.host.system = text;
  auto& instance = sample->facts.instances.front();
  instance.name = instance.unit->name = instance.binary->version_text = instance.binary->path = text;
  instance.config->files = {text, text};
  instance.config->proxies.front().name = text;
  instance.config->remarks = {{haproxy::RemarkKind::error, at(text, 1, 1), text}};
  auto& demand = sample->demand.instances.front();
  demand.file_descriptors->terms = {{text, 1, at(text, 2, 3)}};
  demand.source_ports.front().source = demand.source_ports.front().destination = text;
  demand.source_ports.resize(1);
  sample->demand.instances.push_back(demand);
  sample->demand.instances.back().file_descriptors = fail(std::errc::io_error, text, text);
  const Detail detail{.observed = words(text),
                      .expected = Expectation{Relation::equal, words(text)},
                      .why = "held by " + text,
                      .where = {.origin = at(text, 5, 7)},
                      .evidence = {text},
                      .terms = {{text, -5, at(text, 2, 3)}}};
  sample->add("bind_ports_are_free", text, Fail{Severity::error, detail}, Severity::error);
  Detail elsewhere = detail;
  elsewhere.where = {.object = text};
  sample->add("nofile_covers_maxconn", "x:" + text, Fail{Severity::info, elsewhere}, Severity::info);
  sample->add("old_workers_leave", text, Unknown{{std::errc::io_error, text, text}}, Severity::error);
  sample->add("bind_addresses_are_local", text, Pass{detail});
  sample->add("selinux_allows_ports", text, NotApplicable{text});
  sample->waivers.push_back(
      {.check = text, .subject = text, .reason = text, .owner = text, .expires = {2027, 1, 31}, .place = {text, 1, 1}});
  sample->add("conntrack_covers_load", text, Fail{Severity::error, detail}, Severity::error).waiver =
      &sample->waivers.back();
  sample->notes = {text};
  sample->facts.blind_spots = {{std::errc::io_error, text, text}};
  auto& ladder = sample->ladders.emplace_back(ladder_of(instance, 1));
  for (auto& each : ladder.rungs) each.name = each.subject.text = each.then = each.brief = each.assumes = text;
  ladder.rungs.front().terms = {{text, 1, at(text, 2, 3)}};
  ladder.rungs.back().connections = fail(std::errc::io_error, text, text);
  ladder.bursts.front().name = text;
  auto& change = sample->candidates.emplace_back();
  change.instance = &instance;
  change.demand = {{"backlog", text, text, {true, 1}, {true, 2}}};
  change.ports = {{PortFate::opened, text, 2, text, at(text, 1, 1)}};
  change.needs_restart = change.forgotten = {{text, at(text, 1, 1)}};
  sample->demand.instances.front().destinations.front().host = text;
  sample->demand.instances.front().destinations.front().owner = text;
  auto& users = *sample->facts.networks.front().port_users;
  users.front().owners = {{1, 1, text, text}};
  return sample;
}

}  // namespace preflight::test
