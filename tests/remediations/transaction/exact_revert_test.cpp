// SPDX-License-Identifier: Apache-2.0
// Random trees, random plans: after apply and revert nothing can be told from before. PREFLIGHT_TREES says how many.
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/base/text.h"
#include "remediations/own_files.h"
#include "remediations/transaction/apply.h"
#include "tests/support/failing_host.h"
#include "tests/support/scratch_host.h"
#include "tests/support/whole_tree.h"

namespace preflight {
namespace {

namespace fs = std::filesystem;
class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  /// Below `limit`.
  unsigned below(unsigned limit) { return static_cast<unsigned>(engine_()) % limit; }

 private:
  std::mt19937 engine_;
};

constexpr const char* kBoot = "this boot";
constexpr const char* kUnit = "haproxy.service";

std::size_t trees() {
  const char* const wish = std::getenv("PREFLIGHT_TREES");
  const auto number = wish == nullptr ? std::nullopt : parse_integer(wish);
  return number && *number > 0 ? static_cast<std::size_t>(*number) : 60;
}

std::string random_content(Random& random) {
  switch (random.below(6)) {
    case 0:
      return {};
    case 1:
      return "net.core.somaxconn = 128";
    case 2:
      return "# a comment\r\nnet.core.somaxconn = 128\r\n";
    case 3:
      return std::string("\0\xff\xfe binary\n", 11);
    case 4:
      return std::string(1 + random.below(1U << 16U), static_cast<char>('a' + random.below(26)));
    default:
      return "fs.nr_open = 1048576\n";
  }
}

/// Entries for user, a named user, group, mask and others, as the kernel keeps them (linux/posix_acl_xattr.h).
std::string random_acl(Random& random) {
  std::string acl("\x02\0\0\0", 4);
  const auto add = [&](std::uint32_t tag, std::uint32_t permissions, std::uint32_t id) {
    for (unsigned shift = 0; shift < 16; shift += 8) acl += static_cast<char>(tag >> shift & 0xffU);
    for (unsigned shift = 0; shift < 16; shift += 8) acl += static_cast<char>(permissions >> shift & 0xffU);
    for (unsigned shift = 0; shift < 32; shift += 8) acl += static_cast<char>(id >> shift & 0xffU);
  };
  constexpr std::uint32_t kNobody = 0xffffffffU;
  add(0x01, 6, kNobody);
  add(0x02, 4, 1000 + random.below(5));
  add(0x04, 4, kNobody);
  add(0x10, random.below(8) & 5U, kNobody);
  add(0x20, 0, kNobody);
  return acl;
}

/// A file with whatever a file can have.
void make_file(const fs::path& path, Random& random) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << random_content(random);
  const bool root = ::geteuid() == 0;
  if (root && random.below(2) == 0) (void)::chown(path.c_str(), random.below(3), random.below(3));
  (void)::chmod(path.c_str(), root ? random.below(010000) : 0600U | random.below(0200));
  if (random.below(3) == 0) (void)::setxattr(path.c_str(), "user.note", "a\0b", 3, 0);
  if (root && random.below(4) == 0) (void)::setxattr(path.c_str(), "trusted.note", "t", 1, 0);
  if (random.below(4) == 0) {
    const auto acl = random_acl(random);
    (void)::setxattr(path.c_str(), "system.posix_acl_access", acl.data(), acl.size(), 0);
  }
}

/// Neighbours that are none of ours.
void make_neighbours(const fs::path& root, Random& random) {
  if (random.below(2) == 0) make_file(root / "etc/sysctl.d/50-other.conf", random);
  if (random.below(2) == 0) fs::create_symlink("../sysctl.conf", root / "etc/sysctl.d/99-sysctl.conf");
  if (random.below(3) == 0) fs::create_symlink("/dev/null", root / "etc/sysctl.d/10-masked.conf");
  if (random.below(3) == 0) make_file(root / "etc/systemd/system/haproxy.service.d/10-theirs.conf", random);
}

class Trees {
 public:
  explicit Trees(unsigned seed) : random_(seed) {
    host_.sysctl("net/core/somaxconn", std::to_string(random_.below(9999)));
    make_neighbours(host_.root(), random_);
    if (random_.below(2) == 0) make_file(host_.root() / "etc/sysctl.d/zz-lbpreflight.conf", random_);
    if (random_.below(2) == 0) make_file(host_.root() / drop_in(kUnit).substr(1), random_);
    before_ = tree();
  }

  std::string tree() { return test::whole_tree(host_.root().string(), host_.state()); }
  [[nodiscard]] const std::string& before() const { return before_; }

  /// One to three changes, from what is there.
  Plan plan() {
    Plan plan;
    const auto wanted = 1 + random_.below(7);
    if ((wanted & 1U) != 0) {
      const auto now = host_.host().view().read("/proc/sys/net/core/somaxconn").value();
      add(plan,
          SysctlWrite{"net.core.somaxconn", std::string(trim(now)), std::to_string(10000 + random_.below(50000))});
    }
    if ((wanted & 2U) != 0) add_file(plan, std::string(kBootSettings));
    if ((wanted & 4U) != 0) {
      const auto directory = drop_in_directory(kUnit);
      if (!host_.host().has_directory(directory).value()) add(plan, DirectoryWrite{directory});
      add_file(plan, drop_in(kUnit));
      add(plan, UnitsReload{});
    }
    return plan;
  }

  ApplyEnd apply_it(const Plan& plan) {
    auto journal = Journal::lock(host_.state());
    const auto result =
        apply(plan, *journal, failing_, {.actor = {}, .boot_id = kBoot}, [] { return std::vector<std::string>(); });
    for (const auto& reason : result.reasons) ADD_FAILURE() << reason;
    return result.end;
  }

  bool revert_last() {
    auto journal = Journal::lock(host_.state());
    const auto* const last = journal->last_applied();
    if (last == nullptr) return false;
    const Transaction transaction = *last;
    return undo(transaction, *journal, failing_, {.reason = "revert", .boot_id = kBoot}).whole();
  }

 private:
  static void add(Plan& plan, Change change) { plan.steps.push_back({.change = std::move(change), .remedies = {}}); }

  void add_file(Plan& plan, const std::string& path) {
    const auto present = host_.host().image(path).value();
    FileImage wanted = present.value_or(FileImage());
    if (!present) {
      wanted.uid = ::geteuid();
      wanted.gid = ::getegid();
    }
    wanted.content += "changed " + std::to_string(random_.below(1000000)) + "\n";
    wanted.modified = 0;
    add(plan, FileWrite{path, present, wanted});
  }

  Random random_;
  test::ScratchHost host_;
  test::FailingHost failing_{host_.host()};
  std::string before_;
};

TEST(ExactRevert, OfRandomTreesAndPlans) {
  const auto count = trees();
  for (unsigned seed = 0; seed < count; ++seed) {
    Trees trees(seed);
    ASSERT_EQ(trees.apply_it(trees.plan()), ApplyEnd::applied) << seed;
    ASSERT_NE(trees.tree(), trees.before()) << seed;
    ASSERT_TRUE(trees.revert_last()) << seed;
    ASSERT_EQ(trees.tree(), trees.before()) << seed;
    ASSERT_FALSE(trees.revert_last()) << "nothing is left to revert";
  }
}

TEST(ExactRevert, OfPlansLaidOverEachOther) {
  const auto count = trees() / 3;
  for (unsigned seed = 0; seed < count; ++seed) {
    Trees trees(seed);
    std::vector<std::string> stages;
    for (int i = 0; i < 3; ++i) {
      stages.push_back(trees.tree());
      ASSERT_EQ(trees.apply_it(trees.plan()), ApplyEnd::applied) << seed;
    }
    for (; !stages.empty(); stages.pop_back()) {
      ASSERT_TRUE(trees.revert_last()) << seed;
      ASSERT_EQ(trees.tree(), stages.back()) << seed;
    }
  }
}

}  // namespace
}  // namespace preflight
