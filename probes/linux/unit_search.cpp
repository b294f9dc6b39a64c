// SPDX-License-Identifier: Apache-2.0
// The map of names that systemd builds over its lookup directories: a link to another unit there is an alias, a link
// that leads elsewhere is the unit itself. Only the names that can matter to one unit are followed.
#include "probes/linux/unit_search.h"

#include <algorithm>
#include <array>

#include "probes/base/text.h"
#include "probes/linux/unit_name.h"

namespace preflight {
namespace {

constexpr std::array<std::string_view, 13> kLookup = {
    "/etc/systemd/system.control",   "/run/systemd/system.control",  "/run/systemd/transient",
    "/run/systemd/generator.early",  "/etc/systemd/system",          "/etc/systemd/system.attached",
    "/run/systemd/system",           "/run/systemd/system.attached", "/run/systemd/generator",
    "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",      "/lib/systemd/system",
    "/run/systemd/generator.late"};
constexpr int kMostHops = 8;

bool is_below(std::string_view path, std::string_view directory) {
  return path.size() > directory.size() && path.substr(0, directory.size()) == directory &&
         path[directory.size()] == '/';
}

std::string last_of(std::string_view path) {
  const auto end = path.find_last_not_of('/') + 1;
  const auto slash = path.substr(0, end).rfind('/');
  return std::string(path.substr(slash + 1, end - slash - 1));
}

/// Which kinds of name may lead to which: an instance to a template, else each to its own.
bool may_alias(const std::string& name, const std::string& target) {
  const auto kind = unit_name_kind(name);
  const auto target_kind = unit_name_kind(target);
  if (!kind || !target_kind || name == target || unit_type(name) != unit_type(target)) return false;
  if (*kind == UnitNameKind::instance && *target_kind == UnitNameKind::blank) return true;
  return *kind == *target_kind && instance_of(name) == instance_of(target);
}

/// What a fragment found under this name is called: a template takes on the instance.
std::string own_name(const std::string& fragment, const std::string& name) {
  const auto own = last_of(fragment);
  const bool fill = unit_name_kind(own) == UnitNameKind::blank && unit_name_kind(name) == UnitNameKind::instance;
  return fill ? with_instance(own, instance_of(name)) : own;
}

}  // namespace

bool is_gone_after_boot(std::string_view path) {
  constexpr std::string_view kGenerated = "/run/systemd/generator";
  return path.substr(0, 5) == "/run/" && path.substr(0, kGenerated.size()) != kGenerated;
}

Result<UnitSearch> UnitSearch::open(const HostView& host) {
  UnitSearch search(host);
  for (const auto path : kLookup) {
    search.inside_.emplace_back(path);
    auto links = host.list_links(std::string(path));
    if (!links && !is_missing(links.error())) return tl::make_unexpected(links.error());
    if (!links) continue;
    const auto found = search.walk_.find(std::string(path));
    if (!found) return tl::make_unexpected(found.error());
    const auto same = [&](const Directory& other) { return other.resolved == found->resolved; };
    if (std::any_of(search.directories_.begin(), search.directories_.end(), same)) continue;
    search.inside_.push_back(found->resolved);
    search.directories_.push_back({std::string(path), found->resolved, {links->begin(), links->end()}});
  }
  return search;
}

bool UnitSearch::counts(const std::string& path) const {
  return moment_ == UnitMoment::reload || !is_gone_after_boot(path);
}

/// A path without links before its last name, which need not be there.
std::optional<std::string> UnitSearch::chased(const std::string& path) {
  const auto name = last_of(path);
  const auto parent = path.substr(0, path.find_last_not_of('/') + 1 - name.size());
  if (name.empty() || parent.find_first_not_of('/') == std::string::npos) return "/" + name;
  if (name == ".") return chased(parent);
  const auto found = walk_.find(name == ".." ? path : parent);
  if (found) return name == ".." ? found->resolved : (found->resolved == "/" ? "" : found->resolved) + "/" + name;
  if (!is_missing(found.error()) || name == "..") return std::nullopt;
  const auto above = chased(parent);
  return above ? std::optional(*above + "/" + name) : std::nullopt;
}

/// A link inside the lookup directories: nullopt for one that systemd passes over.
std::optional<UnitSearch::Entry> UnitSearch::follow(const Directory& directory, const std::string& name) {
  const auto path = directory.path + "/" + name;
  const auto target = host_->link(path);
  if (!target || target->empty()) return std::nullopt;
  const auto goal = chased(target->front() == '/' ? *target : directory.path + "/" + *target);
  if (!goal) return std::nullopt;
  const bool alias =
      std::any_of(inside_.begin(), inside_.end(), [&](const std::string& place) { return is_below(*goal, place); });
  if (!alias) return Entry{.path = path};
  if (!may_alias(name, last_of(*goal))) return std::nullopt;
  return Entry{.alias_of = last_of(*goal)};
}

std::optional<UnitSearch::Entry> UnitSearch::entry(const std::string& name) {
  if (!unit_name_kind(name)) return std::nullopt;
  for (const auto& directory : directories_) {
    if (!counts(directory.path)) continue;
    if (directory.links.count(name) != 0) {
      if (auto found = follow(directory, name); found) return found;
      continue;
    }
    const auto path = directory.path + "/" + name;
    if (const auto status = host_->status(path); status && status->kind == FileKind::regular)
      return Entry{.path = path};
  }
  return std::nullopt;
}

/// Where a name leads in the end; a link to an instance that has no file of its own leads to the template.
std::optional<std::string> UnitSearch::fragment_of(const std::string& name) {
  std::string at = name;
  for (int hops = 0; hops < kMostHops; ++hops) {
    auto found = entry(at);
    if (!found && hops > 0) found = entry(template_of(at));
    if (!found) return std::nullopt;
    if (!found->path.empty()) return found->path;
    at = found->alias_of;
  }
  return std::nullopt;
}

/// The links that may lead to a unit, by their last names alone: others need not be followed.
std::set<std::string> UnitSearch::links_towards(const std::string& name) const {
  std::vector<std::pair<std::string, std::string>> links;
  for (const auto& directory : directories_) {
    if (!counts(directory.path)) continue;
    for (const auto& link : directory.links) {
      if (unit_type(link) != unit_type(name) || !unit_name_kind(link)) continue;
      if (const auto target = host_->link(directory.path + "/" + link); target)
        links.emplace_back(link, last_of(*target));
    }
  }
  std::set<std::string> goals = {name};
  std::set<std::string> found;
  for (int hops = 0; hops < kMostHops; ++hops) {
    for (const auto& [link, target] : links)
      if (goals.count(target) != 0 || goals.count(template_of(target)) != 0) found.insert(link);
    goals.insert(found.begin(), found.end());
  }
  return found;
}

/// Of a template's aliases the ones of this instance count, unless that has a file elsewhere.
void UnitSearch::add_aliases(const std::string& name, const std::string& unit, const std::string& fragment,
                             std::set<std::string>& names) {
  for (const auto& link : links_towards(name)) {
    const auto leads = fragment_of(link);
    if (!leads || is_mask(*host_, *leads).value_or(true) || own_name(*leads, link) != name) continue;
    std::string alias = link;
    if (const auto instance = instance_of(unit); !instance.empty() && unit_name_kind(link) == UnitNameKind::blank) {
      alias = with_instance(link, instance);
      const auto other = fragment_of(alias);
      if (other && !fragment.empty() && last_of(*other) != last_of(fragment)) continue;
    }
    names.insert(alias);
  }
}

/// systemd looks where a relative link leads as if it stood in the root directory.
std::optional<std::string> UnitSearch::drop_in_directory(const Directory& directory, const std::string& name) {
  const auto path = directory.path + "/" + name;
  if (directory.links.count(name) == 0) return directory.resolved + "/" + name;
  const auto target = host_->link(path);
  if (!target) return std::nullopt;
  const auto seen = host_->status(target->substr(0, 1) == "/" ? *target : "/" + *target);
  if (!seen || seen->kind != FileKind::directory) return std::nullopt;
  const auto found = walk_.find(path);
  return found ? std::optional(found->resolved) : std::nullopt;
}

void UnitSearch::add_drop_in_directories(const std::string& name, std::vector<std::string>& found) {
  const auto names = unit_name_kind(name) ? drop_in_names(name) : std::vector{name};
  for (const auto& directory : directories_) {
    if (!counts(directory.path)) continue;
    for (const auto& each : names) {
      const auto path = drop_in_directory(directory, each + ".d");
      if (!path || !counts(*path) || std::find(found.begin(), found.end(), *path) != found.end()) continue;
      found.push_back(*path);
    }
  }
}

Result<FoundUnit> UnitSearch::find(const std::string& name, UnitMoment moment) {
  moment_ = moment;
  auto fragment = fragment_of(name);
  if (const auto blank = template_of(name); !fragment && !blank.empty()) fragment = fragment_of(blank);
  if (!fragment) return fail(std::errc::no_such_file_or_directory, name, "no such unit file");

  const auto masked = is_mask(*host_, *fragment);
  if (!masked) return tl::make_unexpected(masked.error());
  FoundUnit unit;
  unit.fragment = *fragment;
  unit.masked = *masked;
  unit.id = own_name(*fragment, name);
  std::set<std::string> names = {name};
  add_aliases(name, name, "", names);
  if (last_of(*fragment) != name) add_aliases(last_of(*fragment), name, *fragment, names);
  names.erase(unit.id);
  unit.aliases.assign(names.begin(), names.end());

  std::vector<std::string> directories;
  add_drop_in_directories(unit.id, directories);
  for (const auto& alias : unit.aliases) add_drop_in_directories(alias, directories);
  add_drop_in_directories(unit_type(unit.id), directories);
  auto drop_ins = list_unit_conf_files(*host_, directories);
  if (!drop_ins) return tl::make_unexpected(drop_ins.error());
  unit.drop_ins = std::move(*drop_ins);
  return unit;
}

}  // namespace preflight
