// SPDX-License-Identifier: Apache-2.0
// Our descriptor demand and automatic maxconn against the Maxsock and Maxconn of the really started haproxy.
#include <sys/resource.h>
#include <unistd.h>

#include <array>

#include <gtest/gtest.h>

#include "policies/demand.h"
#include "probes/haproxy/read_config.h"
#include "probes/host/live_host.h"
#include "tests/support/real_haproxy.h"

namespace preflight::test {
namespace {

struct Sample {
  std::string name;
  std::string global;  // lines of the global section
  std::string rest;    // further sections
  std::vector<std::string> arguments{};

  friend std::ostream& operator<<(std::ostream& out, const Sample& sample) { return out << sample.name; }
};

std::string text_of(const Sample& sample) {
  return "global\n  stats socket @SOCKET@\n" + sample.global +
         "defaults\n  mode tcp\n  timeout client 5s\n  timeout connect 5s\n  timeout server 5s\n"
         "frontend base\n  bind 127.0.0.1:18080\n" +
         sample.rest;
}

std::string this_host() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

/// -m without a maxconn: what one connection costs decides, so one byte more of it must change the number where we say.
std::vector<Sample> memory_samples() {
  const std::vector<std::string> m = {"-m", "256"};
  const std::string client = "frontend tls\n  bind 127.0.0.1:18100 ssl strict-sni\n";
  const std::string server = "backend b\n  server s 127.0.0.1:19000 ssl verify none\n";
  return {
      {"memory 128", "", "", {"-m", "128"}},
      {"memory 256", "", "", m},
      {"memory 512", "", "", {"-m", "512"}},
      {"memory beyond the descriptors", "", "", {"-m", "8192"}},
      {"memory under fd-hard-limit", "  fd-hard-limit 1000\n", "", m},
      {"memory with maxconn", "  maxconn 777\n", "", m},
      {"memory with -n", "", "", {"-m", "256", "-n", "555"}},
      {"memory to the byte below", "  tune.http.logurilen 24760\n", "", m},
      {"memory to the byte above", "  tune.http.logurilen 24761\n", "", m},
      {"memory with long cookies", "  tune.http.cookielen 2000\n", "", m},
      {"memory with large buffers", "  tune.bufsize 40001\n", "", m},
      {"memory for zlib", "  maxzlibmem 100\n", "", m},
      {"memory with TLS to clients", "", client, m},
      {"memory with TLS to servers", "", server, m},
      {"memory with TLS on both sides", "", client + server, {"-m", "400"}},
      {"memory with a large TLS cache", "  tune.ssl.cachesize 300000\n", client, {"-m", "400"}},
      {"memory with maxsslconn", "  maxsslconn 700\n", client + server, {"-m", "400"}},
      {"memory with TLS to clients of a disabled frontend", "", client + "  disabled\n", m},
      {"memory with TLS to servers of a disabled backend", "", server + "  disabled\n", m},
      {"memory with TLS of checks", "", "backend b\n  server s 127.0.0.1:19000 check check-ssl verify none\n", m},
      {"memory with TLS of check rules", "",
       "backend b\n  option tcp-check\n  tcp-check connect port 1 ssl\n  server s 127.0.0.1:19000 check verify none\n",
       m},
      {"memory with TLS of http-check rules", "",
       "backend b\n  mode http\n  option httpchk\n  http-check connect addr 127.0.0.1 port 1 ssl\n"
       "  server s 127.0.0.1:19000 check verify none\n",
       m},
      {"memory with TLS of a ring", "", "ring r\n  server s 127.0.0.1:19000 ssl verify none\n", m},
      {"memory with TLS taken back", "",
       "backend b\n  default-server ssl verify none\n  server s 127.0.0.1:19000 no-ssl\n", m},
      {"memory with TLS of a default-server alone", "", "backend b\n  default-server ssl verify none\n", m},
      {"memory with splicing", "", "frontend sp\n  option splice-auto\n  bind 127.0.0.1:18090\n", m},
      {"memory with TLS among peers", "",
       "peers p\n  peer " + this_host() +
           " 127.0.0.1:18120\n  peer other 127.0.0.1:18121 ssl verify none\n"
           "  table t type ip size 100\n",
       m},
  };
}

std::vector<Sample> samples() {
  const std::string n = "  maxconn 1000\n";
  const std::string server = "  server s 127.0.0.1:19000";
  std::vector<Sample> list = {
      {"maxconn", n, ""},
      {"another maxconn", "  maxconn 4321\n", ""},
      {"maxconn zero is automatic", "  maxconn 0\n", ""},
      {"first maxconn wins", "  maxconn 1000\n  maxconn 2000\n", ""},
      {"-n wins", n, "", {"-n", "777"}},
      {"automatic", "", ""},
      {"automatic under fd-hard-limit", "  fd-hard-limit 2000\n", ""},
      {"automatic with splicing", "", "frontend sp\n  option splice-auto\n  bind 127.0.0.1:18090\n"},
      {"automatic with maxpipes", "  maxpipes 50\n", "frontend sp\n  option splice-auto\n  bind 127.0.0.1:18090\n"},
      {"automatic with bounded splicing", "",
       "frontend sp\n  option splice-auto\n  maxconn 400\n  bind 127.0.0.1:18090\n"},
      {"one thread", n + "  nbthread 1\n", ""},
      {"eight threads", n + "  nbthread 8\n", ""},
      {"a port range", n, "frontend r\n  bind 127.0.0.1:18100-18149\n"},
      {"a list of addresses", n, "frontend l\n  bind 127.0.0.1:18100,127.0.0.2:18100,127.0.0.3:18100-18102\n"},
      {"several binds", n, "frontend m\n  bind 127.0.0.1:18100\n  bind 127.0.0.1:18101\n  bind *:18102\n"},
      {"ipv6 and wildcards", n, "frontend v\n  bind :::18100\n  bind :18101\n  bind ipv4@127.0.0.1:18102\n"},
      {"a unix bind", n, "frontend u\n  bind @DIR@/web.sock\n"},
      {"an abstract bind", n, "frontend a\n  bind abns@preflight-oracle\n"},
      {"shards beyond the threads", n + "  nbthread 2\n", "frontend s\n  bind 127.0.0.1:18100 shards 5\n"},
      {"shards by thread", n + "  nbthread 4\n", "frontend s\n  bind 127.0.0.1:18100-18101 shards by-thread\n"},
      {"shards in a thread set", n + "  nbthread 4\n",
       "frontend s\n  bind 127.0.0.1:18100 shards by-thread thread 1-2\n"},
      {"a disabled frontend", n, "frontend d\n  bind 127.0.0.1:18100\n  disabled\n"},
      {"a disabled frontend has no further shards", n + "  nbthread 4\n",
       "frontend d\n  bind 127.0.0.1:18100-18101 shards by-thread\n  disabled\n"},
      {"two stats sockets", n + "  stats socket 127.0.0.1:18111 level admin\n", ""},
      {"stats maxconn", n + "  stats maxconn 50\n", ""},
      {"checks", n, "backend b\n" + server + " check\n  server t 127.0.0.1:19001 check\n  server u 127.0.0.1:19002\n"},
      {"check ports", n, "backend b\n" + server + " check port 80\n  server t 127.0.0.1:19001 port 80\n"},
      {"agent checks", n, "backend b\n" + server + " check agent-check agent-port 90\n"},
      {"default-server checks", n,
       "backend b\n  default-server check port 80\n" + server + "\n  server t 127.0.0.1:19001 no-check\n"},
      {"default-server of the defaults", n,
       "defaults\n  mode tcp\n  timeout connect 5s\n  timeout server 5s\n  timeout client 5s\n"
       "  default-server check\nbackend b\n" +
           server + "\n  server t 127.0.0.1:19001\n"},
      {"a disabled server", n, "backend b\n" + server + " check disabled\n"},
      {"a disabled backend", n,
       "backend b\n  disabled\n" + server + " check\n  server t 127.0.0.1:19001 check port 80\n"},
      {"a template", n, "backend b\n  server-template s 5 127.0.0.1:19000 check port 80\n"},
      {"a template with a range", n, "backend b\n  server-template s 3-9 127.0.0.1:19000 check\n"},
      {"a tracking server", n, "backend b\n" + server + " check\n  server t 127.0.0.1:19001 track b/s\n"},
      {"splicing", n, "frontend sp\n  option splice-auto\n  bind 127.0.0.1:18090\n"},
      {"splicing in a disabled proxy", n, "listen sp\n  option splice-auto\n  bind 127.0.0.1:18090\n  disabled\n"},
      {"splicing where maxconn 0 is no bound", n,
       "frontend sp\n  option splice-auto\n  maxconn ${UNQUOTED}\n  bind 127.0.0.1:18090\n"
       "frontend sq\n  option splice-auto\n  maxconn 10\n  bind 127.0.0.1:18091\n"},
      {"splicing with bounds", n,
       "frontend sp\n  option splice-request\n  maxconn 100\n  bind 127.0.0.1:18090\n"
       "backend b\n  option splice-response\n  fullconn 400\n" +
           server + "\n"},
      {"maxpipes 0 is none", n + "  maxpipes 0\n", "frontend sp\n  option splice-auto\n  bind 127.0.0.1:18090\n"},
      {"maxpipes", n + "  maxpipes 10\n", "frontend sp\n  option splice-auto\n  bind 127.0.0.1:18090\n"},
      {"peers in use", n,
       "backend b\n  stick-table type ip size 100 peers p\n" + server + "\npeers p\n  peer " + this_host() +
           " 127.0.0.1:18120\n  peer other 127.0.0.1:18121\n  peer third 127.0.0.1:18122\n"},
      {"peers not in use", n, "peers p\n  peer " + this_host() + " 127.0.0.1:18120\n  peer other 127.0.0.1:18121\n"},
      {"peers without this host", n, "peers p\n  peer nobody 127.0.0.1:18120\n  peer other 127.0.0.1:18121\n"},
      {"peers with a bind, without this host", n,
       "peers p\n  bind 127.0.0.1:18120\n  server nobody\n  server other 127.0.0.1:18121\n"},
      {"disabled peers", n,
       "peers p\n  peer " + this_host() + " 127.0.0.1:18120\n  peer other 127.0.0.1:18121\n  disabled\n"},
      {"peers with bind and server", n + "  localpeer me\n",
       "peers p\n  bind 127.0.0.1:18120\n  server me\n  server other 127.0.0.1:18121\n"},
      {"-L names the local peer",
       n,
       "peers p\n  peer me 127.0.0.1:18120\n  peer other 127.0.0.1:18121\n",
       {"-L", "me"}},
      {"master and worker", n, "", {"-W"}},
      {"master with a socket", n, "", {"-W", "-S", "@DIR@/master.sock"}},
      {"log-forward", n,
       "log-forward f\n  bind 127.0.0.1:18130\n  dgram-bind 127.0.0.1:18131\n  log 127.0.0.1:514 local0\n"},
      {"a disabled splicing frontend", n, "frontend d\n  bind 127.0.0.1:18100\n  option splice-auto\n  disabled\n"},
      {"conditional", n + ".if version_atleast(2.4)\n  nbthread 3\n.else\n  nbthread 5\n.endif\n", ""},
  };
  const auto memory = memory_samples();
  list.insert(list.end(), memory.begin(), memory.end());
  return list;
}

haproxy::BinaryFacts installed_binary() {
  Command command;
  command.path = "/usr/sbin/haproxy";
  command.arguments = {"-vv"};
  auto started = LiveHost().start(command);
  EXPECT_TRUE(started) << describe(started.error());
  const auto output = (*started)->finish();
  EXPECT_TRUE(output);
  return haproxy::parse_version_output(command.path, output->out).value();
}

/// The facts of a stopped instance with this configuration and this process's own limits.
Facts facts_of(const RealHaproxy& real, const Sample& sample) {
  static const haproxy::BinaryFacts binary = installed_binary();
  rlimit limits{};
  getrlimit(RLIMIT_NOFILE, &limits);
  Facts facts;
  facts.host.name = this_host();
  const LiveHost host;
  if (const auto self = read_identity(host)) facts.host.capabilities = self->capabilities;
  facts.sysctls = read_sysctls(host, Netns{}, std::vector<std::string_view>{"fs.nr_open"});
  facts.networks.emplace_back();
  facts.instances.emplace_back();
  auto& instance = facts.instances.front();
  instance.command_line = haproxy::parse_command_line(sample.arguments);
  instance.binary = binary;
  UnitProperties unit;
  unit.limit_nofile = limits.rlim_max;
  unit.limit_nofile_soft = limits.rlim_cur;
  instance.unit = unit;
  haproxy::ReadContext context;
  context.binary = binary;
  context.local_peer = instance.command_line.local_peer;
  context.host_name = facts.host.name;
  instance.config = haproxy::parse_config({{real.path(), real.config()}}, context);
  return facts;
}

class Maxsock : public testing::TestWithParam<Sample> {};

TEST_P(Maxsock, EqualsTheRealOne) {
  if (const auto reason = real_haproxy_missing(); !reason.empty()) GTEST_SKIP() << reason;
  const RealHaproxy real(text_of(GetParam()), GetParam().arguments);
  const auto info = real.info();
  ASSERT_FALSE(info.empty()) << real.log();
  const auto facts = facts_of(real, GetParam());
  const auto demand = compute_demand(facts);
  ASSERT_TRUE(demand.instances.front().file_descriptors) << describe(demand.instances.front().file_descriptors.error());
  EXPECT_EQ(std::to_string(demand.instances.front().maxconn->value), info.at("Maxconn"));
  EXPECT_EQ(std::to_string(demand.instances.front().file_descriptors->value), info.at("Maxsock"));
  for (const auto& remark : facts.instances.front().config->remarks) {
    EXPECT_NE(remark.kind, haproxy::RemarkKind::not_understood) << remark.text;
  }
}

std::string name_of(const testing::TestParamInfo<Sample>& info) {
  std::string name = info.param.name;
  for (char& c : name) {
    if (isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(RealHaproxy, Maxsock, testing::ValuesIn(samples()), name_of);

}  // namespace
}  // namespace preflight::test
