// SPDX-License-Identifier: Apache-2.0
// The last line that systemd can take wins; one it cannot take changes nothing, whatever its author thinks.
#include "probes/linux/unit_limit.h"

#include <algorithm>

#include "probes/linux/limit_value.h"

namespace preflight {
namespace {

constexpr Limits kDefault = {1024, 524288};  // systemd-system.conf(5), since 240
constexpr std::size_t kLongestText = 200;

/// Where a limit is looked for, and under which name.
struct LimitKey {
  std::string_view section;
  std::string_view key;
  bool for_all_units = false;
};
constexpr LimitKey kOfManager = {"Manager", "DefaultLimitNOFILE", true};
constexpr LimitKey kOfUnit = {"Service", "LimitNOFILE", false};

/// Why systemd acts on no such line; empty where it does, and for a hidden one.
std::string why_ignored(const UnitLine& line, const LimitKey& key, const Result<Limits>& value) {
  if (!line.unread.empty()) return line.unread;
  if (line.section != key.section) {
    return line.section.empty() ? "it stands before any section" : "it stands in section [" + line.section + "]";
  }
  return value ? std::string() : value.error().reason;
}

void add_limit(const UnitLine& line, const LimitKey& key, GivenLimit& given) {
  if (line.key != key.key) return;
  LimitLine limit{line.file, line.line, line.key + "=" + line.value, LimitFate::overridden, "", key.for_all_units};
  limit.text.resize(std::min(limit.text.size(), kLongestText));
  const auto value = parse_limit(line.value);
  limit.reason = why_ignored(line, key, value);
  if (!line.hidden_by.empty()) {
    limit.fate = LimitFate::hidden;
    limit.reason = line.hidden_by;
  } else if (!limit.reason.empty()) {
    limit.fate = LimitFate::ignored;
  } else {
    given.limits = *value;
    given.decider = given.lines.size();
  }
  given.lines.push_back(std::move(limit));
}

Result<GivenLimit> read_limit(const HostView& host, const FoundUnit& unit, UnitMoment moment, std::string& pam_name) {
  if (unit.masked) return fail(std::errc::operation_not_permitted, unit.id, "is masked by " + unit.fragment);
  const auto manager = read_manager_lines(host, moment);
  if (!manager) return tl::make_unexpected(manager.error());
  const auto lines = read_unit_lines(host, unit);
  if (!lines) return tl::make_unexpected(lines.error());
  for (const auto& line : *lines) {
    if (line.counts() && line.section == "Service" && line.key == "PAMName") pam_name = line.value;
  }
  return given_limit(*manager, *lines);
}

/// Whether the next boot finds other files. A link in /run may be what gives the unit another name.
bool is_volatile(const HostView& host, const FoundUnit& unit) {
  const auto gone = [](const ConfFile& file) { return is_gone_after_boot(file.path); };
  return is_gone_after_boot(unit.fragment) || !unit.aliases.empty() ||
         std::any_of(unit.drop_ins.begin(), unit.drop_ins.end(), gone) ||
         host.status("/run/systemd/system.conf.d").has_value();
}

}  // namespace

std::string LimitLine::place() const { return file + ":" + std::to_string(line); }

GivenLimit given_limit(const UnitLines& manager, const UnitLines& unit) {
  GivenLimit given{.limits = kDefault, .lines = {}};
  for (const auto& line : manager) add_limit(line, kOfManager, given);
  for (const auto& line : unit) add_limit(line, kOfUnit, given);
  if (given.decider) given.lines[*given.decider].fate = LimitFate::decides;
  return given;
}

Result<UnitLimit> resolve_unit_limit(const HostView& host, const std::string& unit) {
  auto search = UnitSearch::open(host);
  if (!search) return tl::make_unexpected(search.error());
  const auto found = search->find(unit, UnitMoment::reload);
  if (!found) return tl::make_unexpected(found.error());
  UnitLimit limit;
  limit.id = found->id;
  auto reloaded = read_limit(host, *found, UnitMoment::reload, limit.pam_name);
  if (!reloaded) return tl::make_unexpected(reloaded.error());
  limit.reloaded = std::move(*reloaded);
  if (!is_volatile(host, *found)) {
    limit.at_boot = limit.reloaded;
    return limit;
  }
  std::string pam_name;
  const auto left = search->find(unit, UnitMoment::boot);
  limit.at_boot = left ? read_limit(host, *left, UnitMoment::boot, pam_name) : tl::make_unexpected(left.error());
  return limit;
}

}  // namespace preflight
