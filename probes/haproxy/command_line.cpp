// SPDX-License-Identifier: Apache-2.0
// argv as src/haproxy.c haproxy_init_args() reads it: an option is known by its first letters ("-Wx" is -W), and one
// that takes an argument takes the next word whatever it looks like.
#include "probes/haproxy/command_line.h"

#include <charconv>
#include <string_view>

namespace preflight::haproxy {
namespace {

using Arguments = std::vector<std::string>;

/// atol(3): the leading number, 0 without one.
std::int64_t leading_number(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\n\v\f\r");
  if (start == std::string_view::npos) return 0;
  text.remove_prefix(start);
  if (text.front() == '+') text.remove_prefix(1);
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// -v ends the program, -4 -c -D -q -V -W -d... stand alone; everything else is followed by a word.
bool takes_argument(std::string_view option) {
  constexpr std::string_view kAlone = "vd4cDWqV";
  if (option.substr(0, 2) == "cc") return true;
  return kAlone.find(option.front()) == std::string_view::npos;
}

void take(CommandLine& line, char option, const std::string& argument) {
  switch (option) {
    case 'f':
      line.configs.push_back(argument);
      break;
    case 'C':
      line.directory = argument;
      break;
    case 'n':
      line.maxconn = leading_number(argument);
      break;
    case 'm':
      line.memory_mib = leading_number(argument);
      break;
    case 'L':
      line.local_peer = argument;
      break;
    case 'S':
      line.master_sockets.push_back(argument.substr(0, argument.find(',')));
      break;
    default:
      break;
  }
}

/// "-sf 12 13 -x /run/sock": pids up to the next word that begins with '-'. Returns the last word taken.
std::size_t take_old_workers(CommandLine& line, const Arguments& arguments, std::size_t at) {
  while (at + 1 < arguments.size() && (arguments[at + 1].empty() || arguments[at + 1].front() != '-'))
    line.old_workers.push_back(leading_number(arguments[++at]));
  return at;
}

}  // namespace

CommandLine parse_command_line(const Arguments& arguments) {
  CommandLine line;
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    const std::string_view word = arguments[at];
    if (word.size() < 2 || word.front() != '-') continue;
    const auto option = word.substr(1);
    if (option == "-") {
      line.configs.insert(line.configs.end(), arguments.begin() + static_cast<std::ptrdiff_t>(at) + 1, arguments.end());
      break;
    }
    if (option.substr(0, 2) == "sf" || option.substr(0, 2) == "st") {
      at = take_old_workers(line, arguments, at);
    } else if (option.substr(0, 2) == "dt") {
      // Since 2.9 traces may be named in a word of their own.
      if (option.size() == 2 && at + 1 < arguments.size() && arguments[at + 1].substr(0, 1) != "-") ++at;
    } else if (takes_argument(option)) {
      if (++at < arguments.size()) take(line, option.front(), arguments[at]);
    } else {
      line.master_worker = line.master_worker || option.front() == 'W';
      line.check_only = line.check_only || option.front() == 'c';
    }
  }
  return line;
}

}  // namespace preflight::haproxy
