// SPDX-License-Identifier: Apache-2.0
// A bundle is redacted by position first; what was found there is then searched in every other answer.
#include <algorithm>
#include <array>

#include "probes/base/text.h"
#include "probes/haproxy/redact.h"
#include "probes/haproxy/redact_environment.h"
#include "probes/haproxy/secret_search.h"

namespace preflight::haproxy {
namespace {

bool starts(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

bool ends(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// Calls `edit(text)` for the answers of each file whose path `wanted` accepts.
template <typename Wanted, typename Edit>
void edit_files(Bundle& bundle, Wanted wanted, Edit edit) {
  for (auto& [question, answers] : bundle.files) {
    if (!wanted(question.path)) continue;
    for (auto& answer : answers.given()) {
      if (answer) edit(*answer);
    }
  }
}

void redact_configs(Bundle& bundle, const std::vector<std::string>& paths, Secrets& secrets) {
  const auto wanted = [&paths](const std::string& file) {
    return std::any_of(paths.begin(), paths.end(),
                       [&file](const std::string& path) {
                         // Ends with: an instance in another mount namespace is read below /proc/PID/root.
                         return ends(file, path) || file.find(path + "/") != std::string::npos;
                       }) ||
           ends(file, ".cfg");
  };
  // Twice: a variable may be set in one place and known to be a secret only further down.
  for (int round = 0; round < 2; ++round) {
    edit_files(bundle, wanted, [&secrets](std::string& text) { redact_config(text, secrets); });
  }
}

bool is_environ(const std::string& path) { return starts(path, "/proc/") && ends(path, "/environ"); }

bool is_unit_file(const std::string& path) {
  return path.find("/systemd/") != std::string::npos && (ends(path, ".service") || ends(path, ".conf"));
}

std::set<std::string, std::less<>> environment_files(const Bundle& bundle) {
  std::set<std::string, std::less<>> paths = {"/etc/default/haproxy", "/etc/sysconfig/haproxy"};
  for (const auto& [name, answers] : bundle.units) {
    for (const auto& unit : answers.given()) {
      if (!unit) continue;
      for (const auto& file : unit->environment_files) paths.insert(file.path);
    }
  }
  return paths;
}

void redact_environments(Bundle& bundle, Secrets& secrets) {
  edit_files(bundle, is_environ, [&](std::string& block) { redact_environment(block, secrets); });
  const auto paths = environment_files(bundle);
  const auto is_file = [&paths](const std::string& path) {
    return paths.count(path) != 0 || starts(path, "/etc/default/haproxy") || starts(path, "/etc/sysconfig/haproxy");
  };
  edit_files(bundle, is_file, [&](std::string& text) { redact_environment_file(text, secrets); });
  edit_files(bundle, is_unit_file, [&](std::string& text) { redact_unit_file(text, secrets); });
  for (auto& [name, answers] : bundle.units) {
    for (auto& unit : answers.given()) {
      if (unit) redact_assignments(unit->environment, secrets);
    }
  }
}

/// Keys the kernel uses itself: whoever knows tcp_fastopen_key can forge cookies.
void redact_sysctls(Bundle& bundle) {
  constexpr std::array<std::string_view, 2> kSecretKeys = {"tcp_fastopen_key", "stable_secret"};
  const auto secret = [&](std::string_view text) {
    return std::any_of(kSecretKeys.begin(), kSecretKeys.end(),
                       [text](auto key) { return text.find(key) != std::string_view::npos; });
  };
  for (auto& [question, answers] : bundle.files) {
    for (auto& answer : answers.given()) {
      if (answer && starts(question.path, "/proc/sys/") && secret(question.path))
        hide_value(*answer, 0, answer->size());
      if (!answer || question.path.find("sysctl") == std::string::npos) continue;
      for (std::size_t begin = 0; begin < answer->size();) {
        const auto end = std::min(answer->find('\n', begin), answer->size());
        const auto line = std::string_view(*answer).substr(begin, end - begin);
        const auto equals = line.find('=');
        if (equals < line.size() && secret(line.substr(0, equals))) hide_value(*answer, begin + equals + 1, end);
        begin = end + 1;
      }
    }
  }
}

/// Everything between the lines of a private key, wherever it was read.
void redact_private_keys(std::string& text) {
  constexpr std::string_view kBegin = "PRIVATE KEY-----";
  for (auto at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at)) {
    const auto end = std::min(text.find("-----END", at), text.size());
    hide_value(text, at + kBegin.size(), end);
    at = std::min(text.find(kBegin, end), text.size() - kBegin.size()) + kBegin.size();
  }
}

/// What must stay true to the letter: the questions, by which answers are found again.
std::string questions(const Bundle& bundle) {
  std::string all;
  const auto add = [&all](const std::string& text) { all.append(text).push_back('\n'); };
  for (const auto& [file, answers] : bundle.files) add(file.path);
  for (const auto& [path, answers] : bundle.directories) add(path);
  for (const auto& [path, answers] : bundle.statuses) add(path);
  for (const auto& [path, answers] : bundle.links) add(path);
  for (const auto& [lines, answers] : bundle.log_lines) {
    add(lines.path);
    for (const auto& word : lines.words) add(word);
  }
  for (const auto& [path, answers] : bundle.labels) add(path);
  for (const auto& [name, answers] : bundle.units) add(name);
  for (const auto& [command, answers] : bundle.commands) {
    add(command.path);
    for (const auto& argument : command.arguments) add(argument);
  }
  return all;
}

/// Applies `edit` to every text of every answer.
template <typename Edit>
class Answered {
 public:
  explicit Answered(Edit edit) : edit_(std::move(edit)) {}

  void operator()(Bundle& bundle) {
    each(bundle.files);
    each(bundle.directories);
    each(bundle.statuses);
    each(bundle.links);
    each(bundle.log_lines);
    each(bundle.labels);
    each(bundle.sockets);
    each(bundle.local_addresses);
    each(bundle.owners);
    each(bundle.units);
    each(bundle.commands);
  }

 private:
  template <typename Record>
  void each(Record& record) {
    for (auto& [question, answers] : record) {
      for (auto& answer : answers.given()) texts(answer);
    }
  }
  template <typename T>
  void texts(Result<T>& result) {
    if (result) return texts(*result);
    edit_(result.error().object);
    edit_(result.error().reason);
  }
  void texts(std::string& text) { edit_(text); }
  template <typename T>
  void texts(std::vector<T>& list) {
    for (auto& item : list) texts(item);
  }
  void texts(CommandAnswer& answer) { texts(answer.output); }
  void texts(CommandOutput& output) { edit_(output.out); }
  void texts(SocketOwners& owners) {
    texts(owners.owners);
    edit_(owners.why_incomplete);
  }
  void texts(SocketOwner& owner) {
    edit_(owner.command);
    edit_(owner.unit);
  }
  void texts(UnitProperties& unit) {
    for (auto* text : {&unit.name, &unit.load_state, &unit.active_state, &unit.unit_file_state, &unit.result,
                       &unit.fragment_path, &unit.user}) {
      edit_(*text);
    }
    texts(unit.drop_in_paths);
    texts(unit.environment);
    texts(unit.exec_start);
    for (auto& file : unit.environment_files) edit_(file.path);
  }
  void texts(FileStatus& /*status*/) {}
  void texts(SocketEntry& /*socket*/) {}
  void texts(bool& /*yes*/) {}

  Edit edit_;
};

}  // namespace

void redact(Bundle& bundle, const std::vector<std::string>& config_paths) {
  Secrets secrets;
  redact_configs(bundle, config_paths, secrets);
  redact_environments(bundle, secrets);
  redact_sysctls(bundle);

  for (const auto& keyword : secrets.keywords) secrets.texts.erase(keyword);
  SecretSearch search(secrets.texts);
  search.forget_those_in(questions(bundle));
  Answered([&search](std::string& text) {
    redact_private_keys(text);
    search.hide_in(text);
  })(bundle);
}

}  // namespace preflight::haproxy
