// SPDX-License-Identifier: Apache-2.0
// Predicates are answered from the environment and from `haproxy -vv`; what depends on run-time options is unknown.
#include "probes/haproxy/predicate.h"

#include <array>
#include <cstdint>
#include <optional>

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

std::int64_t take_number(std::string_view& text) {
  std::int64_t value = 0;
  while (!text.empty() && is_digit(text.front())) {
    if (value < 1'000'000'000) value = value * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  return value;
}

/// The parts of "3.0.22", "1.1.1w" or "3.2.0-beta1" as openssl_version_parser() in src/ssl_utils.c takes them.
struct OpensslParts {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  std::uint64_t fix = 0;
  std::uint64_t letter = 0;     // 1 for "a"
  std::uint64_t status = 0xFU;  // a release; the number of a beta, 0 for other work in progress
};

std::optional<OpensslParts> openssl_parts(std::string_view text) {
  std::array<std::uint64_t, 3> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i != 0 && (text.empty() || text.front() != '.')) return std::nullopt;
    if (i != 0) text.remove_prefix(1);
    numbers.at(i) = static_cast<std::uint64_t>(take_number(text));
    if (numbers.at(i) > (i == 0 ? 0xFU : 0xFFU)) return std::nullopt;
  }
  OpensslParts parts{.major = numbers[0], .minor = numbers[1], .fix = numbers[2]};
  constexpr std::string_view kBeta = "-beta";
  if (text.substr(0, kBeta.size()) == kBeta) {
    text.remove_prefix(kBeta.size());
    parts.status = static_cast<std::uint64_t>(take_number(text));
    if (parts.status > 14) return std::nullopt;
  } else if (!text.empty() && text.front() == '-') {
    parts.status = 0;
  } else if (!text.empty()) {
    parts.letter = 1;
    for (const char c : text) parts.letter += (static_cast<unsigned>(c) & ~0x20U) - 'A';
    parts.letter &= 0xFFU;
  }
  return parts;
}

Truth version_atleast(const Arguments& arguments, const Environment& /*environment*/, const BinaryFacts* binary) {
  if (binary == nullptr) return Truth::unknown;
  return truth(compare_versions(binary->version_text, arguments[0]) >= 0);
}

Truth version_before(const Arguments& arguments, const Environment& /*environment*/, const BinaryFacts* binary) {
  if (binary == nullptr) return Truth::unknown;
  return truth(compare_versions(binary->version_text, arguments[0]) < 0);
}

/// The number OpenSSL gives its release (OPENSSL_VERSION_NUMBER): since 3.0 the third part stands where the letter of
/// "1.1.1w" stood. Nothing for other libraries, which count their own way.
std::optional<std::uint64_t> openssl_number(std::string_view library) {
  constexpr std::string_view kName = "OpenSSL ";
  if (library.substr(0, kName.size()) != kName) return std::nullopt;
  library.remove_prefix(kName.size());
  const auto parts = openssl_parts(library.substr(0, library.find(' ')));
  if (!parts) return std::nullopt;
  const std::uint64_t release = (parts->major << 28U) | (parts->minor << 20U);
  if (parts->major >= 3) return release | (parts->fix << 4U);
  return release | (parts->fix << 12U) | (parts->letter << 4U) | parts->status;
}

/// What haproxy makes of the argument: always in the layout of 1.x (openssl_version_parser in src/ssl_utils.c).
std::optional<std::uint64_t> wanted_number(std::string_view text) {
  const auto parts = openssl_parts(text);
  if (!parts) return std::nullopt;
  return (parts->major << 28U) | (parts->minor << 20U) | (parts->fix << 12U) | (parts->letter << 4U) | parts->status;
}

/// Below zero when the library is older than the argument says; nothing when it cannot be known.
std::optional<int> compare_openssl(const Arguments& arguments, const BinaryFacts* binary) {
  if (binary == nullptr) return std::nullopt;
  const auto has = openssl_number(binary->tls_built);
  const auto wanted = wanted_number(arguments[0]);
  if (!has || !wanted) return std::nullopt;
  return *has < *wanted ? -1 : *has == *wanted ? 0 : 1;
}

Truth openssl_version_atleast(const Arguments& arguments, const Environment& /*environment*/,
                              const BinaryFacts* binary) {
  const auto order = compare_openssl(arguments, binary);
  return order ? truth(*order >= 0) : Truth::unknown;
}

Truth openssl_version_before(const Arguments& arguments, const Environment& /*environment*/,
                             const BinaryFacts* binary) {
  const auto order = compare_openssl(arguments, binary);
  return order ? truth(*order < 0) : Truth::unknown;
}

Truth ssllib_name_startswith(const Arguments& arguments, const Environment& /*environment*/,
                             const BinaryFacts* binary) {
  if (binary == nullptr || binary->tls_running.empty()) return Truth::unknown;
  return truth(binary->tls_running.rfind(arguments[0], 0) == 0);
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
    Predicate{"openssl_version_atleast", 1, {2, 5, 0}, openssl_version_atleast},
    Predicate{"openssl_version_before", 1, {2, 5, 0}, openssl_version_before},
    Predicate{"ssllib_name_startswith", 1, {2, 5, 0}, ssllib_name_startswith},
    Predicate{"strstr", 2, {2, 8, 0}, strstr},
    Predicate{"enabled", 1, {2, 8, 0}, not_known},
    Predicate{"awslc_api_atleast", 1, {3, 3, 0}, not_known},
    Predicate{"awslc_api_before", 1, {3, 3, 0}, not_known},
};

/// major, minor, released or not, patch or development number.
using Components = std::array<std::int64_t, 4>;

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
