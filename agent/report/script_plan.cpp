// SPDX-License-Identifier: Apache-2.0
// Every value is quoted, every comment a single printable line: what the host is called, or what a file holds, is never
// a command.
#include "agent/report/script_plan.h"

#include <array>
#include <cstdio>

#include "agent/report/text_words.h"
#include "probes/base/text.h"
#include "probes/base/utc_time.h"
#include "probes/base/visit.h"
#include "remediations/plan_json.h"

namespace preflight {
namespace {

/// A word of sh, whatever is in it.
std::string word(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string comment(std::string_view text, std::string_view indent = "") {
  return "# " + std::string(indent) + printable(text) + "\n";
}

std::string octal(std::uint32_t mode) {
  std::array<char, 16> text{};
  (void)std::snprintf(text.data(), text.size(), "%04o", mode);
  return text.data();
}

/// Beside the file, and with a name that no loader reads, until it is whole.
std::string lines_of(const FileWrite& write) {
  if (!write.to) return "rm " + word(write.path) + "\n";
  const auto slash = write.path.rfind('/') + 1;
  const auto name = word(write.path.substr(0, slash) + "." + write.path.substr(slash) + ".new");
  return "printf '%s' " + word(write.to->content) + " >" + name + "\nchmod " + octal(write.to->mode) + " " + name +
         "\nchown " + std::to_string(write.to->uid) + ":" + std::to_string(write.to->gid) + " " + name + "\nmv " +
         name + " " + word(write.path) + "\n";
}

/// The kernel writes tabs between the numbers of a list; unquoted, they become blanks.
std::string lines_of(const SysctlWrite& write) {
  return "test \"$(echo $(sysctl -n " + word(write.key) + "))\" = " + word(write.from) + "\nsysctl -w " +
         word(write.key + "=" + write.to) + "\n";
}

std::string lines_of(const DirectoryWrite& write) {
  return (write.to ? "mkdir -m 0755 " : "rmdir ") + word(write.path) + "\n";
}

std::string lines_of(const UnitsReload& /*reload*/) { return "systemctl daemon-reload\n"; }

std::string lines_of(const UnitRestart& restart) { return "systemctl restart " + word(restart.unit) + "\n"; }

/// `semanage port -a` refuses ports that the policy labels itself, and -m those that it does not: the one that is right
/// for this host depends on its policy.
std::string lines_of(const SelinuxPort& port) {
  const auto range =
      port.low == port.high ? std::to_string(port.low) : std::to_string(port.low) + "-" + std::to_string(port.high);
  const auto ports = " -p " + port.protocol + " " + range + "\n";
  if (!port.to) return "semanage port -d" + ports;
  const auto label = " -t " + word(type_of(*port.to)) + ports;
  if (port.from) return "semanage port -m" + label;
  return "semanage port -a" + label.substr(0, label.size() - 1) + " || semanage port -m" + label;
}

std::string lines_of(const SelinuxBoolean& boolean, const std::string& store) {
  if (!boolean.kept_to && boolean.kept_from) {
    return comment("semanage(8) takes no single boolean back to the policy's own value: " + boolean.name +
                   " stays one of this host's own in " + store);
  }
  if (boolean.kept_to == boolean.kept_from && boolean.running_to)
    return "setsebool " + word(boolean.name + (*boolean.running_to ? "=on" : "=off")) + "\n";
  return "setsebool -P " + word(boolean.name + (boolean.kept_to.value_or(false) ? "=on" : "=off")) + "\n";
}

std::string lines_of(const SelinuxEdit& edit) {
  auto text = comment("one transaction each here, one for all with `lbpreflight apply`", "   ");
  for (const auto& port : edit.ports) text += lines_of(port);
  for (const auto& boolean : edit.booleans) text += lines_of(boolean, edit.store);
  return text;
}

/// libsemanage does not work without a store, whatever it is asked.
std::string lines_of(const SelinuxRepair& repair) {
  const auto store = "/var/lib/selinux/" + repair.store;
  return "test -d " + word(store + "/active") + " || mv " + word(store + "/previous") + " " + word(store + "/active") +
         "\nsemodule -B -s " + word(repair.store) + "\n";
}

Result<void> check(const Change& change) {
  const auto* const file = std::get_if<FileWrite>(&change);
  if (file == nullptr || !file->to) return {};
  if (file->to->content.find('\0') != std::string::npos)
    return fail(std::errc::invalid_argument, file->path, "holds a zero byte: no script can write it");
  if (!file->to->attributes.empty())
    return fail(std::errc::invalid_argument, file->path, "has extended attributes: no script of ours keeps them");
  return {};
}

std::string heading(const Plan& plan) {
  return "#!/bin/sh\n" +
         comment("Plan of lbpreflight for " + plan.host + ", made at " + rfc3339(plan.made_at) + ": " +
                 text::counted(plan.steps.size(), "change") + ".") +
         comment(plan_digest(plan)) +
         "# It stops where a setting is not as planned. `lbpreflight apply` looks at files too, and can undo what it "
         "did.\nset -eu\numask 077\n";
}

std::string rest(const Plan& plan) {
  std::string text;
  for (const auto& pending : plan.pending) text += comment("Still to do: " + pending);
  for (const auto& left : plan.uncured) {
    text += comment("Left to a person: " + left.check + " (" + left.subject + "): " + left.reason);
    for (const auto& todo : left.todo) text += comment(todo, "  ");
  }
  return text.empty() ? text : "\n" + text;
}

}  // namespace

Result<std::string> script_plan(const Plan& plan) {
  std::string text = heading(plan);
  std::size_t number = 0;
  for (const auto& step : plan.steps) {
    if (auto possible = check(step.change); !possible) return tl::make_unexpected(possible.error());
    text += "\n" + comment(std::to_string(++number) + ". " + describe(step.change));
    for (const auto& why : step.why) text += comment(why, "   ");
    text += visit(step.change, [](const auto& change) { return lines_of(change); });
  }
  return text + rest(plan);
}

}  // namespace preflight
