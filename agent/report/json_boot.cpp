// SPDX-License-Identifier: Apache-2.0
// Lines are told whole: which of them decides is clear only beside those that do not.
#include "agent/report/json_boot.h"

namespace preflight::json {
namespace {

std::string_view name_of(LineFate fate) {
  switch (fate) {
    case LineFate::decides:
      return "decides";
    case LineFate::overridden:
      return "overridden";
    case LineFate::hidden:
      return "hidden";
    case LineFate::excepted:
      return "excepted";
    case LineFate::excepts:
      return "excepts";
    case LineFate::refused:
      break;
  }
  return "refused";
}

Json line_of(const SysctlLine& line) {
  return {{"file", line.file},   {"line", line.line},          {"key", line.key},
          {"value", line.value}, {"fate", name_of(line.fate)}, {"managed_by", optional_text(line.managed_by)}};
}

Json answer_of(const Result<LoaderAnswer>& answer) {
  if (!answer) return absent(answer.error());
  const auto* const decider = answer->decider ? &answer->lines[*answer->decider] : nullptr;
  Json lines = Json::array();
  for (const auto& line : answer->lines) lines.push_back(line_of(line));
  return {{"value", answer->value ? Json(*answer->value) : Json()},
          {"file", decider == nullptr ? Json() : Json(decider->file)},
          {"line", decider == nullptr ? Json() : Json(decider->line)},
          {"lines", std::move(lines)}};
}

std::string_view name_of(WriteRule rule) {
  switch (rule) {
    case WriteRule::sets:
      return "sets";
    case WriteRule::raises:
      return "raises";
    case WriteRule::lowers:
      break;
  }
  return "lowers";
}

}  // namespace

Json sysctl_boot(const Result<SysctlBoot>& boot) {
  if (!boot) return absent(boot.error());
  Json keys = Json::object();
  for (const auto& [key, found] : boot->keys) {
    keys[key] = {{"systemd", answer_of(found.systemd)},
                 {"procps", answer_of(found.procps)},
                 {"late_module", optional_text(found.late_module)},
                 {"kernel", found.kernel ? Json(*found.kernel) : Json()}};
  }
  return {{"loader", boot->loader == SysctlLoader::systemd ? "systemd" : "procps"}, {"keys", std::move(keys)}};
}

Json sysctl_writers(const Result<std::vector<SysctlWriter>>& writers) {
  if (!writers) return absent(writers.error());
  Json list = Json::array();
  for (const auto& writer : *writers) {
    list.push_back({{"owner", writer.owner},
                    {"file", writer.file},
                    {"line", writer.line == 0 ? Json() : Json(writer.line)},
                    {"key", writer.key},
                    {"rule", name_of(writer.rule)},
                    {"value", optional_text(writer.value)}});
  }
  return list;
}

}  // namespace preflight::json
