// SPDX-License-Identifier: Apache-2.0
// "lbpreflight.why/1": the same answers as the page gives, whole.
#include "agent/report/json_why.h"

#include <algorithm>

#include "agent/report/json_demand.h"
#include "agent/report/json_parts.h"
#include "agent/report/json_writer.h"

namespace preflight {
namespace {

using json::Writer;

void write_error(Writer& out, const std::optional<Error>& error) {
  out.key("error").tree(error ? json::error(*error) : json::Json());
}

void write_text(Writer& out, const std::optional<std::string>& text) { text ? out.text(*text) : out.null(); }

void write_line(Writer& out, const SettingLine& line) {
  out.object([&] {
    out.key("file").text(line.file);
    out.key("line").optional_number(line.line == 0 ? std::nullopt : std::optional<std::int64_t>(line.line));
    out.key("text").text(line.text);
    out.key("key").text(line.key);
    out.key("value").text(line.value);
    out.key("fate").text(to_string(line.fate));
    out.key("by").optional_text(line.by);
    out.key("reason").optional_text(line.reason);
    out.key("managed_by").optional_text(line.managed_by);
  });
}

/// An answer, or the error in its place.
void write_answer(Writer& out, const BootAnswer& answer) {
  if (answer.error) return out.tree(json::absent(*answer.error));
  out.object([&] {
    write_text(out.key("value"), answer.value);
    out.key("decider").optional_number(answer.decider ? std::optional(static_cast<std::int64_t>(*answer.decider))
                                                      : std::nullopt);
    out.key("lines").array([&] {
      for (const auto& line : answer.lines) write_line(out, line);
    });
  });
}

std::string_view name_of(BootProgram program) {
  switch (program) {
    case BootProgram::systemd_sysctl:
      return "systemd";
    case BootProgram::sysctl_system:
      return "procps";
    case BootProgram::systemd:
      break;
  }
  return "unit";
}

/// One member for each program that reads the setting's files; the one that runs at boot is named.
void write_answers(Writer& out, const Why& why) {
  out.key("at_boot").optional_text(why.answers.empty() ? std::string_view() : name_of(why.answers.front().by));
  for (const auto program : {BootProgram::systemd_sysctl, BootProgram::sysctl_system, BootProgram::systemd}) {
    const auto found = std::find_if(why.answers.begin(), why.answers.end(),
                                    [&](const BootAnswer& answer) { return answer.by == program; });
    out.key(name_of(program));
    found == why.answers.end() ? out.null() : write_answer(out, *found);
  }
}

void write_running(Writer& out, const RunningValue& running) {
  out.object([&] {
    out.key("where").text(running.where);
    write_text(out.key("value"), running.value ? std::optional(*running.value) : std::nullopt);
    write_error(out, running.value ? std::nullopt : std::optional(running.value.error()));
  });
}

void write_writer(Writer& out, const SysctlWriter& writer) {
  out.object([&] {
    out.key("owner").text(writer.owner);
    out.key("file").text(writer.file);
    out.key("line").optional_number(writer.line == 0 ? std::nullopt : std::optional<std::int64_t>(writer.line));
    out.key("value").optional_text(writer.value);
  });
}

void write_demand(Writer& out, const SettingDemand& demand) {
  const auto& quantity = demand.quantity;
  out.object([&] {
    out.key("instance").text(demand.instance);
    out.key("what").text(demand.what);
    out.key("value").optional_number(quantity ? std::optional(quantity->value) : std::nullopt);
    out.key("basis").optional_text(quantity ? to_string(quantity->basis) : std::string_view());
    json::write_terms(out.key("terms"), quantity ? quantity->terms : std::vector<Term>());
    write_error(out, quantity ? std::nullopt : std::optional(quantity.error()));
  });
}

void write_verdict(Writer& out, const SettingVerdict& verdict) {
  const auto word = [](Standing standing) {
    return standing == Standing::not_known ? std::string_view() : to_string(standing);
  };
  out.object([&] {
    out.key("check").text(verdict.check);
    out.key("subject").text(verdict.subject);
    out.key("now").optional_text(word(verdict.now));
    out.key("then").optional_text(word(verdict.then));
    out.key("why").text(verdict.why);
  });
}

template <typename Items, typename Write>
void write_list(Writer& out, const Items& items, Write&& write) {
  out.array([&] {
    for (const auto& item : items) write(out, item);
  });
}

void write_key(Writer& out, const Why& why) {
  const auto text = [](Writer& to, std::string_view item) { to.text(item); };
  const auto error = [](Writer& to, const Error& item) { to.tree(json::error(item)); };
  out.object([&] {
    out.key("key").text(why.name);
    out.key("kind").text(why.kind == Why::Kind::sysctl ? "sysctl" : "unit_limit");
    out.key("exists").boolean(why.exists());
    write_list(out.key("running"), why.running, write_running);
    write_text(out.key("after_boot"), why.after_boot());
    write_answers(out, why);
    write_text(out.key("initial"), why.initial);
    out.key("late_module").optional_text(why.late_module);
    write_list(out.key("writers"), why.writers, write_writer);
    out.key("writers_error").tree(why.writers_error ? json::error(*why.writers_error) : json::Json());
    write_list(out.key("demands"), why.demands, write_demand);
    write_list(out.key("demands_unknown"), why.demands_unknown, error);
    write_list(out.key("verdicts"), why.verdicts, write_verdict);
    write_list(out.key("checks"), why.checks, text);
    write_list(out.key("notes"), why.notes, text);
  });
}

}  // namespace

std::string json_why(const std::vector<Why>& settings, const HostFacts& host) {
  std::string document;
  Writer out([&](std::string_view piece) { document += piece; });
  out.object([&] {
    out.key("schema").text("lbpreflight.why/1");
    out.key("tool").tree(json::tool());
    out.key("host").tree(json::host(host));
    write_list(out.key("keys"), settings, write_key);
  });
  out.finish();
  return document;
}

}  // namespace preflight
