// SPDX-License-Identifier: Apache-2.0
// Finding an instance's rules among the policy's answers.
#include "probes/linux/selinux.h"

#include <algorithm>
#include <array>

namespace preflight {

std::string_view to_string(SelinuxMode mode) {
  static constexpr std::array<std::string_view, 3> kWords = {"disabled", "permissive", "enforcing"};
  return kWords.at(static_cast<std::size_t>(mode));
}

Result<const selinux::DomainRules*> SelinuxFacts::rules_of(const Result<selinux::Subject>& subject) const {
  if (!subject) return tl::make_unexpected(subject.error());
  if (!loaded) return tl::make_unexpected(loaded.error());
  const auto& asked = question.subjects;
  const auto found = std::find(asked.begin(), asked.end(), *subject);
  const auto index = static_cast<std::size_t>(found - asked.begin());
  if (index >= loaded->domains.size()) return unread(subject->context);
  return &loaded->domains[index];
}

Result<const selinux::DomainRules*> SelinuxFacts::rules_of(const std::string& instance) const {
  const auto found = identities.find(instance);
  if (found == identities.end()) return unread(instance);
  return rules_of(found->second.now());
}

}  // namespace preflight
