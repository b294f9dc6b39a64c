// SPDX-License-Identifier: Apache-2.0
// What every check owes its reader: an id that is its file, a rationale, a reference, a test, and needs that are known.
#include "policies/catalog.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "tests/policies/synthetic_checks.h"

namespace preflight {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = PREFLIGHT_SOURCE_DIR;

/// The sysctl keys that checks may read: misspelt ones would be Unknown on every host.
bool known_sysctl(std::string_view key) {
  static const std::set<std::string_view> kKnown{
      "fs.file-max",
      "fs.file-nr",
      "fs.nr_open",
      "net.core.somaxconn",
      "net.ipv4.ip_local_port_range",
      "net.ipv4.ip_local_reserved_ports",
      "net.ipv4.ip_nonlocal_bind",
      "net.ipv4.ip_unprivileged_port_start",
      "net.ipv4.netfilter.ip_conntrack_max",
      "net.ipv4.tcp_abort_on_overflow",
      "net.ipv4.tcp_fin_timeout",
      "net.ipv4.tcp_max_syn_backlog",
      "net.ipv4.tcp_max_tw_buckets",
      "net.ipv4.tcp_mem",
      "net.ipv4.tcp_syncookies",
      "net.ipv4.tcp_timestamps",
      "net.ipv4.tcp_tw_recycle",
      "net.ipv4.tcp_tw_reuse",
      "net.ipv6.bindv6only",
      "net.ipv6.ip_nonlocal_bind",
      "net.netfilter.nf_conntrack_count",
      "net.netfilter.nf_conntrack_max",
  };
  return kKnown.contains(key);
}

TEST(Catalog, IsTheFolder) {
  std::vector<std::string> files;
  if (fs::exists(kSource / "policies/checks")) {
    for (const auto& entry : fs::directory_iterator(kSource / "policies/checks")) {
      if (entry.path().extension() == ".cpp") files.push_back(entry.path().stem());
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> ids;
  for (const Check* check : all_checks()) ids.emplace_back(check->id);
  EXPECT_EQ(ids, files) << "each id is its file's name, each once, in byte order";
}

TEST(Catalog, EveryCheckIsExplainedReferencedAndTested) {
  for (const Check* check : all_checks()) {
    SCOPED_TRACE(std::string(check->id));
    EXPECT_FALSE(check->title.empty());
    EXPECT_GE(check->rationale.size(), 40U) << "a rationale says what happens otherwise";
    EXPECT_FALSE(check->advice.empty());
    EXPECT_FALSE(check->since.empty());
    ASSERT_FALSE(check->references.empty());
    for (const auto reference : check->references) EXPECT_FALSE(reference.empty());
    EXPECT_NE(check->evaluate, nullptr);
    EXPECT_TRUE(fs::exists(kSource / "tests/policies/checks" / (std::string(check->id) + "_test.cpp")));
  }
}

TEST(Catalog, ParametersHaveAMeaningAndAStandardWithinBounds) {
  for (const Check* check : all_checks()) {
    std::set<std::string_view> names{"enabled", "severity"};
    for (const Parameter& parameter : check->parameters) {
      SCOPED_TRACE(std::string(check->id) + '.' + std::string(parameter.name));
      EXPECT_TRUE(names.insert(parameter.name).second) << "a name of its own";
      EXPECT_FALSE(parameter.meaning.empty());
      EXPECT_LE(parameter.least, parameter.standard);
      EXPECT_LE(parameter.standard, parameter.most);
    }
  }
}

TEST(Catalog, NeedsAreKnown) {
  for (const Check* check : all_checks()) {
    for (const auto key : check->needs.sysctls) EXPECT_TRUE(known_sysctl(key)) << check->id << " reads " << key;
    for (const Need need : check->needs.facts) EXPECT_LE(need, Need::boot) << check->id;
  }
}

TEST(Catalog, EveryNeedIsSomeChecks) {
  constexpr std::size_t kWholeCatalog = 17;
  if (all_checks().size() < kWholeCatalog) GTEST_SKIP() << "the catalog has " << all_checks().size() << " checks only";
  std::set<Need> wanted;
  for (const Check* check : all_checks()) wanted.insert(check->needs.facts.begin(), check->needs.facts.end());
  for (int need = 0; need <= static_cast<int>(Need::boot); ++need) {
    EXPECT_TRUE(wanted.contains(static_cast<Need>(need))) << "nothing needs source number " << need;
  }
}

TEST(Catalog, FindsAndSuggestsById) {
  EXPECT_EQ(find_check("nofile_covers_maxconn", test::kSyntheticChecks), &test::kNofile);
  EXPECT_EQ(find_check("nofile", test::kSyntheticChecks), nullptr);
  EXPECT_EQ(find_check("", test::kSyntheticChecks), nullptr);
  EXPECT_EQ(find_check("nofile_covers_maxconn", {}), nullptr);
  EXPECT_EQ(nearest_check("nofile_cover_maxconn", test::kSyntheticChecks), "nofile_covers_maxconn");
  EXPECT_EQ(nearest_check("zzz", test::kSyntheticChecks), "");
  EXPECT_EQ(nearest_check("nofile_covers_maxconn", {}), "");
}

}  // namespace
}  // namespace preflight
