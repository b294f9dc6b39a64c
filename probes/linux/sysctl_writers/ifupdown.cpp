// SPDX-License-Identifier: Apache-2.0
// ifupdown brings interfaces up after systemd-sysctl: `up` lines of interfaces(5) and the scripts of if-pre-up.d and
// if-up.d run for each.
#include <array>

#include "probes/base/text.h"
#include "probes/linux/sysctl_writers/parts.h"

namespace preflight::sysctl_writers {
namespace {

constexpr std::string_view kInterfaces = "/etc/network/interfaces";
constexpr std::array<std::string_view, 2> kScripts = {"/etc/network/if-pre-up.d", "/etc/network/if-up.d"};
constexpr std::size_t kDeepest = 8;  // of `source`

class Interfaces {
 public:
  explicit Interfaces(const Question& question) : question_(question) {}

  Result<void> read(const std::string& path, std::size_t depth) {
    const auto content = read_if_there(question_.host, path);
    if (!content) return tl::make_unexpected(content.error());
    if (!*content || depth > kDeepest || ++files_ > kMostFiles) return {};
    Result<void> good;
    std::uint32_t number = 0;
    for_each_line(**content, [&](std::string_view line) {
      ++number;
      if (good) good = take(path, trim(line), number, depth);
    });
    return good;
  }

  Result<void> run_scripts(const std::string& directory) {
    const auto names = list_if_there(question_.host, directory);
    if (!names) return tl::make_unexpected(names.error());
    for (const auto& name : *names) {
      const auto path = below(directory, name);
      const auto script = read_script(question_.host, path);
      if (!script) return tl::make_unexpected(script.error());
      auto added = add(path, statements_of(script->value_or("")));
      if (!added) return added;
    }
    return {};
  }

  Writers writers;

 private:
  Result<void> take(const std::string& path, std::string_view line, std::uint32_t number, std::size_t depth) {
    const auto end = line.find_first_of(" \t");
    const auto word = line.substr(0, end);
    const auto rest = end == std::string_view::npos ? std::string_view() : trim(line.substr(end));
    if (word == "up" || word == "post-up" || word == "pre-up") return add(path, statements_of(rest, number));
    if (word == "source") return source(rest, depth);
    return {};
  }

  /// `source FILE` or `source DIRECTORY/*`; other patterns are not followed.
  Result<void> source(std::string_view pattern, std::size_t depth) {
    const std::string path(pattern);
    if (path.find_first_of("*?[") == std::string::npos) return read(absolute(path), depth + 1);
    if (path.size() < 2 || path.substr(path.size() - 2) != "/*") return {};
    const auto directory = absolute(path.substr(0, path.size() - 2));
    if (directory.find_first_of("*?[") != std::string::npos) return {};
    const auto names = list_if_there(question_.host, directory);
    if (!names) return tl::make_unexpected(names.error());
    for (const auto& name : *names) {
      if (name.empty() || name.front() == '.') continue;
      auto good = read(below(directory, name), depth + 1);
      if (!good) return good;
    }
    return {};
  }

  static std::string absolute(const std::string& path) {
    return !path.empty() && path.front() == '/' ? path : "/etc/network/" + path;
  }

  Result<void> add(const std::string& path, const std::vector<Statement>& statements) {
    return add_statements(question_, {"ifupdown", path}, statements, writers);
  }

  const Question& question_;
  std::size_t files_ = 0;
};

}  // namespace

Result<Writers> ifupdown(const Question& question) {
  Interfaces interfaces(question);
  const auto there = is_there(question.host, std::string(kInterfaces));
  if (!there) return tl::make_unexpected(there.error());
  if (!*there) return Writers{};
  auto good = interfaces.read(std::string(kInterfaces), 0);
  for (const auto directory : kScripts)
    if (good) good = interfaces.run_scripts(std::string(directory));
  if (!good) return tl::make_unexpected(good.error());
  if (interfaces.writers.empty()) return Writers{};
  const auto starts = starts_at_boot(question.host, "networking.service");
  if (!starts) return tl::make_unexpected(starts.error());
  return *starts ? std::move(interfaces.writers) : Writers{};
}

}  // namespace preflight::sysctl_writers
