// SPDX-License-Identifier: Apache-2.0
// Sections registered by haproxy 2.4 to 3.4 (REGISTER_CONFIG_SECTION).
#include "probes/haproxy/section_names.h"

#include <algorithm>
#include <array>

namespace preflight::haproxy {
namespace {

constexpr auto kSections = std::to_array<Section>({
    {"acme", SectionKind::other, {3, 2, 0}},
    {"backend", SectionKind::proxy},
    {"cache", SectionKind::other},
    {"crt-store", SectionKind::certificate_store, {3, 0, 0}},
    {"defaults", SectionKind::proxy},
    {"fcgi-app", SectionKind::other},
    {"frontend", SectionKind::proxy},
    {"global", SectionKind::global},
    {"healthcheck", SectionKind::other, {3, 4, 0}},
    {"http-errors", SectionKind::other},
    {"listen", SectionKind::proxy},
    {"log-forward", SectionKind::log_forward},
    {"log-profile", SectionKind::other, {3, 1, 0}},
    {"mailers", SectionKind::mailers},
    {"namespace_list", SectionKind::other},
    {"peers", SectionKind::peers},
    {"program", SectionKind::program, {}, {3, 3, 0}},
    {"resolvers", SectionKind::resolvers},
    {"ring", SectionKind::ring},
    {"traces", SectionKind::other, {3, 1, 0}},
    {"userlist", SectionKind::other},
});

}  // namespace

const Section* find_section(std::string_view word) {
  const auto* const found =
      std::lower_bound(kSections.begin(), kSections.end(), word,
                       [](const Section& section, std::string_view name) { return section.name < name; });
  return found != kSections.end() && found->name == word ? found : nullptr;
}

bool is_registered(const Section& section, const BinaryFacts* binary) {
  if (binary == nullptr) return true;
  const bool removed = section.removed != Version{} && binary->version >= section.removed;
  return binary->version >= section.since && !removed;
}

}  // namespace preflight::haproxy
