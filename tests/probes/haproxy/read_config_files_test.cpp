// SPDX-License-Identifier: Apache-2.0
// Which files -f names: haproxy's rules for the names in a directory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/haproxy/read_config.h"
#include "tests/support/map_host.h"

namespace preflight::haproxy {
namespace {

using testing::ElementsAre;

std::vector<std::string> paths(const Result<std::vector<SourceFile>>& files) {
  if (!files) return {"error: " + files.error().object};
  std::vector<std::string> out;
  for (const SourceFile& file : *files) out.push_back(file.path);
  return out;
}

test::MapHost host() {
  test::MapHost result;
  for (const char* name :
       {"10-a.cfg", "2-b.cfg", "B.cfg", ".hidden.cfg", "a.cfg.cfg", "x.cfg.bak", "notes", "sub.cfg/c.cfg"}) {
    result.files[std::string("/etc/haproxy/conf.d/") + name] = std::string(name) + "\n";
  }
  result.files["/etc/haproxy/haproxy.cfg"] = "global\n";
  result.files["/srv/shared.cfg"] = "shared\n";
  result.links["/etc/haproxy/conf.d/z.cfg"] = "/srv/shared.cfg";
  return result;
}

TEST(LoadFiles, ADirectoryGivesItsCfgFilesInByteOrder) {
  const auto host_view = host();
  const auto files = load_files(host_view, {"/etc/haproxy/haproxy.cfg", "/etc/haproxy/conf.d"}, "");
  EXPECT_THAT(paths(files),
              ElementsAre("/etc/haproxy/haproxy.cfg", "/etc/haproxy/conf.d/10-a.cfg", "/etc/haproxy/conf.d/2-b.cfg",
                          "/etc/haproxy/conf.d/B.cfg", "/etc/haproxy/conf.d/z.cfg"));
  EXPECT_EQ(files->back().content, "shared\n");
}

TEST(LoadFiles, RelativePathsAreBelowTheDirectory) {
  const auto host_view = host();
  EXPECT_THAT(paths(load_files(host_view, {"haproxy.cfg"}, "/etc/haproxy")), ElementsAre("/etc/haproxy/haproxy.cfg"));
  EXPECT_THAT(paths(load_files(host_view, {"/srv/shared.cfg"}, "/etc/haproxy/")), ElementsAre("/srv/shared.cfg"));
}

TEST(LoadFiles, AMissingFileIsNamed) {
  const auto host_view = host();
  EXPECT_THAT(paths(load_files(host_view, {"/etc/haproxy/haproxy.cfg", "/no.cfg"}, "")), ElementsAre("error: /no.cfg"));
}

TEST(LoadFiles, ADirectoryWithoutConfigurationIsAnError) {
  test::MapHost host_view;
  host_view.files["/etc/empty/readme"] = "x";
  EXPECT_THAT(paths(load_files(host_view, {"/etc/empty"}, "")), ElementsAre("error: /etc/empty"));
}

TEST(LoadFiles, AnUnreadableFileIsAnError) {
  auto host_view = host();
  host_view.refused["/etc/haproxy/haproxy.cfg"] = EACCES;
  EXPECT_THAT(paths(load_files(host_view, {"/etc/haproxy/haproxy.cfg"}, "")),
              ElementsAre("error: /etc/haproxy/haproxy.cfg"));
}

}  // namespace
}  // namespace preflight::haproxy
