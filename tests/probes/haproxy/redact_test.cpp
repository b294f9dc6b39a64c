// SPDX-License-Identifier: Apache-2.0
// Canaries in every place that may hold a secret: none may leave the host, and nothing around them may move.
#include "probes/haproxy/redact.h"

#include <gtest/gtest.h>

namespace preflight::haproxy {
namespace {

using std::string_literals::operator""s;

std::string redacted(std::string text) {
  Secrets secrets;
  redact_config(text, secrets);
  return text;
}

struct Row {
  std::string before;
  std::string after;
};

TEST(Redact, ReplacesSecretsByPosition) {
  const std::vector<Row> rows = {
      {"stats auth admin:Canary01", "stats auth admin:********"},
      {"  stats auth \"admin:Can ary\" # x", "  stats auth \"admin:*******\" # x"},
      {"stats auth admin:Can\\ ary", "stats auth admin:********"},
      {"stats auth 'admin:Canary'", "stats auth 'admin:******'"},
      {"stats auth \"admin:${PASS}\"", "stats auth \"admin:${PASS}\""},
      {"stats auth \"admin:${PASS-Canary}\"", "stats auth \"admin:${PASS-******}\""},
      {"# stats auth admin:Canary", "# stats auth admin:******"},
      {"stats realm Canary\\ Statistics", "stats realm Canary\\ Statistics"},
      {"user bob password $6$k6y3$Canary groups G1", "user bob password ************** groups G1"},
      {"user bob insecure-password Canary", "user bob insecure-password ******"},
      {"user haproxy", "user haproxy"},
      {"dynamic-cookie-key Canary", "dynamic-cookie-key ******"},
      {"cluster-secret Canary", "cluster-secret ******"},
      {"bind :443 ssl crt /etc/key.pem ca-sign-pass Canary", "bind :443 ssl crt /etc/key.pem ca-sign-pass ******"},
      {"setenv API_TOKEN Canary", "setenv API_TOKEN ******"},
      {"presetenv DB_PASS \"Canary\"", "presetenv DB_PASS \"******\""},
      {"setenv LISTEN_PORT 8080", "setenv LISTEN_PORT 8080"},
      {"http-request set-header Authorization Canary if TRUE", "http-request set-header Authorization ****** if TRUE"},
      {"http-check send hdr X-Api-Key Canary", "http-check send hdr X-Api-Key ******"},
      {"tcp-check send \"AUTH Canary\\r\\n\"",
       "tcp-check send \"AUTH**********"
       "*\""},
      {"tcp-check send PING\\r\\n", "tcp-check send PING\\r\\n"},
      {"http-request deny unless { req.hdr(Authorization) -m str Canary }",
       "http-request deny unless { req.hdr(Authorization) -m str ****** }"},
      {"acl ok req.hdr(X-Api-Key) -m str Canary", "acl ok req.hdr(X-Api-Key) -m str ******"},
      {"acl t str(Canary),secure_memcmp(txn.token)", "acl t str(******),secure_memcmp(txn.token)"},
      {"http-request set-var(txn.token) str(Canary)", "http-request set-var(txn.token) str(******)"},
      {"http-request deny unless { var(txn.b),jwt_verify(txn.alg,Canary) 1 }",
       "http-request deny unless { var(txn.b),jwt_verify(txn.alg,******) 1 }"},
      {"http-request deny unless { var(txn.b),jwt_verify(txn.alg,/etc/k.pem) 1 }",
       "http-request deny unless { var(txn.b),jwt_verify(txn.alg,/etc/k.pem) 1 }"},
      {"http-check send uri /h?token=Canary&x=1", "http-check send uri /h?token=******&x=1"},
      {"option httpchk GET / HTTP/1.1\\r\\nAuthorization:\\ Canary",
       "option httpchk GET / HTTP/1.1\\r\\nAuthorization:********"},
      {"server s https://u:Canary@host", "server s https://u:******@host"},
      {"server s1 10.0.0.1:80 check port 8080 maxconn 100", "server s1 10.0.0.1:80 check port 8080 maxconn 100"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(redacted(row.before).size(), row.before.size());
    EXPECT_EQ(redacted(row.before), row.after);
    EXPECT_EQ(redacted(row.after), row.after) << "not stable";
  }
}

TEST(Redact, NothingLeavesInABundle) {
  Bundle bundle;
  const auto file = [&bundle](const std::string& path, const std::string& text) { bundle.files[{path, {}}].add(text); };
  file("/etc/haproxy/haproxy.cfg",
       "global\n  setenv LATER Canary-00\nlisten x\n  stats auth a:Canary-01\n  stats auth \"b:${LATER}\"\n"
       "  bind \"${ADDR}:80\"\n  stats auth \"c:${STATS}\"\nuserlist haproxy\n  user x insecure-password haproxy\n");
  file("/proc/9/environ", "ADDR=10.0.0.1\0STATS=Canary-02\0AWS_SECRET=Canary-03\0HOME=/Canary-04\0"s);
  file("/etc/default/haproxy",
       "# don't\nCONFIG=/etc/haproxy/haproxy.cfg\nTOKEN='Canary-05\nCanary-06'\n#OLD_PASS=Canary-07\nexport "
       "STATS=\"Canary-02\"\n");
  file("/etc/systemd/system/haproxy.service.d/x.conf",
       "# isn't\n[Service]\nEnvironment=\"A_TOKEN=Canary-08\" ADDR=10.0.0.1 "
       "B_KEY=Canary-09\nSetCredential=k:Canary-10\n");
  file("/proc/sys/net/ipv4/tcp_fastopen_key", "Canary-11\n");
  file("/etc/sysctl.d/a.conf", "net.ipv4.tcp_fastopen_key = Canary-12\nnet.core.somaxconn = 4096\n");
  file("/somewhere", "-----BEGIN PRIVATE KEY-----\nCanary-13\n-----END PRIVATE KEY-----\n");
  file("/proc/9/cmdline", "haproxy Canary-01");
  UnitProperties unit;
  unit.environment = {"ADDR=10.0.0.1", "STATS=Canary-02", "OTHER=Canary-14"};
  bundle.units["haproxy.service"].add(unit);
  bundle.commands[{"/usr/sbin/haproxy", {"-c"}}].add(
      {true, CommandOutput{1, 0, "parsing 'a:Canary-01' and Canary-03"}});
  bundle.links["/x"].add(fail(std::errc::io_error, "/x", "Canary-00"));
  bundle.directories["/d"].add(std::vector<std::string>{"Canary-02.pem"});

  redact(bundle, {"/etc/haproxy/haproxy.cfg"});
  const auto json = to_json(bundle);
  for (auto at = json.find("Canary-"); at != std::string::npos; at = json.find("Canary-", at + 1)) {
    ADD_FAILURE() << json.substr(at > 60 ? at - 60 : 0, 80);
  }
  const FileQuestion environ{"/proc/9/environ", {}};
  EXPECT_EQ(bundle.files[environ].at(0).value(), "ADDR=10.0.0.1\0STATS=*********\0"s);
  EXPECT_NE(json.find("net.core.somaxconn = 4096"), std::string::npos);
  EXPECT_NE(json.find("userlist haproxy"), std::string::npos) << "a word that paths hold is not hidden elsewhere";
  EXPECT_NE(json.find("CONFIG=/etc/haproxy/haproxy.cfg"), std::string::npos);
}

TEST(Redact, HostileTextCostsLittleMore) {
  for (const auto* const piece :
       {"#", "#a", "${A", "\"${A", "hmac(", "a=", "{ req.hdr(token) ", "authorization:", "://a:", "str("}) {
    std::string text;
    while (text.size() < 900'000) text += piece;
    const auto size = text.size();
    EXPECT_EQ(redacted(std::move(text)).size(), size) << piece;
  }
}

}  // namespace
}  // namespace preflight::haproxy
