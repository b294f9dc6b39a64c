// SPDX-License-Identifier: Apache-2.0
// What checks of files share: a judgement for each configuration that somebody wrote, and what stands at its paths.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "policies/check.h"
#include "probes/haproxy/file_facts.h"
#include "probes/haproxy/instances.h"

namespace preflight {

/// Calls `judge(instance, outcomes)` for each instance whose configuration was read. One that the policy assumes names
/// no file.
template <typename F>
[[nodiscard]] Outcomes for_each_configuration(const Case& c, F&& judge) {
  Outcomes outcomes;
  for (const auto& instance : c.facts.instances) {
    const auto about = subject::instance(instance.name);
    if (!instance.config) {
      outcomes.push_back({about, Unknown{instance.config.error()}});
    } else if (instance.source == haproxy::ConfigSource::assumed) {
      outcomes.push_back({about, NotApplicable{"there is no configuration; the policy assumes one"}});
    } else {
      judge(instance, outcomes);
    }
  }
  return outcomes;
}

/// Calls `target(log)` once for each target that the configuration logs to.
template <typename F>
void for_each_log(const haproxy::Config& config, F&& target) {
  std::set<std::string_view> known;
  const auto each = [&](const std::vector<haproxy::LogTarget>& logs) {
    for (const auto& log : logs) {
      if (known.insert(log.text).second) target(log);
    }
  };
  each(config.global.logs);
  for (const auto& proxy : config.proxies) {
    if (!proxy.disabled) each(proxy.logs);
  }
}

/// What stands at a path as the configuration writes it, seen as the starter of haproxy sees it.
[[nodiscard]] Result<PathStatus> status_of(const haproxy::InstanceFacts& instance, const std::string& path);

/// "0660"
[[nodiscard]] std::string octal(std::uint32_t mode);

/// "a directory", "a socket", ...
[[nodiscard]] std::string_view name_of(FileKind kind);

}  // namespace preflight
