// SPDX-License-Identifier: Apache-2.0
// Files that are there, that are not, that the starter may not read, and private keys that strangers may.
#include <gtest/gtest.h>

#include "tests/support/world.h"

namespace preflight::checks {
extern const Check files_are_readable;
}

namespace preflight::test {
namespace {

const Check& kCheck = checks::files_are_readable;
constexpr const char* kPem = "/etc/haproxy/site.pem";
constexpr std::uint64_t kDac = 0x6;  // CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH

World with_certificate() {
  World world;
  world.config("listen l\n  mode http\n  bind *:443 ssl crt /etc/haproxy/site.pem\n");
  return world.no_path("/etc/haproxy/site.pem.key");
}

World with_line(const std::string& line) {
  World world;
  world.config("defaults\n  mode http\n  " + line + "\nlisten l\n  bind *:80\n");
  return world;
}

World as_user(World world, Account account) {
  world.instance().unit->user = "lb";
  world.files().starter = std::move(account);
  return world;
}

std::string judged(const World& world) { return worst(world.judge(kCheck)); }

TEST(FilesAreReadable, IsSilentOnAHealthyHost) {
  EXPECT_EQ(judged(World()), "not applicable");
  EXPECT_EQ(judged(with_certificate().path(kPem, FileKind::regular, 0600)), "pass");
  EXPECT_EQ(judged(with_certificate().running().path(kPem, FileKind::regular, 0640)), "pass");
  EXPECT_EQ(judged(with_line("errorfile 400 /etc/haproxy/400.http").path("/etc/haproxy/400.http", FileKind::regular)),
            "pass");
}

TEST(FilesAreReadable, AMissingFilePreventsTheStart) {
  const auto outcome = outcome_about(with_certificate().no_path(kPem).judge(kCheck), "file:/etc/haproxy/site.pem");
  EXPECT_EQ(verdict(outcome), "error");
  EXPECT_TRUE(std::get<Fail>(outcome).prevents_start);
  EXPECT_EQ(std::get<Fail>(outcome).detail.consequence_of->check, "config_is_valid");
  EXPECT_EQ(judged(with_line("errorfile 400 /etc/400.http").no_path("/etc/400.http")), "error");
}

TEST(FilesAreReadable, OneNameMayStandForSeveralCertificates) {
  World world = with_certificate().no_path(kPem);
  world.path("/etc/haproxy/site.pem.ecdsa", FileKind::regular, 0600);
  EXPECT_EQ(judged(world), "pass");
  world.path("/etc/haproxy/site.pem.ecdsa", FileKind::regular, 0644);
  EXPECT_EQ(judged(world), "warning");
}

TEST(FilesAreReadable, APrivateKeyIsForNobodyElse) {
  EXPECT_EQ(judged(with_certificate().path(kPem, FileKind::regular, 0640)), "pass");
  EXPECT_EQ(judged(with_certificate().path(kPem, FileKind::regular, 0644)), "warning");
  World apart = with_certificate().path(kPem, FileKind::regular, 0644);
  apart.path("/etc/haproxy/site.pem.key", FileKind::regular, 0600);
  EXPECT_EQ(judged(apart), "pass") << "the certificate itself is public";
  apart.path("/etc/haproxy/site.pem.key", FileKind::regular, 0644);
  EXPECT_EQ(judged(apart), "warning");
}

TEST(FilesAreReadable, AClosedDirectoryGuardsAKey) {
  World world = with_certificate().path(kPem, FileKind::regular, 0644);
  const FileStatus closed{.kind = FileKind::directory, .mode = 0700};
  world.files().paths[kPem].found->way = std::make_shared<const std::vector<FileStatus>>(1, closed);
  EXPECT_EQ(judged(world), "pass");
}

TEST(FilesAreReadable, OthersMayReadWhatIsPublic) {
  World world;
  world.config("listen l\n  mode http\n  bind *:443 ssl crt /c.pem ca-file /ca.pem tls-ticket-keys /t.keys\n");
  world.path("/c.pem", FileKind::regular, 0600).no_path("/c.pem.key").path("/ca.pem", FileKind::regular, 0644);
  world.path("/t.keys", FileKind::regular, 0600);
  EXPECT_EQ(judged(world), "pass");
  world.path("/t.keys", FileKind::regular, 0644);
  EXPECT_EQ(verdict(outcome_about(world.judge(kCheck), "file:/t.keys")), "warning");
}

TEST(FilesAreReadable, RootReadsEverythingAsLongAsItHasItsCapabilities) {
  World world = with_certificate().path(kPem, FileKind::regular, 0600, Account{200, 200});
  EXPECT_EQ(judged(world), "pass");
  world.instance().unit->capability_bounding_set = ~kDac;
  EXPECT_EQ(judged(world), "error");
  world.path(kPem, FileKind::regular, 0600);
  EXPECT_EQ(judged(world), "pass") << "its own";
}

TEST(FilesAreReadable, AnotherStarterNeedsTheModesAndTheWay) {
  World world = with_certificate().path(kPem, FileKind::regular, 0640, Account{0, 120});
  EXPECT_EQ(judged(as_user(world, {1000, 1000})), "error");
  EXPECT_EQ(judged(as_user(world, {1000, 120})), "pass");
  EXPECT_EQ(judged(as_user(world, {1000, 1000, {120}})), "pass") << "a supplementary group";
  const FileStatus closed{.kind = FileKind::directory, .mode = 0700};
  world.files().paths[kPem].found->way = std::make_shared<const std::vector<FileStatus>>(1, closed);
  EXPECT_EQ(judged(as_user(world, {1000, 120})), "error") << "a directory on the way";
  World own = with_certificate().path(kPem, FileKind::regular, 0044, Account{1000, 1000});
  EXPECT_EQ(judged(as_user(own, {1000, 1000})), "error") << "for the owner the owner's bits count";
}

TEST(FilesAreReadable, ADirectoryOfCertificates) {
  World world;
  world.config("listen l\n  mode http\n  bind *:443 ssl crt /certs\n").path("/certs", FileKind::directory, 0755);
  auto& entries = world.files().paths["/certs"].entries;
  World files;
  files.path("safe", FileKind::regular, 0600).path("open", FileKind::regular, 0644);
  files.path("sub", FileKind::directory, 0755);
  const auto safe = files.files().paths["safe"].found;
  const auto open = files.files().paths["open"].found;
  entries = {{"a.pem", safe}, {"b.pem", open}, {"b.pem.key", safe}, {"sub", files.files().paths["sub"].found}};
  EXPECT_EQ(judged(world), "pass");
  entries.emplace_back("c.pem", open);
  EXPECT_EQ(judged(world), "warning");
  entries.back() = {"a.pem.key", open};
  EXPECT_EQ(judged(world), "warning");
  entries.back() = {"d.pem", fail(std::errc::no_such_file_or_directory, "d.pem", "No such file")};
  EXPECT_EQ(judged(world), "error") << "a dangling link is fatal";
  entries.pop_back();
  world.files().paths["/certs"].entries_left_out = 5;
  EXPECT_EQ(judged(world), "info");
}

TEST(FilesAreReadable, WhatACrtListNames) {
  World world;
  world.config("listen l\n  mode http\n  bind *:443 ssl crt-list /list\n").path("/list", FileKind::regular);
  world.files().listed = {{haproxy::PathKind::certificate, "/a.pem", {}, "crt-list"}};
  world.no_path("/a.pem");
  EXPECT_EQ(verdict(outcome_about(world.judge(kCheck), "file:/a.pem")), "error");
  world.path("/a.pem", FileKind::regular, 0600).no_path("/a.pem.key");
  EXPECT_EQ(judged(world), "pass");
}

TEST(FilesAreReadable, OnlySomeMayBeDirectories) {
  EXPECT_EQ(judged(with_line("errorfile 400 /etc/d").path("/etc/d", FileKind::directory, 0755)), "error");
  EXPECT_EQ(judged(with_line("errorfile 400 /dev/null").path("/dev/null", FileKind::device, 0666)), "pass");
  World world;
  world.config("listen l\n  mode http\n  bind *:443 ssl crt /c.pem ca-file /etc/ssl/certs\n");
  world.path("/c.pem", FileKind::regular, 0600).no_path("/c.pem.key");
  EXPECT_EQ(judged(world.path("/etc/ssl/certs", FileKind::directory, 0755)), "pass");
}

TEST(FilesAreReadable, TheStateNeedsAPlaceOnly) {
  World world;
  world.config("global\n  server-state-file /var/lib/state\nlisten l\n  mode http\n  bind *:80\n");
  world.no_path("/var/lib/state").path("/var/lib", FileKind::directory, 0755);
  EXPECT_EQ(judged(world), "pass") << "nobody saved one yet";
  world.no_path("/var/lib");
  EXPECT_EQ(judged(world), "warning");
}

TEST(FilesAreReadable, RelativePathsStartWhereHaproxyIs) {
  World world = with_line("errorfile 400 pages/400.http");
  world.instance().command_line.directory = "/srv/lb";
  world.no_path("/srv/lb/pages/400.http");
  EXPECT_EQ(verdict(outcome_about(world.judge(kCheck), "file:/srv/lb/pages/400.http")), "error");
}

TEST(FilesAreReadable, WhatCannotBeReadIsUnknown) {
  EXPECT_EQ(judged(World().no_config()), "unknown");
  EXPECT_EQ(judged(with_certificate().no_path(kPem, std::errc::permission_denied)), "unknown");
  World world = with_certificate().path(kPem, FileKind::regular, 0600);
  world.files().starter = fail(std::errc::no_such_file_or_directory, "/etc/passwd", "does not know 'lb'");
  EXPECT_EQ(judged(world), "unknown");
  world.instance().files = fail(std::errc::permission_denied, "/proc/100/root", "Permission denied");
  EXPECT_EQ(judged(world), "unknown");
}

TEST(FilesAreReadable, MoreThanWeLookAtIsSaid) {
  const auto outcomes = with_line("errorfile 400 /etc/400.http").judge(kCheck);
  EXPECT_EQ(verdict(outcome_about(outcomes, "instance:haproxy.service")), "info");
}

}  // namespace
}  // namespace preflight::test
