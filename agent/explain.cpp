// SPDX-License-Identifier: Apache-2.0
// A check explains itself from its declaration alone, so that the page cannot differ from what is judged.
#include "agent/explain.h"

#include <algorithm>

#include "agent/paragraph.h"
#include "probes/base/text.h"
#include "remediations/remedy.h"

namespace preflight {
namespace {

std::string section(std::string_view heading, const std::string& body) {
  return body.empty() ? "" : "\n" + std::string(heading) + ":\n" + body;
}

std::string what_it_reads(const Needs& needs) {
  std::string text = "  the haproxy configuration and its instances\n";
  for (const auto need : needs.facts) text += "  " + std::string(describe(need)) + "\n";
  for (const auto key : needs.sysctls) text += "  sysctl " + std::string(key) + "\n";
  return text;
}

std::string_view when_it_works(const Remedy& remedy) {
  if (remedy.tier == Tier::display_only) return "It is shown, and left to a person.";
  switch (remedy.effective) {
    case Effective::at_once:
      return "It takes effect at once.";
    case Effective::reload:
      return "It takes effect when haproxy is reloaded.";
    case Effective::restart:
      break;
  }
  return "It takes effect when haproxy is restarted, which drops connections: only --allow-restart does that.";
}

std::string cure(const Check& check) {
  const auto* const remedy = find_remedy(check.remedy);
  if (remedy == nullptr) return "";
  return paragraph(
      std::string(remedy->title) + ". " + std::string(remedy->rationale) + " " + std::string(when_it_works(*remedy)),
      2);
}

std::string numbers(const Check& check) {
  std::string text;
  for (const auto& parameter : check.parameters) {
    text += paragraph(std::string(parameter.name) + " = " + std::to_string(parameter.standard) + " (" +
                          std::to_string(parameter.least) + " to " + std::to_string(parameter.most) +
                          "): " + std::string(parameter.meaning),
                      2);
  }
  return text;
}

std::string links(References references) {
  std::string text;
  for (const auto reference : references) text += "  " + std::string(reference) + "\n";
  return text;
}

std::string how_to_waive(const Check& check) {
  return "  [[waiver]]\n  check = \"" + std::string(check.id) +
         "\"\n  subject = \"...\"         # as reported; a trailing * matches a prefix\n"
         "  reason = \"...\"\n  owner = \"...\"\n  expires = YYYY-MM-DD    # the finding is back the day after\n";
}

std::string how_to_tune(const Check& check) {
  std::string text = "  [check." + std::string(check.id) + "]\n  severity = \"info\"       # or enabled = false\n";
  if (!check.parameters.empty()) {
    const auto& first = check.parameters.front();
    text += "  " + std::string(first.name) + " = " + std::to_string(first.standard) + "\n";
  }
  return text;
}

}  // namespace

std::string_view describe(Need need) {
  switch (need) {
    case Need::verdict:
      return "what haproxy -c says";
    case Need::unit:
      return "the properties of the systemd unit";
    case Need::listeners:
      return "the listening TCP and bound UDP sockets";
    case Need::port_users:
      return "the other sockets on the wanted ports, and their owners";
    case Need::outgoing:
      return "the connections towards the servers";
    case Need::netstat:
      return "the counters of /proc/net/netstat";
    case Need::sockstat:
      return "the counters of /proc/net/sockstat";
    case Need::conntrack:
      return "the connection tracking table's fill";
    case Need::paths:
      return "the files, directories and sockets that the configuration names";
    case Need::local_addresses:
      return "the addresses of this host";
    case Need::memory:
      return "the memory of the host and of the control groups around haproxy";
    case Need::cpus:
      return "the CPU quota of the control groups around haproxy";
    case Need::boot:
      return "the files that set kernel settings at boot, and who else writes them";
    case Need::unit_boot:
      return "the files of the systemd unit, as the next boot will read them";
    case Need::pam_limits:
      return "the limits of open files in limits.conf";
    case Need::selinux:
      return "SELinux: its mode, its store, and what its loaded policy lets haproxy do at ports";
    case Need::denials:
      return "what SELinux denied haproxy, in the audit log, the journal or the kernel's log";
    case Need::interfaces:
      break;
  }
  return "the network interfaces, where the configuration names one";
}

std::string explain(const Check& check) {
  std::string text = std::string(check.id) + " (" + std::string(to_string(check.severity)) + ", since " +
                     std::string(check.since) + ")\n" + paragraph(check.title, 0) + "\n" +
                     paragraph(check.rationale, 2);
  text += section("What to do", check.advice.empty() ? "" : paragraph(check.advice, 2));
  text += section("What `lbpreflight plan` proposes", cure(check));
  text += section("Reads", what_it_reads(check.needs));
  text += section("Numbers a policy may change", numbers(check));
  text += section("References", links(check.references));
  text += section("To change it, in /etc/lbpreflight/policy.toml", how_to_tune(check));
  text += section("To accept one finding until a day, there too", how_to_waive(check));
  return text;
}

std::string list_checks(std::span<const Check* const> checks) {
  std::size_t widest = 0;
  for (const auto* const check : checks) widest = std::max(widest, check->id.size());
  std::string text;
  for (const auto* const check : checks) {
    std::string line(check->id);
    line.resize(widest + 2, ' ');
    line += to_string(check->severity);
    line.resize(widest + 2 + std::string_view("warning  ").size(), ' ');
    text += line + std::string(check->title) + "\n";
  }
  return text;
}

}  // namespace preflight
