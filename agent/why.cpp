// SPDX-License-Identifier: Apache-2.0
// Everything is read once for all settings that were asked for; what does not bear on them is not read.
#include "agent/why.h"

#include <algorithm>
#include <array>

#include "agent/report/code_frame.h"
#include "policies/assume.h"
#include "policies/nearest.h"
#include "probes/base/text.h"
#include "probes/host/forwarding_host.h"
#include "probes/linux/sysctl_name.h"

namespace preflight {
namespace {

using cli::SettingName;

/// A host on which nothing is executed: where no demand can bear on the settings, haproxy's version does not matter.
class WithoutPrograms final : public ForwardingHost {
 public:
  using ForwardingHost::ForwardingHost;
  [[nodiscard]] Result<std::unique_ptr<PendingCommand>> start(const Command& command) const override {
    return tl::make_unexpected(unread(command.path).value());
  }
};

bool is_demanded(const SettingName& name) {
  return name.kind == SettingName::Kind::open_files || may_be_demanded(name.key);
}

/// What a check that judges an asked key reads beside it, as far as that is cheap to read: no sockets.
void add_needs(CollectRequest& request, const Check& check) {
  constexpr std::array kCheap = {Need::unit, Need::netstat, Need::sockstat, Need::conntrack};
  request.sysctls.insert(check.needs.sysctls.begin(), check.needs.sysctls.end());
  for (const auto need : check.needs.facts) {
    if (std::find(kCheap.begin(), kCheap.end(), need) != kCheap.end()) request.needs.insert(need);
  }
}

CollectRequest request_for(const cli::Options& options) {
  CollectRequest request;
  request.needs = {Need::boot};
  for (const auto& setting : options.settings) {
    if (setting.kind == SettingName::Kind::open_files) {
      request.needs.insert({Need::unit, Need::unit_boot});
      request.sysctls.insert("fs.nr_open");
      continue;
    }
    request.sysctls.insert(setting.key);
    for (const auto* const check : all_checks()) {
      if (looks_at(*check, setting.key)) add_needs(request, *check);
    }
  }
  request.configs = options.configs;
  request.instance = options.instance;
  request.sample = std::chrono::milliseconds(0);
  return request;
}

/// The key's neighbours in /proc/sys as far as they can be seen, and all that a check reads.
std::string missing_sentence(const HostView& host, const std::string& key) {
  auto known = cli::known_settings(all_checks());
  const auto parent = key.substr(0, key.rfind('.'));
  const auto directory = "/proc/sys/" + swap_separators(parent);
  std::vector<std::string> siblings;
  for (const auto& name : host.list(directory).value_or(std::vector<std::string>())) {
    siblings.push_back(std::string(parent).append(".").append(name));
  }
  known.insert(known.begin(), siblings.begin(), siblings.end());
  const auto meant = cli::nearest_setting(key, known);
  return "this kernel has no " + printable(key) + ", and no file sets it" +
         (meant.empty() ? "" : "; did you mean '" + printable(meant) + "'?");
}

/// Finds out about one setting after the other, from facts that hold them all.
class Inquiry {
 public:
  Inquiry(const HostView& host, const Case& scene, bool with_frames)
      : host_(host), scene_(scene), judge_(scene), booted_(values_after_boot(scene.facts)), with_frames_(with_frames) {
    run_.host = scene.facts.host;
  }

  void sysctl(const std::string& key) {
    auto why = why_sysctl(key, scene_.facts);
    add_verdicts(why, judge_, booted_);
    if (!why.exists()) run_.missing.push_back(missing_sentence(host_, key));
    add(std::move(why));
  }

  /// Of one unit, be it haproxy's or not; without a name of every haproxy's.
  void open_files(const std::string& unit) {
    bool found = false;
    for (const auto& instance : scene_.facts.instances) {
      if (!unit.empty() && !is_called(instance, unit)) continue;
      add(why_unit_limit(instance, scene_.facts));
      found = true;
    }
    if (found) return;
    const auto limit = resolve_unit_limit(host_, unit);
    if (!limit && limit.error().code == std::errc::no_such_file_or_directory) {
      run_.missing.push_back("there is no " + printable(unit));
    } else {
      add(why_unit_limit(unit, limit, scene_.facts));
    }
  }

  [[nodiscard]] WhyRun finish() { return std::move(run_); }

 private:
  static bool is_called(const haproxy::InstanceFacts& instance, const std::string& unit) {
    return instance.name == unit || (instance.unit && instance.unit->name == unit) ||
           (instance.unit_limit && instance.unit_limit->id == unit);
  }

  void add(Why why) {
    add_demand(why, scene_);
    const auto* line = why.answers.empty() ? nullptr : why.answers.front().deciding();
    if (with_frames_ && line != nullptr && line->line != 0) {
      why.frame = frames_.around(line->file, line->line, line->text);
    }
    run_.settings.push_back(std::move(why));
  }

  const HostView& host_;
  const Case& scene_;
  SysctlDemand judge_;
  SysctlValues booted_;
  bool with_frames_;
  CodeFrames frames_{host_};
  WhyRun run_;
};

}  // namespace

Result<WhyRun> find_out_why(const HostView& host, const Policy& policy, const cli::Options& options) {
  const WithoutPrograms quiet(host);
  const bool demanded = std::any_of(options.settings.begin(), options.settings.end(), is_demanded);
  auto facts = collect(demanded ? host : quiet, request_for(options));
  if (!facts) return tl::make_unexpected(facts.error());
  assume_configurations(policy.assume, *facts);

  const auto demand = demanded ? compute_demand(*facts) : Demand{};
  const Settings standard;
  const Case scene{*facts, demand, standard, &policy};
  Inquiry inquiry(host, scene, options.format == cli::Format::text);
  for (const auto& setting : options.settings) {
    if (setting.kind == SettingName::Kind::sysctl) {
      inquiry.sysctl(setting.key);
    } else {
      inquiry.open_files(setting.unit);
    }
  }
  return inquiry.finish();
}

}  // namespace preflight
