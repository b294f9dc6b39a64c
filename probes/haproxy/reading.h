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
  listener,           // a port or a range, needed
  datagram_listener,  // the same for UDP: `dgram-bind`
  stats_socket,       // the same, without the prefix of `unix-bind`
  server,             // a port, an offset or neither
  range,              // an address with a port or a range: `source` of a server
  fixed,              // an address with at most one port
  log_target,         // UDP unless written otherwise, perhaps a descriptor
  nameserver,         // UDP unless written otherwise, with a port
  connected,          // with a port: a mailer
};

/// `default-path` (src/cfgparse.c cfg_apply_default_path).
enum class DefaultPath : std::uint8_t {
  current,  // haproxy's working directory
  config,   // the directory of the file being read
  parent,   // the one above it
  origin,   // a directory named once
};

/// Where relative file names start.
struct PathBases {
  std::string certificates;  // `crt-base`
  std::string authorities;   // `ca-base`
  std::string server_state;  // `server-state-base`
};

/// How a number is taken.
enum class NumberSyntax : std::uint8_t {
  atol,    // up to the first letter, without a word
  strict,  // nothing but digits
  size,    // digits and a unit: k, m or g
};

class Reading {
 public:
  explicit Reading(const ReadContext& context);

  Environment environment;
  const BinaryFacts* binary = nullptr;  // null: not known
  Config config;
  std::string local_peer;           // whom haproxy takes itself for among peers; empty: not known
  bool local_peer_settled = false;  // by -L
  bool experimental = false;        // `expose-experimental-directives`
  PathBases bases;

  /// Where the lines come from.
  void enter_file(const std::string& path);
  void enter_line(std::uint32_t line) { line_ = line; }
  [[nodiscard]] std::uint32_t line() const { return line_; }

  /// `default-path`: against what the relative paths of the lines that follow are taken, here and in the files after
  /// this one. `directory` is that of `origin`.
  void set_default_path(DefaultPath mode, std::string directory);
  /// A path as haproxy opens it while it reads this line; relative to its working directory where `default-path` does
  /// not say otherwise.
  [[nodiscard]] std::string located(std::string_view path) const;
  /// Where haproxy is while it reads this line; empty: where it was started.
  [[nodiscard]] const std::string& directory() const { return base_directory_; }
  [[nodiscard]] const std::string& file() const { return *file_; }
  [[nodiscard]] Origin origin(const Word& word) const { return {file_, line_, word.column}; }

  /// Whether the binary is known and at least this old or new.
  [[nodiscard]] bool known_at_least(int major, int minor) const;
  [[nodiscard]] bool known_before(int major, int minor) const;

  void add(Remark remark);
  void remark(RemarkKind kind, const Word& word, std::string text) {
    add({.kind = kind, .origin = origin(word), .text = std::move(text)});
  }
  /// `word` is where the variable stands.
  void unset_variable(const Word& word, std::string_view name, Gap gap);
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
  void apply_default_path();

  std::shared_ptr<const std::string> file_;
  DefaultPath default_path_ = DefaultPath::current;
  std::string origin_;          // of DefaultPath::origin
  std::string base_directory_;  // empty: haproxy's working directory
  std::uint32_t line_ = 0;
  std::size_t objects_ = 0;
};

/// A word for people: hostile bytes escaped, and not longer than a line.
[[nodiscard]] std::string shown(std::string_view text);

/// A name of a proxy or server may hold letters, digits, '.', ':', '_' and '-'.
[[nodiscard]] bool is_valid_name(std::string_view name);

}  // namespace preflight::haproxy
