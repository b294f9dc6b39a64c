// SPDX-License-Identifier: Apache-2.0
// booleans.local and ports.local of semanage(8)'s store. A commit makes a new store beside the present one (tmp), moves
// that one away (previous), the new one in its place (active), and only then installs the policy below /etc/selinux:
// killed between the renames it leaves no store at all, and libsemanage lists nothing then, without an error.
#include "remediations/selinux_state.h"

#include <algorithm>
#include <optional>

#include "probes/base/text.h"

namespace preflight {
namespace {

constexpr const char* kConfiguration = "/etc/selinux/semanage.conf";
constexpr std::string_view kStoreRoot = "/var/lib/selinux";
constexpr std::size_t kListLimit = std::size_t{16} * 1024 * 1024;
constexpr std::size_t kPolicyLimit = std::size_t{256} * 1024 * 1024;
constexpr std::string_view kPolicyName = "policy.";

/// The value of a line "name=value" or "name = value"; empty where none has that name.
std::string setting(std::string_view text, std::string_view name) {
  std::string value;
  for_each_line(text, [&](std::string_view line) {
    const auto equals = line.find('=');
    if (equals != std::string_view::npos && trim(line.substr(0, equals)) == name) value = trim(line.substr(equals + 1));
  });
  return value;
}

bool is_there(const HostView& view, const std::string& path) { return view.status(path).has_value(); }

/// Calls `line` for each that says something; the error names file and line of the first that it cannot read.
template <typename F>
Result<void> each_entry(const HostView& view, const std::string& path, F&& entry) {
  const auto text = view.read(path, kListLimit);
  if (!text && is_missing(text.error())) return {};  // nothing was ever added
  if (!text) return tl::make_unexpected(text.error());
  std::size_t number = 0;
  std::size_t wrong = 0;
  for_each_line(*text, [&](std::string_view line) {
    ++number;
    const auto content = trim(line);
    if (!content.empty() && content.front() != '#' && wrong == 0 && !entry(content)) wrong = number;
  });
  if (wrong == 0) return {};
  return fail(std::errc::bad_message, path + ":" + std::to_string(wrong), "is not of libsemanage's making");
}

bool read_boolean(std::string_view line, SelinuxState& state) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return false;
  const auto value = trim(line.substr(equals + 1));
  const bool on = value == "1" || value == "true" || value == "TRUE";
  if (!on && value != "0" && value != "false" && value != "FALSE") return false;
  state.booleans[std::string(trim(line.substr(0, equals)))] = on;
  return true;
}

std::optional<std::uint16_t> port_number(std::string_view text) {
  const auto number = parse_integer(text);
  if (!number || *number < 0 || *number > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

/// "portcon tcp 8888 CONTEXT", "portcon tcp 8000 - 8100 CONTEXT"; the blanks round the hyphen may be missing.
bool read_port(std::string_view line, SelinuxState& state) {
  std::string spaced;
  const auto context_at = line.rfind(' ');
  if (context_at == std::string_view::npos) return false;
  for (const char c : line.substr(0, context_at)) spaced += c == '-' ? std::string(" ") : std::string(1, c);
  const auto fields = words(spaced);
  if (fields.size() < 3 || fields.size() > 4 || fields[0] != "portcon") return false;
  const auto low = port_number(fields[2]);
  const auto high = port_number(fields.back());
  if (!low || !high || line.find(':', context_at) == std::string_view::npos) return false;
  state.ports[{lowercase(fields[1]), *low, *high}] = std::string(line.substr(context_at + 1));
  return true;
}

/// The newest format there is: libsemanage writes the newest that it knows.
std::string installed_policy(const HostView& view, const std::string& directory) {
  std::int64_t newest = 0;
  for (const auto& name : view.list(directory).value_or(std::vector<std::string>())) {
    if (!name.starts_with(kPolicyName)) continue;
    newest = std::max(newest, parse_integer(std::string_view(name).substr(kPolicyName.size())).value_or(0));
  }
  return directory + "/" + std::string(kPolicyName) + std::to_string(newest);
}

Result<bool> same_content(const HostView& view, const std::string& one, const std::string& other) {
  const auto first = view.read(one, kPolicyLimit);
  if (!first) return tl::make_unexpected(first.error());
  const auto second = view.read(other, kPolicyLimit);
  if (!second && is_missing(second.error())) return false;
  if (!second) return tl::make_unexpected(second.error());
  return *first == *second;
}

Result<void> read_lists(const HostView& view, const std::string& directory, SelinuxState& state) {
  return each_entry(view, directory + "/booleans.local", [&](auto line) { return read_boolean(line, state); })
      .and_then([&] {
        return each_entry(view, directory + "/ports.local", [&](auto line) { return read_port(line, state); });
      });
}

Result<void> read_installed(const HostView& view, const SelinuxPaths& paths, SelinuxState& state) {
  const auto kernel = paths.store + "/active/policy.kern";
  const auto same = same_content(view, kernel, installed_policy(view, paths.policies + "/policy"));
  if (!same) return tl::make_unexpected(same.error());
  state.installed = *same;
  return {};
}

std::string shown(const std::optional<bool>& value) {
  if (!value) return "the policy's own";
  return *value ? "on" : "off";
}
std::string shown(const std::optional<std::string>& context) { return context.value_or("the policy's own"); }

template <typename Map, typename Key>
auto find_in(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? std::nullopt : std::optional(found->second);
}

/// Compares part by part.
class Comparison {
 public:
  template <typename Value>
  void part(const std::string& name, const Value& now, const Value& from, const Value& to) {
    standing_.all_from = standing_.all_from && now == from;
    standing_.all_to = standing_.all_to && now == to;
    if (now != from && now != to) unknown(name + " is " + shown(now));
  }
  void torn(const std::string& sentence) {
    standing_.all_from = standing_.all_to = false;
    add(sentence);
  }
  SelinuxStanding result() { return std::move(standing_); }

 private:
  void unknown(const std::string& sentence) {
    standing_.all_known = false;
    add(sentence);
  }
  void add(const std::string& sentence) { standing_.found += (standing_.found.empty() ? "" : "; ") + sentence; }

  SelinuxStanding standing_;
};

Result<void> compare_running(const SelinuxEdit& edit, const HostView& view, Comparison& comparison) {
  if (!selinux_runs(view)) return {};
  for (const auto& boolean : edit.booleans) {
    if (!boolean.running_to) continue;
    const auto now = running_boolean(view, boolean.name);
    if (!now) return tl::make_unexpected(now.error());
    comparison.part(boolean.name + " (now)", std::optional(*now), boolean.running_from, boolean.running_to);
  }
  return {};
}

}  // namespace

SelinuxPaths selinux_paths(const HostView& view, const std::string& store) {
  const auto configuration = view.read(kConfiguration, kListLimit).value_or("");
  auto root = setting(configuration, "store-root");
  if (root.empty() || root.front() != '/') root = kStoreRoot;
  return {.store = root + "/" + store,
          .final = root + "/final/" + store,
          .policies = "/etc/selinux/" + store,
          .keeps_previous = lowercase(setting(configuration, "save-previous")) == "true"};
}

Result<SelinuxState> read_selinux_state(const HostView& view, const std::string& store) {
  const auto paths = selinux_paths(view, store);
  SelinuxState state;
  const auto active = view.status(paths.store + "/active");
  if (!active && !is_missing(active.error())) return tl::make_unexpected(active.error());
  state.interrupted = !active;
  const auto directory = paths.store + (active ? "/active" : "/previous");
  if (!active && !is_there(view, directory)) {
    const bool any = is_there(view, paths.store);
    return fail(std::errc::no_such_file_or_directory, paths.store,
                any ? "holds no policy: there is neither active nor previous in it" : "is not there");
  }
  auto read = read_lists(view, directory, state);
  if (read && !state.interrupted) read = read_installed(view, paths, state);
  if (!read) return tl::make_unexpected(read.error());
  return state;
}

bool selinux_runs(const HostView& view) { return is_there(view, std::string(kSelinuxFs) + "/enforce"); }

Result<bool> running_boolean(const HostView& view, const std::string& name) {
  const auto path = std::string(kSelinuxFs) + "/booleans/" + name;
  const auto text = view.read(path);
  if (!text) return tl::make_unexpected(text.error());
  const auto values = words(*text);  // now, and what it is once committed
  if (values.empty() || (values[0] != "0" && values[0] != "1")) return fail(std::errc::bad_message, path, "is neither");
  return values[0] == "1";
}

Result<SelinuxStanding> standing_of(const SelinuxEdit& edit, const HostView& view) {
  const auto state = read_selinux_state(view, edit.store);
  if (!state) return tl::make_unexpected(state.error());
  Comparison comparison;
  for (const auto& port : edit.ports) {
    const PortKey key(port.protocol, port.low, port.high);
    comparison.part(name_of(port), find_in(state->ports, key), port.from, port.to);
  }
  for (const auto& boolean : edit.booleans) {
    comparison.part(boolean.name, find_in(state->booleans, boolean.name), boolean.kept_from, boolean.kept_to);
  }
  if (state->interrupted) comparison.torn("a commit was cut off: there is no active policy in the store");
  if (!state->installed) comparison.torn("a commit was cut off: boot loads another policy than the store holds");
  if (auto compared = compare_running(edit, view, comparison); !compared) return tl::make_unexpected(compared.error());
  return comparison.result();
}

}  // namespace preflight
