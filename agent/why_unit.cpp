// SPDX-License-Identifier: Apache-2.0
// A unit's limit of descriptors in the terms of the page. A limit is soft and hard; haproxy raises its own soft one, so
// the hard one is what matters to it.
#include <algorithm>

#include "agent/why.h"
#include "probes/base/text.h"

namespace preflight {
namespace {

std::string text_of(std::uint64_t limit) { return limit == kUnlimited ? "infinity" : std::to_string(limit); }

std::string text_of(const Limits& limits) { return text_of(limits.soft) + ":" + text_of(limits.hard); }

Fate fate_of(LimitFate fate) {
  switch (fate) {
    case LimitFate::decides:
      return Fate::decides;
    case LimitFate::overridden:
      return Fate::overridden;
    case LimitFate::hidden:
      return Fate::hidden;
    case LimitFate::ignored:
      break;
  }
  return Fate::ignored;
}

SettingLine line_of(const LimitLine& line, const std::string& winner) {
  const auto equals = std::min(line.text.find('='), line.text.size());
  SettingLine found{.file = line.file,
                    .line = line.line,
                    .text = line.text,
                    .key = line.text.substr(0, equals),
                    .value = line.text.substr(std::min(equals + 1, line.text.size())),
                    .fate = fate_of(line.fate)};
  if (line.fate == LimitFate::hidden) found.by = line.reason;
  if (line.fate == LimitFate::ignored) found.reason = line.reason;
  if (line.fate == LimitFate::overridden) found.by = winner;
  return found;
}

BootAnswer answer_of(const Result<GivenLimit>& given) {
  BootAnswer answer{.by = BootProgram::systemd};
  if (!given) {
    answer.error = given.error();
    return answer;
  }
  const auto* decider = given->deciding();
  if (decider != nullptr) answer.value = text_of(given->limits);
  for (const auto& line : given->lines) {
    answer.lines.push_back(line_of(line, decider == nullptr ? std::string() : decider->place()));
  }
  answer.decider = given->decider;
  return answer;
}

/// What the next start gets where systemd has not been told to read its files again.
void note_reload(Why& why, const UnitLimit& limit) {
  if (!limit.at_boot || limit.at_boot->limits == limit.reloaded.limits) return;
  why.notes.push_back("until then daemon-reload and a restart give " + text_of(limit.reloaded.limits) +
                      ": what stands in /run is gone after a boot");
}

/// What the kernel and the manager make of a limit that they cannot give.
void note_cuts(Why& why, std::uint64_t hard, const Facts& facts) {
  const auto most = facts.sysctls.integer("fs.nr_open");
  if (most && *most >= 0 && hard > static_cast<std::uint64_t>(*most)) {
    why.notes.push_back("fs.nr_open cuts it to " + std::to_string(*most));
  }
  if (!facts.host.manager_nofile || !*facts.host.manager_nofile) return;
  const auto& own = **facts.host.manager_nofile;
  if (hard > own.hard) why.notes.push_back("systemd itself has " + text_of(own.hard) + " here, and can give no more");
}

}  // namespace

Why why_unit_limit(const std::string& unit, const Result<UnitLimit>& limit, const Facts& facts) {
  Why why;
  why.kind = Why::Kind::unit_limit;
  why.name = (limit ? limit->id : unit) + ":LimitNOFILE";
  why.initial = "1024:524288";
  why.initial_from = "systemd's own default";
  why.answers = {answer_of(limit ? limit->at_boot : tl::make_unexpected(limit.error()))};
  if (!limit) return why;
  note_reload(why, *limit);
  if (limit->at_boot) note_cuts(why, limit->at_boot->limits.hard, facts);
  if (!limit->pam_name.empty()) {
    why.notes.push_back("PAMName=" + limit->pam_name + ": its session may set another limit (limits.conf)");
  }
  return why;
}

Why why_unit_limit(const haproxy::InstanceFacts& instance, const Facts& facts) {
  auto why = why_unit_limit(instance.unit ? instance.unit->name : instance.name, instance.unit_limit, facts);
  why.instance = instance.name;
  if (const auto* head = instance.head(); head != nullptr) {
    const auto pid = "process " + std::to_string(head->pid);
    why.running.push_back({pid, head->nofile.map([](const Limits& limits) { return text_of(limits); })});
  }
  if (instance.unit && instance.unit_source == haproxy::UnitSource::systemd) {
    const Limits told{instance.unit->limit_nofile_soft, instance.unit->limit_nofile};
    why.running.push_back({"systemd, for the next start", text_of(told)});
  }
  return why;
}

}  // namespace preflight
