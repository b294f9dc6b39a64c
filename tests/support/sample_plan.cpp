// SPDX-License-Identifier: Apache-2.0
// The smallest plan that is like a real one.
#include "tests/support/sample_plan.h"

#include <unistd.h>

namespace preflight::test {
FileImage file_of(const std::string& content) {
  FileImage image;
  image.content = content;
  image.uid = ::geteuid();
  image.gid = ::getegid();
  return image;
}

Plan sample_plan() {
  Plan plan;
  plan.host = "lb07";
  plan.made_at = 1792492800;
  plan.request.configs = {"/etc/haproxy/haproxy.cfg"};
  const auto step = [](Change change) {
    return Step{.change = std::move(change), .remedies = {"raise_sysctl"}, .why = {"the queue is short"}};
  };
  plan.steps = {
      step(SysctlWrite{"net.core.somaxconn", "4096", "30000"}),
      step(FileWrite{"/etc/sysctl.d/zz-lbpreflight.conf", std::nullopt, file_of("net.core.somaxconn = 30000\n")}),
      step(DirectoryWrite{"/etc/systemd/system/haproxy.service.d"}),
      step(FileWrite{"/etc/systemd/system/haproxy.service.d/zz-lbpreflight.conf", std::nullopt,
                     file_of("[Service]\nLimitNOFILE=70000\n")}),
  };
  plan.cures = {{"somaxconn_covers_backlog", "sysctl:net.core.somaxconn", Severity::warning, "the queue is short",
                 "at least 30,000 connections", "raise_sysctl", Outlook::resolved}};
  plan.uncured = {
      {"maxconn_is_set", "instance:haproxy.service", Severity::info, "not set", "a person decides", {"set it"}}};
  plan.forecasts = {
      {"net.core.somaxconn", "4096", "30000", "4096", "30000", "", "/etc/sysctl.d/zz-lbpreflight.conf:1", ""}};
  plan.pending = {"restart haproxy.service"};
  plan.looks_take = std::chrono::milliseconds(120);
  plan.grounds = {{"machine-id", "0123"}, {"from:net.core.somaxconn", "4096"}};
  return plan;
}

}  // namespace preflight::test
