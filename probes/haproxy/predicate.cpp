// SPDX-License-Identifier: Apache-2.0
// Predicates are answered from the environment and from `haproxy -vv`; what depends on the linked libraries or on
// run-time options is unknown.
#include "probes/haproxy/predicate.h"

#include <array>

#include "probes/haproxy/characters.h"

namespace preflight::haproxy {
namespace {

using Arguments = Predicate::Arguments;

Truth truth(bool value) { return value ? Truth::yes : Truth::no; }

Truth defined(const Arguments& arguments, const Environment& environment, const BinaryFacts* /*binary*/) {
  return truth(environment.find(arguments[0]) != environment.end());
}

Truth feature(const Arguments& arguments, const Environment& /*environment*/, const BinaryFacts* binary) {
  if (binary == nullptr) return Truth::unknown;
  return truth(binary->features.find(arguments[0]) != binary->features.end());
}

Truth streq(const Arguments& arguments, const Environment& /*environment*/, const BinaryFacts* /*binary*/) {
  return truth(arguments[0] == arguments[1]);
}

Truth strneq(const Arguments& arguments, const Environment& /*environment*/, const BinaryFacts* /*binary*/) {
  return truth(arguments[0] != arguments[1]);
}

Truth strstr(const Arguments& arguments, const Environment& /*environment*/, const BinaryFacts* /*binary*/) {
  return truth(arguments[0].find(arguments[1]) != std::string::npos);
}

Truth version_atleast(const Arguments& arguments, const Environment& /*environment*/, const BinaryFacts* binary) {
  if (binary == nullptr) return Truth::unknown;
  return truth(compare_versions(binary->version_text, arguments[0]) >= 0);
}

Truth version_before(const Arguments& arguments, const Environment& /*environment*/, const BinaryFacts* binary) {
  if (binary == nullptr) return Truth::unknown;
  return truth(compare_versions(binary->version_text, arguments[0]) < 0);
}

Truth not_known(const Arguments& /*arguments*/, const Environment& /*environment*/, const BinaryFacts* /*binary*/) {
  return Truth::unknown;
}

constexpr std::array kPredicates = {
    Predicate{"defined", 1, {2, 4, 0}, defined},
    Predicate{"feature", 1, {2, 4, 0}, feature},
    Predicate{"streq", 2, {2, 4, 0}, streq},
    Predicate{"strneq", 2, {2, 4, 0}, strneq},
    Predicate{"version_atleast", 1, {2, 4, 0}, version_atleast},
    Predicate{"version_before", 1, {2, 4, 0}, version_before},
    Predicate{"openssl_version_atleast", 1, {2, 5, 0}, not_known},
    Predicate{"openssl_version_before", 1, {2, 5, 0}, not_known},
    Predicate{"ssllib_name_startswith", 1, {2, 5, 0}, not_known},
    Predicate{"strstr", 2, {2, 8, 0}, strstr},
    Predicate{"enabled", 1, {2, 8, 0}, not_known},
    Predicate{"awslc_api_atleast", 1, {3, 3, 0}, not_known},
    Predicate{"awslc_api_before", 1, {3, 3, 0}, not_known},
};

/// major, minor, released or not, patch or development number.
using Components = std::array<std::int64_t, 4>;

std::int64_t take_number(std::string_view& text) {
  std::int64_t value = 0;
  while (!text.empty() && is_digit(text.front())) {
    if (value < 1'000'000'000) value = value * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  return value;
}

Components components(std::string_view text) {
  Components parts{0, 0, 1, 0};
  parts[0] = take_number(text);
  if (text.empty() || text.front() != '.') return parts;
  text.remove_prefix(1);
  parts[1] = take_number(text);
  constexpr std::string_view kDevelopment = "-dev";
  if (text.substr(0, kDevelopment.size()) == kDevelopment) {
    parts[2] = 0;
    text.remove_prefix(kDevelopment.size());
    parts[3] = take_number(text);
  } else if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    parts[3] = take_number(text);
  }
  return parts;
}

}  // namespace

const Predicate* find_predicate(std::string_view name, const BinaryFacts* binary) {
  for (const Predicate& predicate : kPredicates) {
    if (predicate.name != name) continue;
    return binary == nullptr || binary->version >= predicate.since ? &predicate : nullptr;
  }
  return nullptr;
}

int compare_versions(std::string_view left, std::string_view right) {
  const auto a = components(left);
  const auto b = components(right);
  return a < b ? -1 : a == b ? 0 : 1;
}

}  // namespace preflight::haproxy
