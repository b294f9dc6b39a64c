// SPDX-License-Identifier: Apache-2.0
// A name is judged by its parts between '_', '-' and '.'; the last part may say that it is only a place.
#include "probes/haproxy/secret_name.h"

#include <algorithm>
#include <array>
#include <string>

namespace preflight::haproxy {
namespace {

using namespace std::string_view_literals;

constexpr std::array kPlaces = {"HOST"sv,    "PORT"sv,   "ADDR"sv, "ADDRESS"sv, "IP"sv,      "FILE"sv,
                                "PATH"sv,    "DIR"sv,    "NAME"sv, "USER"sv,    "TIMEOUT"sv, "TTL"sv,
                                "ENABLED"sv, "DOMAIN"sv, "URL"sv,  "URI"sv};
constexpr std::array kWhole = {"AUTH"sv, "PW"sv, "PWD"sv, "PSK"sv, "HMAC"sv, "SESSION"sv, "SID"sv, "COOKIE"sv};
constexpr std::array kEnds = {"KEY"sv, "PASS"sv, "PASSWD"sv, "TOKEN"sv, "TOKENS"sv, "KEYS"sv};
constexpr std::array kInside = {"PASSW"sv, "PASSPHRASE"sv, "SECRET"sv, "CREDENTIAL"sv, "AUTHORIZATION"sv};

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool secret_part(std::string_view part) {
  return std::find(kWhole.begin(), kWhole.end(), part) != kWhole.end() ||
         std::any_of(kEnds.begin(), kEnds.end(), [part](auto end) { return ends_with(part, end); }) ||
         std::any_of(kInside.begin(), kInside.end(),
                     [part](auto inside) { return part.find(inside) != std::string_view::npos; });
}

}  // namespace

bool names_secret(std::string_view name) {
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  std::string_view rest = upper;
  bool secret = false;
  for (;;) {
    const auto end = rest.find_first_of("_-.");
    const auto part = rest.substr(0, end);
    secret = secret || secret_part(part);
    if (end == std::string_view::npos) {
      return secret && std::find(kPlaces.begin(), kPlaces.end(), part) == kPlaces.end();
    }
    rest.remove_prefix(end + 1);
  }
}

}  // namespace preflight::haproxy
