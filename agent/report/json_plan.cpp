// SPDX-License-Identifier: Apache-2.0
// One plan document, and around it how things ended.
#include "agent/report/json_plan.h"

#include "agent/report/json_parts.h"
#include "agent/report/unified_diff.h"
#include "probes/base/utc_time.h"
#include "remediations/change_json.h"
#include "remediations/plan_json.h"

namespace preflight {
namespace {

using json::Json;

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

Json diff_of(const Change& change) {
  Json diff{{"object", object_of(change)}, {"describe", describe(change)}};
  if (const auto* const file = std::get_if<FileWrite>(&change)) {
    diff["unified"] = joined(unified_diff(file->path, content_of(file->from), content_of(file->to)));
  } else if (const auto* const write = std::get_if<SysctlWrite>(&change)) {
    diff["before"] = write->from;
    diff["after"] = write->to;
  } else if (const auto* const edit = std::get_if<SelinuxEdit>(&change)) {
    diff["before"] = joined(sentences_of(inverse(*edit)));
    diff["after"] = joined(sentences_of(*edit));
  }
  return diff;
}

Json diffs_of(const Plan& plan) {
  Json diffs = Json::array();
  for (const auto& step : plan.steps) diffs.push_back(diff_of(step.change));
  return diffs;
}

Json edit_of(const ForeignEdit& edit) {
  Json json{{"object", edit.object}, {"expected", change_json(edit.change)}};
  if (std::holds_alternative<SysctlWrite>(edit.change) || std::holds_alternative<SelinuxEdit>(edit.change))
    json["found"] = edit.found.value;
  if (std::holds_alternative<FileWrite>(edit.change))
    json["found"] = edit.found.image ? Json(edit.found.image->content) : Json(nullptr);
  return json;
}

std::string_view name_of(TransactionState state) {
  switch (state) {
    case TransactionState::open:
      return "open";
    case TransactionState::unconfirmed:
      return "unconfirmed";
    case TransactionState::applied:
      return "applied";
    case TransactionState::undoing:
      return "undoing";
    case TransactionState::undone:
      break;
  }
  return "undone";
}

}  // namespace

std::string json_plan(const Plan& plan) {
  auto document = plan_document(plan);
  document["changed"] = !plan.empty();
  document["diff"] = diffs_of(plan);
  return json::bytes(document);
}

std::string json_mutation(const MutationReport& report) {
  Json document;
  document["schema"] = "lbpreflight.change/1";
  document["tool"] = json::tool();
  document["verb"] = report.verb;
  document["end"] = to_string(report.end);
  document["changed"] = report.changed();
  document["transactions"] = report.transactions;
  document["recovered"] = report.recovered;
  document["confirm_within"] = report.confirm_within.count();
  document["diff"] = diffs_of(report.plan);
  document["pending"] = report.pending;
  document["kept"] = report.kept;
  document["reasons"] = report.reasons;
  document["edits"] = Json::array();
  for (const auto& edit : report.edits) document["edits"].push_back(edit_of(edit));
  document["uncured"] = uncured_document(report.plan.uncured);
  document["exit_code"] = report.exit_code;
  return json::bytes(document);
}

std::string json_history(const std::vector<Transaction>& transactions, const std::vector<std::string>& standings) {
  Json document;
  document["schema"] = "lbpreflight.history/1";
  document["tool"] = json::tool();
  document["transactions"] = Json::array();
  for (std::size_t i = 0; i < transactions.size(); ++i) {
    const auto& one = transactions[i];
    document["transactions"].push_back({{"id", one.id},
                                        {"at", rfc3339(one.begun.at)},
                                        {"uid", one.begun.actor.uid},
                                        {"login", json::optional_text(one.begun.actor.login)},
                                        {"command", one.begun.actor.command},
                                        {"state", name_of(one.state())},
                                        {"standing", json::optional_text(standings[i])},
                                        {"digest", plan_digest(one.begun.plan)},
                                        {"diff", diffs_of(one.begun.plan)}});
  }
  return json::bytes(document);
}

}  // namespace preflight
