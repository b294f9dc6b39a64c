// SPDX-License-Identifier: Apache-2.0
// Main roads and side roads, read from whole configurations.
#include "policies/ladder/routes.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "probes/haproxy/read_config.h"

namespace preflight::ladder {
namespace {

constexpr const char* kBackends =
    "backend app\n  server a 10.0.1.1:8080\nbackend api\n  server b 10.0.1.2:8080\nbackend empty\n  http-request "
    "deny\n";

/// "web:main app:main api:aside"
std::string roads(const std::string& text) {
  const auto config = haproxy::parse_config({{"/etc/haproxy/haproxy.cfg", text + kBackends}}, {});
  const Routes routes(config);
  std::string found;
  for (const auto& proxy : config.proxies) {
    const auto road = routes.of(proxy);
    if (road == Road::none) continue;
    found += (found.empty() ? "" : " ") + proxy.name + (road == Road::main ? ":main" : ":aside");
  }
  return found;
}

TEST(Routes, TheDefaultBackendIsTheMainRoad) {
  EXPECT_EQ(roads("frontend web\n  bind :80\n  use_backend api if { path_beg /api }\n  default_backend app\n"),
            "web:main app:main api:aside");
}

TEST(Routes, WithoutADefaultTheRulesShareTheTraffic) {
  EXPECT_EQ(roads("frontend web\n  bind :80\n  use_backend api if { path_beg /api }\n  use_backend app\n"),
            "web:main app:main api:main");
}

TEST(Routes, ADefaultBackendWithoutServersAnswersByItself) {
  EXPECT_EQ(roads("frontend web\n  bind :80\n  use_backend api if { path_beg /api }\n  default_backend empty\n"),
            "web:main api:main");
}

TEST(Routes, AComputedNameMayBeAnyBackend) {
  EXPECT_EQ(roads("frontend web\n  bind :80\n  use_backend %[req.hdr(host),lower]\n"), "web:main app:main api:main");
  EXPECT_EQ(roads("frontend web\n  bind :80\n  use_backend %[path]\n  default_backend app\n"),
            "web:main app:main api:aside");
}

TEST(Routes, APageOfStatisticsIsASideRoad) {
  EXPECT_EQ(roads("frontend web\n  bind :80\n  default_backend app\n"
                  "listen stats\n  bind :8404\n  stats enable\n  maxconn 10\n"),
            "web:main stats:aside app:main");
}

TEST(Routes, AListenSectionIsBoth) {
  EXPECT_EQ(roads("listen db\n  bind :5432\n  server one 10.0.1.9:5432\n"), "db:main");
}

TEST(Routes, TheDefaultOfADefaultsSectionIsInherited) {
  EXPECT_EQ(roads("defaults\n  mode http\n  default_backend app\nfrontend web\n  bind :80\n"), "web:main app:main");
}

TEST(Routes, NothingLeadsThroughWhatIsDisabledOrHasNoBind) {
  EXPECT_EQ(roads("frontend web\n  disabled\n  bind :80\n  default_backend app\n"), "");
  EXPECT_EQ(roads("frontend web\n  default_backend app\n"), "");
}

TEST(Routes, ManyComputedNamesAreNoTrouble) {
  std::string text;
  for (int i = 0; i < 2000; ++i) {
    const auto number = std::to_string(i);
    text += "frontend f" + number + "\n  bind :" + std::to_string(10000 + i) + "\n  use_backend %[path]\n";
    text += "backend b" + number + "\n  server s 10.1.0.1:80\n";
  }
  EXPECT_GT(roads(text).size(), 4000U);
}

}  // namespace
}  // namespace preflight::ladder
