// SPDX-License-Identifier: Apache-2.0
// What the kernel takes and refuses; each case was seen on Linux 6.18. Where a namespace of its own can be made, the
// kernel itself is asked.
#include "probes/linux/kernel_setting.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "probes/base/text.h"
#include "tests/support/private_network.h"

namespace preflight {
namespace {

constexpr const char* kRange = "net.ipv4.ip_local_port_range";
constexpr const char* kReserved = "net.ipv4.ip_local_reserved_ports";
constexpr const char* kUnprivileged = "net.ipv4.ip_unprivileged_port_start";
constexpr const char* kSomaxconn = "net.core.somaxconn";
constexpr const char* kReuse = "net.ipv4.tcp_tw_reuse";

struct Written {
  const char* key;
  const char* text;
  const char* held;  // afterwards; nullptr: refused
};

constexpr auto kWritten = std::to_array<Written>({
    {kSomaxconn, "65535", "65535"},
    {kSomaxconn, "0x10", "16"},
    {kSomaxconn, "010", "8"},
    {kSomaxconn, "4096 # as advised", "4096"},
    {kSomaxconn, "7 8", "7"},
    {kSomaxconn, "-0", "0"},
    {kSomaxconn, "2147483647", "2147483647"},
    {kSomaxconn, "00000000000000000007", "7"},
    {kSomaxconn, "000000000000000000007", nullptr},
    {kSomaxconn, "2147483648", nullptr},
    {kSomaxconn, "99999999999999999999", nullptr},
    {kSomaxconn, "-1", nullptr},
    {kSomaxconn, "+1", nullptr},
    {kSomaxconn, "5x", nullptr},
    {kSomaxconn, "5\f", nullptr},
    {kSomaxconn, "08", nullptr},
    {kSomaxconn, "0x", nullptr},
    {kSomaxconn, "1e3", nullptr},
    {kSomaxconn, "\"5\"", nullptr},
    {kSomaxconn, "-", nullptr},
    {kSomaxconn, "", nullptr},
    {"net.ipv4.tcp_max_syn_backlog", "-5", "-5"},
    {kReuse, "1", "1"},
    {kReuse, "2 x", "2"},
    {kReuse, "3", nullptr},
    {kReuse, "-0", nullptr},
    {"net.ipv4.tcp_timestamps", "255", "255"},
    {"net.ipv4.tcp_timestamps", "256", nullptr},
    {kUnprivileged, "80", "80"},
    {kUnprivileged, "65536", nullptr},
    {kUnprivileged, "32769", nullptr},
    {kRange, "1024 65535", "1024\t65535"},
    {kRange, "  2000\t 3000  # x", "2000\t3000"},
    {kRange, "2000", "2000\t60999"},
    {kRange, "2000 3000 4000", "2000\t3000"},
    {kRange, "1023 65535", nullptr},
    {kRange, "2000 65536", nullptr},
    {kRange, "3000 2000", nullptr},
    {kRange, "61000", nullptr},
    {kRange, "2000-3000", nullptr},
    {kRange, "2000 high", nullptr},
    {kRange, "", nullptr},
    {kReserved, "8080,9000-9010", "8080,9000-9010"},
    {kReserved, "3,1,2,0x50", "1-3,80"},
    {kReserved, "8080,", "8080"},
    {kReserved, "0-65535", "0-65535"},
    {kReserved, "", ""},
    {kReserved, "8080, 9000", nullptr},
    {kReserved, "8080,,9000", nullptr},
    {kReserved, "8080-", nullptr},
    {kReserved, "-8080", nullptr},
    {kReserved, "9000-8000", nullptr},
    {kReserved, "65536", nullptr},
    {kReserved, ",", nullptr},
});

KernelSettings fresh() {
  return {{{kSomaxconn, "4096"}, {kReuse, "2"}, {kRange, "32768\t60999"}, {kUnprivileged, "1024"}, {kReserved, ""}}};
}

TEST(KernelSetting, TakesAndRefusesAsTheKernelDoes) {
  for (const auto& [key, text, held] : kWritten) {
    auto settings = fresh();
    const auto before = settings.values;
    EXPECT_EQ(settings.write(key, text), held != nullptr) << key << " = " << text;
    if (held != nullptr) {
      EXPECT_EQ(settings.values.find(key)->second, held) << text;
    } else {
      EXPECT_EQ(settings.values, before) << text;
    }
  }
}

TEST(KernelSetting, TheRangeBeginsAboveTheUnprivilegedPorts) {
  auto settings = fresh();
  EXPECT_TRUE(settings.write(kUnprivileged, "3000"));
  EXPECT_FALSE(settings.write(kRange, "2000 65535"));
  EXPECT_TRUE(settings.write(kRange, "3000 65535"));
  EXPECT_FALSE(settings.write(kUnprivileged, "3001"));
  EXPECT_EQ(coupled_key(kRange), kUnprivileged);
  EXPECT_EQ(coupled_key(kUnprivileged), kRange);
  EXPECT_EQ(coupled_key(kSomaxconn), "");
}

TEST(KernelSetting, AnUnknownKeyTakesAnyText) {
  KernelSettings settings;
  EXPECT_TRUE(settings.write("net.ipv4.something", "a b"));
  EXPECT_EQ(settings.values.find("net.ipv4.something")->second, "a b");
}

TEST(KernelSetting, DefaultsDependOnTheVersion) {
  EXPECT_EQ(kernel_default(kSomaxconn, "6.1.0-13-amd64"), "4096");
  EXPECT_EQ(kernel_default(kSomaxconn, "5.4.0"), "4096");
  EXPECT_EQ(kernel_default(kSomaxconn, "5.3.18"), std::nullopt);
  EXPECT_EQ(kernel_default(kSomaxconn, ""), std::nullopt);
  EXPECT_EQ(kernel_default(kSomaxconn, "x.y"), std::nullopt);
  EXPECT_EQ(kernel_default(kReserved, "6.1.0"), "");
  EXPECT_EQ(kernel_default("net.ipv4.tcp_max_syn_backlog", "6.1.0"), std::nullopt) << "scaled by memory";
}

std::string path_of(std::string_view key) {
  std::string path(key);
  for (auto& c : path) c = c == '.' ? '/' : c;
  return "/proc/sys/" + path;
}

/// "refused", else what the kernel then shows.
std::string asked(const Written& written) {
  const int file = ::open(path_of(written.key).c_str(), O_WRONLY | O_CLOEXEC);
  const std::string text = std::string(written.text) + "\n";
  const bool taken = ::write(file, text.data(), text.size()) >= 0;
  ::close(file);
  if (!taken) return "refused";
  std::ifstream shown(path_of(written.key));
  std::stringstream content;
  content << shown.rdbuf();
  return "held:" + std::string(trim(content.str()));
}

TEST(KernelSetting, TheKernelItselfSaysSo) {
  if (const auto reason = test::why_no_private_network(); reason) GTEST_SKIP() << *reason;
  for (const auto& written : kWritten) {
    const test::PrivateNetwork network;  // each begins with what the kernel begins with
    const std::string held = written.held == nullptr ? "refused" : "held:" + std::string(written.held);
    EXPECT_EQ(asked(written), held) << written.key << " = " << written.text;
  }
}

}  // namespace
}  // namespace preflight
