// SPDX-License-Identifier: Apache-2.0
// What a command that sets or loads kernel settings writes: `sysctl -p` reads one file, `sysctl --system` all of
// sysctl.d by procps' rules, /etc/sysctl.conf last of all.
#include <map>

#include "probes/base/visit.h"
#include "probes/linux/sysctl_writers/parts.h"

namespace preflight::sysctl_writers {
namespace {

constexpr std::string_view kSysctlConf = "/etc/sysctl.conf";

Result<void> add_file(const Question& question, const std::string& owner, const std::string& file, Writers& writers) {
  if (file.empty() || file.front() != '/') return {};  // relative to who knows what, or computed by the shell
  const auto content = read_if_there(question.host, file);
  if (!content) return tl::make_unexpected(content.error());
  if (!*content) return {};
  std::map<std::string, Setting> last;  // by key: a later line is written later
  for (auto& setting : settings_of(**content)) last.insert_or_assign(setting.key, setting);
  for (const auto& [key, setting] : last) add_setting(question, {owner, file}, setting, writers);
  return {};
}

/// What the boot loader has left there already is nothing that anybody else owns, unless it comes out of
/// /etc/sysctl.conf: to procps that is the last word, whatever the name of a file of ours.
void add_all(const Question& question, const std::string& owner, Writers& writers) {
  if (!question.boot) return;
  for (const auto& key : question.keys) {
    const auto* at_boot = question.boot->find(key);
    if (at_boot == nullptr || !at_boot->procps || !at_boot->procps->decider) continue;
    const auto& line = at_boot->procps->lines.at(*at_boot->procps->decider);
    const auto& loader = at_boot->by(question.boot->loader);
    const bool same = loader && loader->value == at_boot->procps->value;
    if (same && line.file != kSysctlConf) continue;
    writers.push_back({owner, line.file, line.line, key, at_boot->procps->value.value_or(line.value), WriteRule::sets});
  }
}

}  // namespace

Result<void> add_statements(const Question& question, const Place& place, const std::vector<Statement>& statements,
                            Writers& writers) {
  for (const auto& statement : statements) {
    Result<void> added;
    visit(
        statement, [&](const Setting& setting) { add_setting(question, place, setting, writers); },
        [&](const LoadsFile& load) { added = add_file(question, place.owner, load.file, writers); },
        [&](const LoadsAll&) { add_all(question, place.owner, writers); });
    if (!added) return added;
  }
  return {};
}

}  // namespace preflight::sysctl_writers
