// SPDX-License-Identifier: Apache-2.0
// A commit of libsemanage renames active/ to previous/ and then its sandbox to active/: killed in between it leaves a
// store that lists nothing, without an error, and that no later transaction can open. Killed a little later it leaves a
// policy on disk that is older than the store.
#include <algorithm>

#include "policies/listening.h"
#include "policies/selinux.h"

namespace preflight::checks {
namespace {

constexpr Need kNeeds[] = {Need::selinux};
constexpr std::string_view kReferences[] = {"semanage.conf(5)", "semodule(8), --build",
                                            "libsemanage src/semanage_store.c, semanage_commit_sandbox"};

Fail broken(Severity severity, const std::string& object, std::string why) {
  Fail fail{severity, {}};
  fail.detail.where.object = object;
  fail.detail.why = std::move(why);
  return fail;
}

std::string text_of(const selinux::PortRecord& port) {
  return std::string(to_string(port.protocol)) + " " + std::to_string(port.low) +
         (port.low == port.high ? "" : "-" + std::to_string(port.high)) + " " + port.type;
}

/// What the store says and the policy on disk does not.
std::vector<std::string> missing_in(const selinux::PolicyAnswer& installed, const SelinuxStore& store) {
  std::vector<std::string> missing;
  for (const auto& [name, value] : *store.booleans) {
    const auto found = installed.booleans.find(name);
    if (found == installed.booleans.end() || found->second != value) {
      missing.push_back("boolean " + name + " is " + (value ? "on" : "off"));
    }
  }
  for (const auto& port : *store.ports) {
    const bool there = std::find(installed.ports.begin(), installed.ports.end(), port) != installed.ports.end();
    if (!there) missing.push_back("port " + text_of(port));
  }
  return missing;
}

Outcome judge(const SelinuxStore& store, const SelinuxFacts& selinux) {
  if (!store.active) {
    auto fail =
        broken(Severity::error, store.path + "/active",
               "the store has lost its active part in a commit that was cut off: semanage lists nothing and can "
               "change nothing");
    fail.detail.evidence.emplace_back(store.previous ? "previous/ holds what it was before that commit"
                                                     : "previous/ is missing too");
    return fail;
  }
  if (!store.booleans) return Unknown{store.booleans.error()};
  if (!store.ports) return Unknown{store.ports.error()};
  if (!selinux.installed) {
    if (!is_missing(selinux.installed.error())) return Unknown{selinux.installed.error()};
    return broken(Severity::error, selinux.installed.error().object, "there is no policy for the next boot to load");
  }
  const auto missing = missing_in(*selinux.installed, store);
  if (!missing.empty()) {
    auto fail = broken(Severity::warning, selinux.installed_path,
                       "the policy on disk lacks what the store holds: a commit was cut off before it was installed");
    for (std::size_t i = 0; i < std::min<std::size_t>(missing.size(), 4); ++i) {
      fail.detail.evidence.push_back("not in the policy: " + missing[i]);
    }
    return fail;
  }
  if (store.leftover) {
    return broken(Severity::info, store.path + "/tmp",
                  "a transaction of semanage is under way, or was cut off; the next one cleans up");
  }
  return Pass{};
}

Outcomes evaluate(const Case& c) {
  if (!c.facts.selinux) return one(subject::host(), NotApplicable{std::string(without_selinux(c.facts))});
  const auto& selinux = *c.facts.selinux;
  if (!selinux.store && is_missing(selinux.store.error())) {
    return one(subject::host(), NotApplicable{"this host has no store of SELinux modules"});
  }
  if (!selinux.store) return one(subject::host(), Unknown{selinux.store.error()});
  return one(subject::file(selinux.store->path), judge(*selinux.store, selinux));
}

}  // namespace

extern constinit const Check selinux_store_is_healthy{
    .id = "selinux_store_is_healthy",
    .title = "The store of the SELinux policy is whole",
    .rationale =
        "A semanage or setsebool that was killed can leave the store without its active part. Lists are then empty "
        "without an error, and every later change fails, for ever.",
    .advice = "Put previous/ back as active/ (lbpreflight's remedy does), then check the labels and booleans again.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds},
    .references = kReferences,
    .evaluate = evaluate,
    .remedy = "repair_selinux_store",
};

}  // namespace preflight::checks
