// SPDX-License-Identifier: Apache-2.0
// Messages of the access vector cache as both logs have them.
#include "probes/linux/selinux_log.h"

#include <gtest/gtest.h>

#include "tests/support/map_host.h"

namespace preflight {
namespace {

constexpr std::string_view kBind =
    R"(type=AVC msg=audit(1700000123.456:789): avc:  denied  { name_bind } for  pid=4242 comm="haproxy" src=8404 )"
    "scontext=system_u:system_r:haproxy_t:s0 tcontext=system_u:object_r:unreserved_port_t:s0 tclass=tcp_socket "
    "permissive=0";

TEST(SelinuxLog, ADenialOfTheAuditLog) {
  const auto denial = parse_denial(kBind);
  ASSERT_TRUE(denial);
  EXPECT_EQ(*denial, (SelinuxDenial{.time = 1'700'000'123,
                                    .permissions = {"name_bind"},
                                    .target_class = "tcp_socket",
                                    .source = "system_u:system_r:haproxy_t:s0",
                                    .target = "system_u:object_r:unreserved_port_t:s0",
                                    .port = 8404}));
}

TEST(SelinuxLog, ADenialOfTheKernelsLog) {
  const auto denial = parse_denial(
      R"(5,812,99000000,-;audit: type=1400 audit(1700000124.001:12): avc:  denied  { read write } for  pid=7 )"
      R"(comm="haproxy" path="/srv/a b.sock" dev="sda1" ino=12 scontext=system_u:system_r:haproxy_t:s0 )"
      "tcontext=system_u:object_r:var_t:s0 tclass=sock_file permissive=1");
  ASSERT_TRUE(denial);
  EXPECT_EQ(denial->permissions, (std::vector<std::string>{"read", "write"}));
  EXPECT_EQ(denial->name, "/srv/a b.sock");
  EXPECT_EQ(denial->port, 0);
  EXPECT_TRUE(denial->permissive);
}

TEST(SelinuxLog, AConnectNamesItsDestination) {
  std::string line(kBind);
  line.replace(line.find("src=8404"), 8, "dest=8081");
  EXPECT_EQ(parse_denial(line)->port, 8081);
}

TEST(SelinuxLog, OtherLinesTellOfNone) {
  std::string other(kBind);
  other.replace(other.find("haproxy\""), 7, "nginxxx");
  EXPECT_TRUE(parse_denial(other)) << "the domain is haproxy's";
  other.replace(other.find(":haproxy_t"), 10, ":httpd_t");
  EXPECT_FALSE(parse_denial(other));
  std::string granted(kBind);
  granted.replace(granted.find("denied"), 6, "granted");
  EXPECT_FALSE(parse_denial(granted));
  for (std::size_t size = 0; size < kBind.size(); ++size) (void)parse_denial(kBind.substr(0, size));
  EXPECT_FALSE(parse_denial("avc: denied } {"));
  EXPECT_FALSE(parse_denial("haproxy"));
}

TEST(SelinuxLog, WhenThePolicyChanged) {
  EXPECT_EQ(parse_policy_change("type=MAC_POLICY_LOAD msg=audit(1700000200.1:5): auid=0 ses=1 lsm=selinux res=1"),
            1'700'000'200);
  EXPECT_EQ(parse_policy_change("5,1,2,-;audit: type=1403 audit(1700000201.1:5): auid=0 ses=1 policy loaded"),
            1'700'000'201);
  EXPECT_EQ(parse_policy_change("type=MAC_CONFIG_CHANGE msg=audit(1700000202.1:5): bool=haproxy_connect_any val=1"),
            1'700'000'202);
  EXPECT_FALSE(parse_policy_change(kBind));
  EXPECT_FALSE(parse_policy_change("policy loaded"));
}

TEST(SelinuxLog, TheAuditLogIsReadElseTheJournalElseTheKernels) {
  test::MapHost host;
  host.files["/proc/uptime"] = "100.5 10.0\n";
  host.files["/proc/sys/kernel/random/boot_id"] = "b0075a1e-0000-4000-8000-000000000000\n";
  EXPECT_TRUE(is_missing(read_selinux_log(host).error()));
  host.files["/dev/kmsg"] = std::string(kBind) + "\nsomething else\n";
  const auto kernel = read_selinux_log(host);
  ASSERT_TRUE(kernel) << describe(kernel.error());
  EXPECT_EQ(kernel->path, "/dev/kmsg");
  EXPECT_EQ(kernel->denials.size(), 1U);
  EXPECT_EQ(kernel->booted, -100) << "now is 0 there";
  host.files["/run/systemd/journal"] =
      std::string(kBind) + "\n" + std::string(kBind) + "\n" + std::string(kBind) + "\n";
  const auto journal = read_selinux_log(host);
  EXPECT_EQ(journal->path, "/run/systemd/journal");
  EXPECT_EQ(journal->denials.size(), 3U);
  host.files["/var/log/audit/audit.log"] =
      std::string(kBind) + "\n" + std::string(kBind) + "\ntype=MAC_POLICY_LOAD msg=audit(1700000200.1:5): res=1\n";
  const auto audit = read_selinux_log(host);
  EXPECT_EQ(audit->path, "/var/log/audit/audit.log");
  EXPECT_EQ(audit->denials.size(), 2U);
  EXPECT_EQ(audit->policy_changed, 1'700'000'200);
  host.refused["/var/log/audit/audit.log"] = EACCES;
  EXPECT_EQ(read_selinux_log(host).error().code, std::errc::permission_denied) << "who may not look must not guess";
}

}  // namespace
}  // namespace preflight
