// SPDX-License-Identifier: Apache-2.0
// What the tests of the built program share: a configuration that a bare Debian can carry, and ways to look at a run.
#pragma once

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/sandbox.h"

namespace preflight::test {

/// A test in a sandbox; skipped by name where there is none.
class Program : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto missing = sandbox_missing(); !missing.empty()) GTEST_SKIP() << missing;
  }
  [[nodiscard]] Finished run(const std::string& script) const { return sandbox_.run(script); }
  [[nodiscard]] const Sandbox& sandbox() const { return sandbox_; }

 private:
  Sandbox sandbox_{PREFLIGHT_PROGRAM};
};

/// Writes haproxy.cfg to /etc/haproxy: nothing to find but that haproxy does not run, which is an info here.
inline const std::string kSoundConfig = R"(
cat >/etc/haproxy/haproxy.cfg <<'CONFIG'
global
  maxconn 1000
defaults
  mode http
  timeout connect 5s
  timeout client 50s
  timeout server 50s
frontend web
  bind 127.0.0.1:8080
  default_backend app
backend app
  server a 127.0.0.1:9000
CONFIG
)";

/// The same with a maxconn that needs more descriptors than anybody may have: an error, and a warning for the backlog.
inline const std::string kTooLarge =
    kSoundConfig + "sed -i 's/maxconn 1000/maxconn 900000000/' /etc/haproxy/haproxy.cfg\n";

/// A queue longer than the kernel's, and empty directories where apply writes.
inline const std::string kLongQueue = kSoundConfig + R"(
sed -i 's/bind 127.0.0.1:8080/&\n  backlog 30000/; s/maxconn 1000/maxconn 30000/' /etc/haproxy/haproxy.cfg
for each in /etc/sysctl.d /var/lib; do mount -t tmpfs -o mode=755 tmpfs $each; done
echo 4096 >/proc/sys/net/core/somaxconn
)";

/// Neither a control character (but the line end) nor a byte that is not UTF-8 as printable() writes it.
inline bool is_safe_on_a_terminal(const std::string& text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n') || byte == 0x7F) return false;
  }
  return true;
}

inline nlohmann::json parsed(const Finished& finished) {
  auto document = nlohmann::json::parse(finished.out, nullptr, false);
  EXPECT_FALSE(document.is_discarded()) << finished.out << finished.err;
  return document;
}

/// The results of one check in a JSON report.
inline std::vector<nlohmann::json> results_of(const nlohmann::json& report, const std::string& check) {
  std::vector<nlohmann::json> found;
  for (const auto& result : report.at("results")) {
    if (result.at("check") == check) found.push_back(result);
  }
  return found;
}

}  // namespace preflight::test
