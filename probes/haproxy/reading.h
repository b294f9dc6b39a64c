// SPDX-License-Identifier: Apache-2.0
// What the readers of all sections share while one configuration is read: where we are, what was understood so far, and
// how haproxy takes numbers and addresses.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "probes/haproxy/config.h"
#include "probes/haproxy/lexer.h"
#include "probes/haproxy/read_config.h"

namespace preflight::haproxy {

/// `no keyword` and `default keyword`.
enum class Modifier : std::uint8_t { none, no, by_default };

/// One line to be read: words up to the first empty one, the modifier taken off.
class Statement {
 public:
  Statement(const Word* words, std::size_t count, Modifier modifier)
      : words_(words), count_(count), modifier_(modifier) {}

  [[nodiscard]] std::size_t size() const { return count_; }
  /// Beyond the last word: an empty one, as haproxy sees it, in the keyword's column.
  [[nodiscard]] Word operator[](std::size_t i) const {
    if (i < count_) return words_[i];
    return {{}, count_ == 0 ? 1U : words_[0].column};
  }
  [[nodiscard]] std::string_view keyword() const { return (*this)[0].text; }
  [[nodiscard]] Modifier modifier() const { return modifier_; }

 private:
  const Word* words_;
  std::size_t count_;
  Modifier modifier_;
};

/// What may stand where an address is expected.
enum class AddressUse : std::uint8_t {
  listener,      // a port or a range, needed
  stats_socket,  // the same, without the prefix of `unix-bind`
  server,        // a port, an offset or neither
  range,         // an address with a port or a range: `source` of a server
  fixed,         // an address with at most one port
};

/// Where relative file names start.
struct PathBases {
  enum class Default : std::uint8_t { current, config, parent, origin };
  std::string certificates;  // `crt-base`
  std::string authorities;   // `ca-base`
  std::string server_state;  // `server-state-base`
  Default standard = Default::current;
  std::string origin;  // of `default-path origin`
};

/// How a number is taken.
enum class NumberSyntax : std::uint8_t { atol, strict };

class Reading {
 public:
  explicit Reading(const ReadContext& context);

  Environment environment;
  const BinaryFacts* binary = nullptr;  // null: not known
  Config config;
  std::string local_peer;           // whom haproxy takes itself for among peers; empty: not known
  bool local_peer_settled = false;  // by -L
  PathBases bases;
  bool ssl_engine = false;
  bool ssl_async = false;

  /// Where the lines come from.
  void enter_file(const std::string& path) { file_ = std::make_shared<const std::string>(path); }
  void enter_line(std::uint32_t line) { line_ = line; }
  [[nodiscard]] const std::string& file() const { return *file_; }
  [[nodiscard]] Origin origin(const Word& word) const { return {file_, line_, word.column}; }

  /// Whether the binary is known and at least this old or new.
  [[nodiscard]] bool known_at_least(int major, int minor) const;
  [[nodiscard]] bool known_before(int major, int minor) const;

  void remark(RemarkKind kind, const Word& word, std::string text);
  void error(const Word& word, std::string text) { remark(RemarkKind::error, word, std::move(text)); }

  /// Room for one more object; past kObjectLimit a remark, once.
  [[nodiscard]] bool admit(const Word& word);
  /// True, with a remark, when the line has more than `count` arguments.
  bool too_many_arguments(const Statement& line, std::size_t count);
  /// The argument's number, or nothing with a remark when haproxy would refuse it.
  [[nodiscard]] std::optional<Number> number(const Word& keyword, const Word& word, NumberSyntax syntax);
  /// The argument as text, or nothing with a remark when it is missing.
  [[nodiscard]] std::optional<Text> text(const Word& keyword, const Word& word);
  /// The address after its own expansion, or nothing with a remark when haproxy would refuse it here.
  [[nodiscard]] std::optional<Address> address(const Word& word, AddressUse use);

 private:
  [[nodiscard]] std::string_view objection(const Address& address, AddressUse use) const;

  std::shared_ptr<const std::string> file_;
  std::uint32_t line_ = 0;
  std::size_t objects_ = 0;
};

/// A name of a proxy or server may hold letters, digits, '.', ':', '_' and '-'.
[[nodiscard]] bool is_valid_name(std::string_view name);

}  // namespace preflight::haproxy
