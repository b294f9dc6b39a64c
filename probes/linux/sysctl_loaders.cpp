// SPDX-License-Identifier: Apache-2.0
// systemd-sysctl.service(8) and sysctl(8), as of systemd 252 and procps 4.0.2. Both leave a key out of patterns that a
// line names anywhere; they compare the text of paths, which only systemd simplifies first.
#include "probes/linux/sysctl_loaders.h"

#include <fnmatch.h>

#include <algorithm>
#include <unordered_map>

#include "probes/base/text.h"

namespace preflight {
namespace {

/// The first name of a path, which is cut off with its slash; `more` says whether there was one.
std::string_view next_name(std::string_view& path, bool& more) {
  const auto slash = path.find('/');
  const auto name = path.substr(0, slash);
  more = slash != std::string_view::npos;
  path.remove_prefix(more ? slash + 1 : path.size());
  return name;
}

bool same_name(std::string_view pattern, std::string_view name) {
  if (pattern.find_first_of("*?[\\") == std::string_view::npos) return pattern == name;
  return fnmatch(std::string(pattern).c_str(), std::string(name).c_str(), FNM_PERIOD) == 0;
}

/// What glob(3) makes of a pattern where it finds `path`: the names replaced, everything else as written. Nothing where
/// it does not find it.
std::optional<std::string> expanded(std::string_view pattern, std::string_view path) {
  std::string out;
  for (bool more_parts = true, more_names = true; more_parts;) {
    const auto part = next_name(pattern, more_parts);
    if (part.empty() || part == ".") {
      out += part;
    } else {
      if (path.empty()) return std::nullopt;
      const auto name = next_name(path, more_names);
      if (!same_name(part, name)) return std::nullopt;
      out += name;
    }
    if (more_parts) out += '/';
  }
  return path.empty() ? std::optional(std::move(out)) : std::nullopt;
}

/// Where a path leads to, as the kernel resolves it; nothing where a file would have to be a directory.
std::optional<std::string> resolved(std::string_view path) {
  std::vector<std::string_view> names;
  for (const auto name : split(path, '/')) {
    if (name.empty() || name == ".") continue;
    if (name != "..") {
      names.push_back(name);
    } else if (!names.empty()) {
      names.pop_back();
    }
  }
  const auto last = path.substr(path.rfind('/') + 1);
  if (last.empty() || last == "." || last == "..") return std::nullopt;
  std::string out;
  for (const auto name : names) out.append(out.empty() ? "" : "/").append(name);
  return out;
}

/// Whether one of its names is "..".
bool goes_up(std::string_view path) {
  constexpr std::string_view kUp = "..";
  for (auto at = path.find(kUp); at != std::string_view::npos; at = path.find(kUp, at + 1)) {
    const auto end = at + kUp.size();
    if ((at == 0 || path[at - 1] == '/') && (end == path.size() || path[end] == '/')) return true;
  }
  return false;
}

/// Whether a pattern that we do not expand might still mean this path: braces with systemd, and ways up with procps.
bool is_open(SysctlLoader loader, std::string_view pattern, std::string_view path) {
  if (loader == SysctlLoader::procps) return goes_up(pattern);
  if (pattern.find('{') == std::string_view::npos) return false;
  const auto names = split(path, '/');
  std::size_t next = 0;
  for (const auto part : split(pattern, '/')) {
    if (part.find('{') != std::string_view::npos) return true;
    if (next == names.size() || !same_name(part, names[next++])) return false;
  }
  return false;
}

tl::unexpected<Error> not_followed(const SysctlAssignment& one) {
  return fail(std::errc::not_supported, one.file->path + ":" + std::to_string(one.line),
              printable(one.key) + " may or may not mean the key");
}

/// procps hands the name of each file to glob(3), too.
Result<void> is_plain_name(const ConfFile& file) {
  if (file.path.find_first_of("*?[{\\") == std::string::npos) return {};
  return fail(std::errc::not_supported, file.path, "procps takes this name for a pattern");
}

}  // namespace

void SysctlLoading::add(const ConfFile& file, bool counts) {
  if (!file.content) return;
  auto lines = loader_ == SysctlLoader::systemd ? systemd_assignments(file) : procps_assignments(file);
  for (auto& line : lines) {
    index(line);
    read_.push_back({std::move(line), counts, read_.size(), false});
  }
}

void SysctlLoading::index(const SysctlAssignment& line) {
  if (line.pattern()) {
    if (!line.exclusion) patterns_.push_back(read_.size());  // to neither of them a pattern excepts anything
    return;
  }
  const auto target = loader_ == SysctlLoader::procps ? resolved(line.path) : line.path;
  if (target) naming_[*target].push_back(read_.size());
}

/// systemd-sysctl keeps the last line of a path; one that says the same as the one before takes its turn.
void SysctlLoading::settle() {
  std::unordered_map<std::string_view, Read*> kept;
  for (auto& one : read_) {
    if (!one.counts) continue;
    named_.insert(one.assignment.path);
    if (loader_ != SysctlLoader::systemd) continue;
    const auto [place, first] = kept.emplace(one.assignment.path, &one);
    if (first) continue;
    auto& before = *place->second;
    before.replaced = true;
    const bool same =
        before.assignment.exclusion == one.assignment.exclusion && before.assignment.value == one.assignment.value;
    if (same) one.turn = before.turn;
    place->second = &one;
  }
}

Result<SysctlLoading> SysctlLoading::of(SysctlLoader loader, const SysctlFiles& files) {
  SysctlLoading loading(loader);
  const bool systemd = loader == SysctlLoader::systemd;
  bool linked = false;  // /etc/sysctl.conf is read under another name
  for (const auto& file : files.in_directories) {
    const bool counts = file.hidden_by.empty() && !(systemd && file.name().front() == '.');
    if (counts && !file.content && !is_dangling(file)) return tl::make_unexpected(file.content.error());
    if (const auto plain = is_plain_name(file); !systemd && counts && !plain) return tl::make_unexpected(plain.error());
    linked = linked || (counts && files.sysctl_conf && file.content == files.sysctl_conf->content);
    loading.add(file, counts);
  }
  const auto& last = systemd ? files.credential : files.sysctl_conf;
  if (last && !last->content && !is_dangling(*last)) return tl::make_unexpected(last->content.error());
  if (systemd && files.sysctl_conf && !linked) loading.add(*files.sysctl_conf, false);
  if (last) loading.add(*last, true);
  loading.settle();
  return loading;
}

LineFate SysctlLoading::fate_of(const Read& one, const std::string& path) const {
  if (!one.counts) return LineFate::hidden;
  if (one.replaced) return LineFate::overridden;
  if (one.assignment.exclusion) return LineFate::excepts;
  const bool excepted = one.assignment.pattern() && named_.count(*expanded(one.assignment.path, path)) != 0;
  return excepted ? LineFate::excepted : LineFate::decides;
}

Result<std::vector<SysctlMention>> SysctlLoading::mentions(const std::string& path) const {
  const auto naming = naming_.find(path);
  Indices found = naming == naming_.end() ? Indices() : naming->second;
  for (const auto i : found) {
    const auto& line = read_[i].assignment;
    if (loader_ == SysctlLoader::procps && read_[i].counts && goes_up(line.path)) return not_followed(line);
  }
  for (const auto i : patterns_) {
    const auto& line = read_[i].assignment;
    if (read_[i].counts && is_open(loader_, line.path, path)) return not_followed(line);
    if (expanded(line.path, path)) found.push_back(i);
  }
  std::sort(found.begin(), found.end());
  std::vector<SysctlMention> mentions;
  mentions.reserve(found.size());
  for (const auto i : found) mentions.push_back({&read_[i].assignment, fate_of(read_[i], path), read_[i].turn});
  return mentions;
}

}  // namespace preflight
