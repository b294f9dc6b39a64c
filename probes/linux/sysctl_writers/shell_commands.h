// SPDX-License-Identifier: Apache-2.0
// A shell script as its simple commands: read, never executed (POSIX Shell Command Language, sections 2.2 to 2.9).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace preflight::sysctl_writers {

/// One word, its quotes removed.
struct ShellWord {
  std::string text;
  bool computed = false;  // holds a '$' or a backquote: what it becomes only the shell knows
};

/// How a command is joined to the one before it.
enum class Joined : std::uint8_t { not_at_all, by_pipe, if_it_succeeds, if_it_fails };

struct ShellCommand {
  std::uint32_t line = 0;
  Joined joined = Joined::not_at_all;
  std::vector<ShellWord> words;  // keywords of the shell among them
  ShellWord output{};            // of `> FILE`
};

/// Of the first million bytes. What follows an open quote belongs to one word; here-documents are left out.
[[nodiscard]] std::vector<ShellCommand> shell_commands(std::string_view script, std::uint32_t first_line);

}  // namespace preflight::sysctl_writers
