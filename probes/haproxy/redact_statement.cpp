// SPDX-License-Identifier: Apache-2.0
// Where haproxy.cfg holds secrets: keyword by keyword, header by header, and in the arguments of expressions.
#include "probes/haproxy/redact_statement.h"

#include <algorithm>
#include <array>

#include "probes/base/text.h"
#include "probes/haproxy/secret_name.h"

namespace preflight::haproxy {
namespace {

using namespace std::string_view_literals;

constexpr auto kEnd = std::string::npos;
constexpr std::array kSecretFollows = {"insecure-password"sv, "ca-sign-pass"sv, "dynamic-cookie-key"sv,
                                       "cluster-secret"sv,    "acme-vars"sv,    "passphrase"sv};
constexpr std::array kHeaderFollows = {"set-header"sv,     "add-header"sv,    "hdr"sv,           "header"sv,
                                       "replace-header"sv, "replace-value"sv, "replace-cookie"sv};
constexpr std::array kKeyed = {"jwt_verify("sv,  "hmac("sv,        "aes_gcm_dec("sv,
                               "aes_gcm_enc("sv, "aes_cbc_dec("sv, "aes_cbc_enc("sv};
constexpr std::array kFetches = {"hdr("sv,       "hdr_"sv,  "cook("sv, "cook_"sv,
                                 "url_param("sv, "urlp("sv, "urlp_"sv, "var("sv};
constexpr std::array kVariableScopes = {"proc."sv, "sess."sv, "txn."sv, "req."sv, "res."sv, "check."sv};
constexpr std::array kSchemes = {"Basic"sv, "Bearer"sv, "Digest"sv, "Negotiate"sv};

template <typename List>
bool among(const List& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool starts(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

/// A key that is a variable or a file's name tells nothing.
bool is_reference(std::string_view key) {
  return starts(key, "/") ||
         std::any_of(kVariableScopes.begin(), kVariableScopes.end(), [key](auto scope) { return starts(key, scope); });
}

bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/// A statement of one line: its words, and the line they can be masked in.
class Statement {
 public:
  Statement(std::string& text, std::size_t offset, const RawLine& raw, Secrets& secrets)
      : text_(text), offset_(offset), raw_(raw), secrets_(secrets) {}

  void redact() {
    if (count() == 0) return;
    keyword_arguments();
    for (std::size_t i = 0; i < count(); ++i) {
      following(i);
      assignments(i);
      addresses(i);
      keyed_functions(i);
    }
    if (compares_secret()) literals();
  }

 private:
  [[nodiscard]] std::size_t count() const { return raw_.words.size(); }
  [[nodiscard]] std::string_view word(std::size_t i) const {
    return i < count() ? std::string_view(raw_.words[i].text) : std::string_view();
  }

  /// Masks bytes [from, to) of a word and keeps what they said.
  void mask(std::size_t i, std::size_t from = 0, std::size_t to = kEnd) {
    if (i >= count()) return;
    const auto& masked = raw_.words[i];
    to = std::min(to, masked.text.size());
    if (from >= to) return;
    const auto begin = masked.at[from];
    const auto end = masked.at[to];
    note(std::string_view(masked.text).substr(from, to - from));
    note(std::string_view(text_).substr(offset_ + begin, end - begin));
    for (auto at = begin; at < end; ++at) {
      if (!raw_.syntax[at]) text_[offset_ + at] = '*';
    }
    auto inside = std::lower_bound(raw_.references.begin(), raw_.references.end(), begin,
                                   [](const Reference& reference, std::size_t at) { return reference.begin < at; });
    for (; inside != raw_.references.end() && inside->begin < end; ++inside) secrets_.variables.insert(inside->name);
  }

  /// The whole and, because "Bearer TOKEN" is logged as TOKEN, its parts.
  void note(std::string_view secret) {
    while (!secret.empty() && (secret.back() == '"' || secret.back() == '\'')) secret.remove_suffix(1);
    while (!secret.empty() && (secret.front() == '"' || secret.front() == '\'')) secret.remove_prefix(1);
    secrets_.keep(secret);
    for (const auto part : words(secret)) {
      if (!among(kSchemes, part)) secrets_.keep(part);
    }
  }

  void keyword_arguments() {
    const auto first = word(0);
    if (first == "stats" && word(1) == "auth") {
      if (const auto colon = word(2).find(':'); colon != kEnd) mask(2, colon + 1);
    } else if (first == "user") {
      for (std::size_t i = 2; i < count(); ++i) {
        if (word(i) == "password") mask(i + 1);
      }
    } else if (first == "setenv" || first == "presetenv") {
      if (names_secret(word(1)) || secrets_.variables.count(word(1)) != 0) {
        secrets_.variables.emplace(word(1));
        mask(2);
      }
    } else if (first == "set-var-fmt" && names_secret(word(1))) {
      mask(2);
    } else if (first == "tcp-check" && starts(word(1), "send")) {
      check_payload(starts(word(1), "send-binary"));
    } else if (first == "acl") {
      patterns(2);
    }
  }

  /// `tcp-check send "AUTH secret\r\n"`, inline or in redis' bulk form, and the same in hexadecimal.
  void check_payload(bool binary) {
    for (std::size_t i = 2; i < count() && word(i) != "comment"; ++i) {
      const auto payload = lowercase(word(i));
      for (const auto* const verb : {"auth", "pass", "login"}) {
        const auto at = payload.find(verb);
        if (at != kEnd) mask(i, payload.find_first_of(" \t\r\n", at));
      }
      if (binary && (payload.find("61757468") != kEnd || payload.find("41555448") != kEnd ||
                     payload.find("70617373") != kEnd || payload.find("50415353") != kEnd)) {
        mask(i);
      }
    }
  }

  void following(std::size_t i) {
    if (among(kSecretFollows, word(i))) mask(i + 1);
    if (among(kHeaderFollows, word(i)) && names_secret(word(i + 1))) {
      mask(i + 2);
      if (starts(word(i), "replace-")) mask(i + 3);
    }
    if (starts(word(i), "set-var-fmt(") && names_secret(argument(i))) mask(i + 1);
    if (word(i) == "{") patterns(i + 1);
  }

  /// The first argument of the last function in a word: "txn.token" of set-var(txn.token).
  [[nodiscard]] std::string_view argument(std::size_t i) const {
    const auto open = word(i).find('(');
    if (open == kEnd) return {};
    const auto rest = word(i).substr(open + 1);
    return rest.substr(0, rest.find_first_of(",)"));
  }

  [[nodiscard]] bool fetches_secret(std::size_t i) const {
    const auto fetch = word(i);
    if (starts(fetch, "http_auth_pass") || starts(fetch, "http_auth_bearer")) return true;
    const auto known = [fetch](auto name) { return fetch.substr(0, fetch.find('(') + 1).find(name) != kEnd; };
    return std::any_of(kFetches.begin(), kFetches.end(), known) && names_secret(argument(i));
  }

  /// The patterns that a secret is compared with: `{ req.hdr(Authorization) -m str "Bearer x" }`.
  void patterns(std::size_t fetch) {
    while (word(fetch) == "!") ++fetch;
    if (!fetches_secret(fetch)) return;
    for (auto i = fetch + 1; i < count() && word(i) != "}"; ++i) {
      if (word(i) == "-m" || word(i) == "-f" || word(i) == "-M") {
        ++i;
      } else if (!starts(word(i), "-")) {
        mask(i);
      }
    }
  }

  /// NAME=value inside a word: of a request's parameters or body, a cookie, an argument of a script.
  void assignments(std::size_t i) {
    const auto text = word(i);
    for (auto equals = text.find('='); equals != kEnd; equals = text.find('=', equals + 1)) {
      auto name = equals;
      while (name > 0 && in_name(text[name - 1])) --name;
      if (!names_secret(text.substr(name, equals - name))) continue;
      mask(i, equals + 1, std::min(text.find_first_of("&;,\"'|) \t\r\n", equals + 1), text.size()));
    }
  }

  /// scheme://user:password@host, and a header written into a check's request.
  void addresses(std::size_t i) {
    const auto text = word(i);
    for (auto at = text.find("://"); at != kEnd; at = text.find("://", at + 3)) {
      const auto stop = std::min(text.find_first_of("/@ ", at + 3), text.size());
      const auto colon = text.find(':', at + 3);
      if (stop < text.size() && text[stop] == '@' && colon < stop) mask(i, colon + 1, stop);
    }
    constexpr auto kHeader = "authorization:"sv;
    const auto folded = lowercase(text);
    for (auto at = folded.find(kHeader); at != kEnd; at = folded.find(kHeader, at)) {
      const auto end = std::min(text.find_first_of("\r\n", at), text.size());
      mask(i, at + kHeader.size(), end);
      at = end;
    }
  }

  /// jwt_verify(alg,key) and its kin: a key is a secret unless it is a variable or a file's name.
  void keyed_functions(std::size_t i) {
    const auto text = word(i);
    for (const auto function : kKeyed) {
      for (auto at = text.find(function); at != kEnd; at = text.find(function, at)) {
        const auto close = std::min(text.find(')', at), text.size());
        for (auto comma = text.find(',', at); comma < close; comma = text.find(',', comma + 1)) {
          const auto end = std::min(text.find(',', comma + 1), close);
          const auto key = text.substr(comma + 1, end - comma - 1);
          if (!is_reference(trim(key))) mask(i, comma + 1, end);
        }
        at = close;
      }
    }
  }

  [[nodiscard]] bool compares_secret() const {
    if (word(0) == "set-var" && names_secret(word(1))) return true;
    for (std::size_t i = 0; i < count(); ++i) {
      if (word(i).find("secure_memcmp") != kEnd) return true;
      if (starts(word(i), "set-var(") && names_secret(argument(i))) return true;
    }
    return false;
  }

  /// str(...) and bin(...), the constants of expressions.
  void literals() {
    for (std::size_t i = 0; i < count(); ++i) {
      for (const auto function : {"str("sv, "bin("sv}) {
        for (auto at = word(i).find(function); at != kEnd; at = word(i).find(function, at)) {
          const auto close = std::min(word(i).find(')', at), word(i).size());
          mask(i, at + function.size(), close);
          at = close;
        }
      }
    }
  }

  std::string& text_;
  std::size_t offset_;
  const RawLine& raw_;
  Secrets& secrets_;
};

}  // namespace

void redact_statement(std::string& text, std::size_t offset, const RawLine& raw, Secrets& secrets) {
  Statement(text, offset, raw, secrets).redact();
}

}  // namespace preflight::haproxy
