// SPDX-License-Identifier: Apache-2.0
// Which commands of a script write kernel settings, as far as that is plain from their words (sysctl(8), proc(5)).
#include <algorithm>
#include <array>

#include "probes/base/text.h"
#include "probes/linux/sysctl_name.h"
#include "probes/linux/sysctl_writers/parts.h"
#include "probes/linux/sysctl_writers/shell_commands.h"

namespace preflight::sysctl_writers {
namespace {

using Words = std::vector<ShellWord>;

constexpr int kDeepest = 3;  // sh -c "sh -c ..."

std::string_view program_of(std::string_view word) {
  const auto slash = word.rfind('/');
  return slash == std::string_view::npos ? word : word.substr(slash + 1);
}

bool is_setting(std::string_view path) {
  constexpr std::string_view kRoot = "/proc/sys/";
  return path.substr(0, kRoot.size()) == kRoot;
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

constexpr std::array<std::string_view, 6> kOpening = {"if", "for", "while", "until", "case", "{"};
constexpr std::array<std::string_view, 4> kClosing = {"fi", "done", "esac", "}"};
constexpr std::array<std::string_view, 4> kCarriers = {"sudo", "exec", "command", "nohup"};
constexpr std::array<std::string_view, 5> kShells = {"sh", "bash", "dash", "ash", "ksh"};

class Script {
 public:
  explicit Script(int depth) : depth_(depth) {}

  std::vector<Statement> read(std::string_view text, std::uint32_t first_line) {
    for (const auto& command : shell_commands(text, first_line)) {
      if (!take(command)) break;
      previous_ = command;
    }
    return std::move(statements_);
  }

 private:
  /// False where the script ends.
  bool take(const ShellCommand& command) {
    const auto before = statements_.size();
    const bool plain = nested_ == 0 && runs(command);
    if (nested_ == 0 && command.words.front().text == "exit" && command.joined == Joined::not_at_all) return false;
    if (plain) take_plain(command);
    for (const auto& word : command.words) {
      if (is_one_of(word.text, kOpening)) ++nested_;
      if (is_one_of(word.text, kClosing)) nested_ = std::max(0, nested_ - 1);
      if (!is_one_of(word.text, kOpening) && !is_one_of(word.text, kClosing) && !leads(word.text)) break;
    }
    wrote_ = statements_.size() != before;
    return true;
  }

  /// Words after which a command begins.
  static bool leads(std::string_view word) {
    return word == "then" || word == "else" || word == "elif" || word == "do" || word == "!";
  }

  /// Whether it is executed whatever other commands return; one that sets something is taken to succeed.
  [[nodiscard]] bool runs(const ShellCommand& command) const {
    if (command.joined == Joined::if_it_fails) return false;
    return command.joined != Joined::if_it_succeeds || wrote_;
  }

  void take_plain(const ShellCommand& command) {
    auto first = command.words.begin();
    while (first != command.words.end() && is_one_of(program_of(first->text), kCarriers)) ++first;
    if (first == command.words.end()) return;
    const Words words(first, command.words.end());
    const auto program = program_of(words.front().text);
    if (program == "sysctl") take_sysctl(words, command.line);
    if (program == "echo") take_echo(words, command.output, command.line);
    if (program == "tee" && command.joined == Joined::by_pipe) take_tee(words, command.line);
    if (is_one_of(program, kShells)) take_shell(words, command.line);
  }

  void take_sysctl(const Words& words, std::uint32_t line) {
    bool load = false;
    bool loaded = false;
    for (std::size_t i = 1; i < words.size(); ++i) {
      const std::string_view word = words[i].text;
      if (word == "--system") {
        statements_.emplace_back(LoadsAll{line});
        return;
      }
      if (word.substr(0, 7) == "--load=") {
        statements_.emplace_back(LoadsFile{line, literal(words[i], word.substr(7))});
        return;
      }
      const bool flags = word.size() > 1 && word[0] == '-' && word[1] != '-';
      load = load || word == "--load" || (flags && word.find('p') != std::string_view::npos);
      if (!word.empty() && word.front() == '-') continue;
      loaded = load;
      if (load) statements_.emplace_back(LoadsFile{line, literal(words[i], word)});
      if (!load) take_assignment(words[i], line);
    }
    if (load && !loaded) statements_.emplace_back(LoadsFile{line, "/etc/sysctl.conf"});
  }

  static std::string literal(const ShellWord& word, std::string_view text) {
    return word.computed ? std::string() : std::string(text);
  }

  void take_assignment(const ShellWord& word, std::uint32_t line) {
    const auto equals = word.text.find('=');
    if (equals == std::string::npos) return;
    const auto value = trim(std::string_view(word.text).substr(equals + 1));
    statements_.emplace_back(
        Setting{line, sysctl_key(trim(std::string_view(word.text).substr(0, equals))), literal(word, value)});
  }

  void take_echo(const Words& words, const ShellWord& output, std::uint32_t line) {
    if (is_setting(output.text)) statements_.emplace_back(Setting{line, sysctl_key(output.text), echoed(words)});
  }

  /// What `echo` prints; empty where the shell would compute it.
  static std::string echoed(const Words& words) {
    std::string text;
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (words[i].computed) return {};
      if (text.empty() && (words[i].text == "-n" || words[i].text == "-e")) continue;
      text += (text.empty() ? "" : " ") + words[i].text;
    }
    return text;
  }

  void take_tee(const Words& words, std::uint32_t line) {
    const bool echo = !previous_.words.empty() && program_of(previous_.words.front().text) == "echo";
    for (const auto& word : words) {
      if (!is_setting(word.text)) continue;
      statements_.emplace_back(Setting{line, sysctl_key(word.text), echo ? echoed(previous_.words) : std::string()});
    }
  }

  void take_shell(const Words& words, std::uint32_t line) {
    if (words.size() < 3 || depth_ >= kDeepest) return;
    const std::string_view option = words[1].text;
    if (option.size() < 2 || option.front() != '-' || option.back() != 'c' || words[2].computed) return;
    auto inner = Script(depth_ + 1).read(words[2].text, line);
    std::move(inner.begin(), inner.end(), std::back_inserter(statements_));
  }

  int depth_;
  int nested_ = 0;
  bool wrote_ = false;  // the command before set something
  ShellCommand previous_;
  std::vector<Statement> statements_;
};

}  // namespace

std::vector<Statement> statements_of(std::string_view script, std::uint32_t first_line) {
  return Script(0).read(script, first_line);
}

}  // namespace preflight::sysctl_writers
