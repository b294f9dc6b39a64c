// SPDX-License-Identifier: Apache-2.0
// ufw loads a file of its own by `sysctl -e -q -p` whenever the firewall comes up, before the network does: both of
// /etc/default/ufw and /etc/ufw/ufw.conf are read as shell assignments, in this order (ufw-init-functions).
#include "probes/base/text.h"
#include "probes/linux/environment_file.h"
#include "probes/linux/sysctl_writers/parts.h"

namespace preflight::sysctl_writers {
namespace {

std::string value_of(const Variables& variables, std::string_view name) {
  const auto found = variables.find(name);
  return found == variables.end() ? std::string() : found->second;
}

}  // namespace

Result<Writers> ufw(const Question& question) {
  Writers writers;
  const auto main = read_if_there(question.host, "/etc/ufw/ufw.conf");
  if (!main) return tl::make_unexpected(main.error());
  if (!*main) return writers;
  auto variables = parse_environment_file(**main);
  const auto enabled = value_of(variables, "ENABLED");
  if (enabled != "yes" && enabled != "YES") return writers;
  const auto defaults = read_if_there(question.host, "/etc/default/ufw");
  if (!defaults) return tl::make_unexpected(defaults.error());
  const auto starts = starts_at_boot(question.host, "ufw.service");
  if (!starts) return tl::make_unexpected(starts.error());
  if (!*defaults || !*starts) return writers;
  variables.merge(parse_environment_file(**defaults));

  const auto files = value_of(variables, "IPT_SYSCTL");
  std::vector<Statement> statements;
  for (const auto file : words(files)) statements.emplace_back(LoadsFile{0, std::string(file)});
  const auto added = add_statements(question, {"ufw", ""}, statements, writers);
  if (!added) return tl::make_unexpected(added.error());
  return writers;
}

}  // namespace preflight::sysctl_writers
