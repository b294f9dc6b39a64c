// SPDX-License-Identifier: Apache-2.0
// Reads policies written in TOML; every value keeps its line and column, so a refusal points at what to change.
#include "policies/policy_file.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "policies/refusal.h"
#include "policies/toml.h"
#include "policies/toml_depth.h"
#include "probes/base/text.h"

namespace preflight {
namespace {

using namespace std::string_view_literals;

using Done = Result<void>;

/// The file being read; the names in force come from the catalog.
struct Source {
  const std::string& path;
  std::span<const Check* const> catalog;
};

PolicyPlace place_of(const Source& source, const toml::source_region& region) {
  return {source.path, region.begin.line, region.begin.column};
}

tl::unexpected<Error> refuse(const Source& source, const toml::source_region& region, std::string reason) {
  return refuse(place_of(source, region), std::move(reason));
}

tl::unexpected<Error> unknown(const Source& source, const toml::key& key, std::string_view kind,
                              std::span<const std::string_view> names) {
  return refuse(source, key.source(), unknown_name(kind, key.str(), names));
}

tl::unexpected<Error> wrong_type(const Source& source, const std::string& name, const toml::node& value,
                                 const std::string& wanted) {
  // In the order of toml::node_type.
  constexpr std::array kTypes{
      "nothing"sv,   "a table"sv, "an array"sv, "a string"sv,       "an integer"sv, "a number with a fraction"sv,
      "a boolean"sv, "a date"sv,  "a time"sv,   "a date and time"sv};
  const auto type = kTypes.at(static_cast<std::size_t>(value.type()));
  return refuse(source, value.source(), "'" + name + "' must be " + wanted + ", not " + std::string(type));
}

Result<std::int64_t> integer(const Source& source, const std::string& name, const toml::node& value, std::int64_t least,
                             std::int64_t most) {
  const auto* number = value.as_integer();
  if (number == nullptr) return wrong_type(source, name, value, "an integer");
  if (number->get() < least || number->get() > most) {
    return refuse(source, value.source(),
                  "'" + name + "' is " + std::to_string(number->get()) + ", must be from " + std::to_string(least) +
                      " to " + std::to_string(most));
  }
  return number->get();
}

/// A text that says something.
Result<std::string> text(const Source& source, const std::string& name, const toml::node& value) {
  const auto* string = value.as_string();
  if (string == nullptr) return wrong_type(source, name, value, "a string");
  if (trim(string->get()).empty()) return refuse(source, value.source(), "'" + name + "' is empty; say it in words");
  return string->get();
}

Result<Severity> severity(const Source& source, const Check& check, const toml::node& value) {
  const auto* word = value.as_string();
  if (word == nullptr) return wrong_type(source, "severity", value, "a string");
  for (const Severity known : {Severity::error, Severity::warning, Severity::info}) {
    if (word->get() != to_string(known)) continue;
    if (known <= check.severity) return known;
    return refuse(source, value.source(),
                  "a policy can only lower a severity; '" + std::string(check.id) + "' reports at worst \"" +
                      std::string(to_string(check.severity)) + "\"");
  }
  return refuse(source, value.source(),
                "unknown severity '" + shown(word->get()) + "'; write \"error\", \"warning\" or \"info\"");
}

Done read_setting(const Source& source, const Check& check, const toml::key& key, const toml::node& value,
                  CheckPolicy& policy) {
  if (key.str() == "enabled") {
    const auto* enabled = value.as_boolean();
    if (enabled == nullptr) return wrong_type(source, "enabled", value, "true or false");
    policy.enabled = enabled->get();
    return {};
  }
  if (key.str() == "severity") {
    return severity(source, check, value).map([&](Severity cap) { policy.severity = cap; });
  }
  std::vector<std::string_view> names{"enabled", "severity"};
  for (const Parameter& parameter : check.parameters) {
    const std::string name(parameter.name);
    names.push_back(parameter.name);
    if (key.str() != name) continue;
    return integer(source, name, value, parameter.least, parameter.most).map([&](std::int64_t number) {
      policy.settings.values[name] = number;
    });
  }
  return unknown(source, key, "key", names);
}

Done read_checks(const Source& source, const toml::node& node, Policy& policy) {
  const auto* tables = node.as_table();
  if (tables == nullptr) return wrong_type(source, "check", node, "tables, [check.<id>]");
  for (const auto& [id, entry] : *tables) {
    const Check* check = find_check(id.str(), source.catalog);
    if (check == nullptr) return refuse(source, id.source(), unknown_check(id.str(), source.catalog));
    const auto* table = entry.as_table();
    if (table == nullptr) return wrong_type(source, std::string(id.str()), entry, "a table, [check.<id>]");
    for (const auto& [key, value] : *table) {
      auto done = read_setting(source, *check, key, value, policy.checks[std::string(check->id)]);
      if (!done) return done;
    }
  }
  return {};
}

Result<Day> last_day(const Source& source, const toml::node& value) {
  if (const auto* date = value.as_date()) return Day{date->get().year, date->get().month, date->get().day};
  const auto* written = value.as_string();
  if (written == nullptr) return wrong_type(source, "expires", value, "a date, 2027-01-31");
  const auto day = parse_day(written->get());
  if (day) return *day;
  return refuse(source, value.source(), "'" + shown(written->get()) + "' is no day of the calendar; write 2027-01-31");
}

constexpr std::array<std::string_view, 5> kWaiverKeys{"check", "subject", "reason", "owner", "expires"};

/// Every key is known, and none is missing.
Done has_waiver_keys(const Source& source, const toml::table& table) {
  for (const auto& [key, value] : table) {
    if (std::find(kWaiverKeys.begin(), kWaiverKeys.end(), key.str()) != kWaiverKeys.end()) continue;
    return unknown(source, key, "key", kWaiverKeys);
  }
  for (const auto name : kWaiverKeys) {
    if (table.contains(name)) continue;
    return refuse(
        source, table.source(),
        "this waiver has no '" + std::string(name) + "'; check, subject, reason, owner and expires are needed");
  }
  return {};
}

Result<Waiver> read_waiver(const Source& source, const toml::table& table) {
  if (auto complete = has_waiver_keys(source, table); !complete) return tl::make_unexpected(complete.error());
  Waiver waiver;
  waiver.place = place_of(source, table.source());
  for (auto [name, field] : {std::pair{"check", &waiver.check},
                             {"subject", &waiver.subject},
                             {"reason", &waiver.reason},
                             {"owner", &waiver.owner}}) {
    auto value = text(source, name, *table.get(name));
    if (!value) return tl::make_unexpected(value.error());
    *field = std::move(*value);
  }
  if (find_check(waiver.check, source.catalog) == nullptr) {
    return refuse(source, table.get("check")->source(), unknown_check(waiver.check, source.catalog));
  }
  const auto day = last_day(source, *table.get("expires"));
  if (!day) return tl::make_unexpected(day.error());
  waiver.expires = *day;
  return waiver;
}

Done read_waivers(const Source& source, const toml::node& node, Policy& policy) {
  const auto* list = node.as_array();
  if (list == nullptr) return wrong_type(source, "waiver", node, "a list of tables, [[waiver]]");
  for (const auto& entry : *list) {
    const auto* table = entry.as_table();
    if (table == nullptr) return wrong_type(source, "waiver", entry, "a list of tables, [[waiver]]");
    auto waiver = read_waiver(source, *table);
    if (!waiver) return tl::make_unexpected(waiver.error());
    policy.waivers.push_back(std::move(*waiver));
  }
  return {};
}

Done read_assumption(const Source& source, const toml::node& node, Policy& policy) {
  const auto* table = node.as_table();
  if (table == nullptr) return wrong_type(source, "assume", node, "a table, [assume]");
  for (const auto& [key, value] : *table) {
    if (key.str() != "maxconn") return unknown(source, key, "key", std::array{"maxconn"sv});
    const auto maxconn = integer(source, "maxconn", value, 1, std::numeric_limits<std::int32_t>::max());
    if (!maxconn) return tl::make_unexpected(maxconn.error());
    policy.assume = {*maxconn, place_of(source, value.source())};
  }
  return {};
}

Done read_file(const Source& source, std::string_view content, Policy& policy) {
  if (content.size() > kPolicyLimit) {
    return fail(std::errc::file_too_large, printable(source.path),
                "larger than " + grouped(static_cast<std::int64_t>(kPolicyLimit)) + " bytes; a policy is short");
  }
  if (const auto deep = nests_deeper(content, kPolicyDepth)) {
    return refuse(PolicyPlace{source.path, deep->line, deep->column},
                  "nested deeper than " + std::to_string(kPolicyDepth) + " levels; no policy needs that");
  }
  const auto parsed = toml::parse(content, std::string_view(source.path));
  if (!parsed) return refuse(source, parsed.error().source(), shown(parsed.error().description()));
  for (const auto& [key, value] : parsed.table()) {
    Done done;
    if (key.str() == "check") {
      done = read_checks(source, value, policy);
    } else if (key.str() == "waiver") {
      done = read_waivers(source, value, policy);
    } else if (key.str() == "assume") {
      done = read_assumption(source, value, policy);
    } else {
      return unknown(source, key, "table", std::array{"check"sv, "waiver"sv, "assume"sv});
    }
    if (!done) return done;
  }
  return {};
}

}  // namespace

Result<Policy> load_policy(const std::vector<PolicyText>& files, std::span<const Check* const> catalog) {
  Policy policy;
  const std::string builtin = "built-in";
  if (auto done = read_file({builtin, catalog}, builtin_policy(), policy); !done) {
    return tl::make_unexpected(done.error());
  }
  policy.files.push_back(builtin);
  for (const auto& [path, content] : files) {
    if (auto done = read_file({path, catalog}, content, policy); !done) return tl::make_unexpected(done.error());
    policy.files.push_back(path);
  }
  if (auto done = no_waiver_twice(policy.waivers); !done) return tl::make_unexpected(done.error());
  return policy;
}

}  // namespace preflight
