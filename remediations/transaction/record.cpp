// SPDX-License-Identifier: Apache-2.0
// "lbpreflight-journal/1 LENGTH sha256:..." and a line end, then a JSON document of that length and digest.
#include "remediations/transaction/record.h"

#include <nlohmann/json.hpp>

#include "probes/base/text.h"
#include "probes/base/visit.h"
#include "remediations/digest.h"
#include "remediations/json_fields.h"
#include "remediations/plan_json.h"

namespace preflight {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "lbpreflight-journal/1";

Json record_json(const Record& record) {
  return visit(
      record,
      [](const Begun& begun) {
        return Json{{"at", begun.at},
                    {"boot_id", begun.boot_id},
                    {"uid", begun.actor.uid},
                    {"login", begun.actor.login},
                    {"command", begun.actor.command},
                    {"plan", plan_document(begun.plan)}};
      },
      [](const Restarting& restarting) {
        return Json{{"unit", restarting.unit}};
      },
      [](const Applied& applied) {
        return Json{{"at", applied.at}, {"confirm_by", applied.confirm_by}};
      },
      [](const Confirmed& confirmed) {
        return Json{{"at", confirmed.at}};
      },
      [](const Undoing& undoing) {
        return Json{{"at", undoing.at}, {"reason", undoing.reason}};
      },
      [](const Undone& undone) {
        return Json{{"at", undone.at}, {"kept", undone.kept}};
      });
}

std::string header_of(std::string_view document) {
  return std::string(kFormat) + " " + std::to_string(document.size()) + " " + digest(document) + "\n";
}

Result<Record> read_begun(const Json& document, const JsonFields& fields, const std::string& name) {
  Begun begun;
  begun.at = fields.number("at");
  begun.boot_id = fields.text("boot_id");
  begun.actor.uid = fields.small_number("uid");
  begun.actor.login = fields.text("login");
  begun.actor.command = fields.text("command");
  const auto found = document.find("plan");
  if (found == document.end()) return fail(std::errc::bad_message, name, "holds no plan");
  auto plan = read_plan_document(*found);
  if (!plan) return tl::make_unexpected(plan.error());
  begun.plan = std::move(*plan);
  return Record(std::move(begun));
}

Result<Record> read_fields(const Json& document, const JsonFields& fields, const std::string& name) {
  const auto ends_with = [&](std::string_view kind) { return name.ends_with(kind); };
  if (ends_with("-begun")) return read_begun(document, fields, name);
  if (ends_with("-restarting")) return Record(Restarting{fields.text("unit")});
  if (ends_with("-applied")) return Record(Applied{fields.number("at"), fields.number("confirm_by")});
  if (ends_with("-confirmed")) return Record(Confirmed{fields.number("at")});
  if (ends_with("-undoing")) return Record(Undoing{fields.number("at"), fields.text("reason")});
  if (ends_with("-undone")) return Record(Undone{fields.number("at"), fields.texts("kept")});
  return fail(std::errc::bad_message, name, "is no record of a journal");
}

}  // namespace

std::string_view name_of(const Record& record) {
  return visit(
      record, [](const Begun&) { return std::string_view("begun"); },
      [](const Restarting&) { return std::string_view("restarting"); },
      [](const Applied&) { return std::string_view("applied"); },
      [](const Confirmed&) { return std::string_view("confirmed"); },
      [](const Undoing&) { return std::string_view("undoing"); },
      [](const Undone&) { return std::string_view("undone"); });
}

std::string record_text(const Record& record) {
  const auto document = record_json(record).dump(1, ' ', true, Json::error_handler_t::replace) + "\n";
  return header_of(document) + document;
}

Result<Record> read_record(std::string_view text, const std::string& name) {
  const auto end = text.find('\n');
  const auto content = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  if (end == std::string_view::npos || text.substr(0, end + 1) != header_of(content))
    return fail(std::errc::bad_message, name, "is damaged: its content is not what its first line says");
  const auto document = Json::parse(content, nullptr, false);
  if (document.is_discarded()) return fail(std::errc::bad_message, name, "is not JSON");
  std::string wrong;
  const JsonFields fields(document, "", wrong);
  auto record = read_fields(document, fields, name);
  if (record && !wrong.empty()) return fail(std::errc::bad_message, name, wrong);
  return record;
}

}  // namespace preflight
