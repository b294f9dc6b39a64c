// SPDX-License-Identifier: Apache-2.0
// The values in the order in which they come to be: now, by the loader at boot, by those who write after it.
#include <algorithm>
#include <vector>

#include "agent/report/text_why_parts.h"
#include "probes/base/text.h"

namespace preflight::text {
namespace {

constexpr std::size_t kMostWriters = 3;
constexpr std::size_t kMostRunning = 3;
constexpr std::size_t kValueColumn = 20;
constexpr std::size_t kLeastSourceColumn = 28;
constexpr std::size_t kMostSourceColumn = 40;

/// What is told in columns: when, the value, and where it comes from.
struct Row {
  std::string label;
  std::string value;
  std::string source;
};

/// The sources stand in line, unless a value is very long.
void add_rows(Page& page, const std::vector<Row>& rows) {
  std::size_t column = kLeastSourceColumn;
  for (const auto& row : rows) {
    const auto wanted = kValueColumn + columns(row.value) + 2;
    if (wanted <= kMostSourceColumn) column = std::max(column, wanted);
  }
  for (const auto& row : rows) {
    page.add({{.text = row.label, .column = 2},
              {.text = row.value, .ink = Ink::strong, .column = kValueColumn},
              {.text = row.source, .column = column}},
             column);
  }
}

/// "systemd-sysctl, /etc/sysctl.d/99-sysctl.conf:12"
std::string source_of(const BootAnswer& answer) {
  if (answer.error) return describe(*answer.error);
  if (const auto* line = answer.deciding()) return line->place();
  return answer.lines.empty() ? "no file sets it" : "none of the lines counts";
}

Row answer_row(std::string label, const BootAnswer& answer, const std::string& by = "") {
  return {std::move(label),
          answer.error   ? "not known"
          : answer.value ? shown_value(*answer.value)
                         : "not set",
          by + source_of(answer)};
}

/// Whether the setting stays what it is without any file.
bool untouched(const Why& why) {
  const auto& boot = why.answers.front();
  return !boot.error && (!boot.value || !why.late_module.empty());
}

/// Of the program that runs at boot; where it does nothing, what there is without it.
Row boot_row(const Why& why) {
  const auto& boot = why.answers.front();
  const std::string by(to_string(boot.by));
  if (!untouched(why)) return answer_row("next boot", boot, by + ", ");
  const auto reason = boot.value ? by + " comes too early" : source_of(boot);
  return {"next boot", why.initial ? shown_value(*why.initial) : "not set", reason + ": " + why.initial_from};
}

bool differs(const BootAnswer& a, const BootAnswer& b) {
  if (a.error || b.error) return a.error != b.error;
  if (a.value.has_value() != b.value.has_value()) return true;
  return a.value && !same_value(*a.value, *b.value);
}

/// "and 3 more", where a list was cut.
void add_more(std::vector<Row>& rows, std::size_t all, std::size_t most) {
  if (all > most) rows.push_back({"", "", "and " + std::to_string(all - most) + " more (--format json lists them)"});
}

void add_running(std::vector<Row>& rows, const Why& why) {
  const bool several = why.running.size() > 1;
  for (std::size_t i = 0; i < std::min(why.running.size(), kMostRunning); ++i) {
    const auto& each = why.running[i];
    if (each.value) {
      rows.push_back({"now", shown_value(*each.value), several ? each.where : ""});
    } else if (!is_offline_tree(each.value.error())) {
      rows.push_back({"now", "not known", describe(each.value.error())});
    }
  }
  add_more(rows, why.running.size(), kMostRunning);
}

void add_writers(std::vector<Row>& rows, const Why& why) {
  for (std::size_t i = 0; i < std::min(why.writers.size(), kMostWriters); ++i) {
    const auto& writer = why.writers[i];
    const std::string place = writer.file + (writer.line == 0 ? "" : ":" + std::to_string(writer.line));
    rows.push_back(
        {"then", writer.value.empty() ? "not known" : shown_value(writer.value), writer.owner + ", " + place});
  }
  add_more(rows, why.writers.size(), kMostWriters);
  if (why.writers_error) rows.push_back({"then", "not known", describe(*why.writers_error)});
}

}  // namespace

std::string shown_value(std::string_view value) {
  std::string text;
  for (const auto word : words(value)) text += (text.empty() ? "" : " ") + std::string(word);
  return text.empty() ? "(empty)" : text;
}

void add_values(Page& page, const Why& why) {
  std::vector<Row> rows;
  add_running(rows, why);
  if (!why.answers.empty()) {
    rows.push_back(boot_row(why));
    add_writers(rows, why);
    for (std::size_t i = 1; i < why.answers.size(); ++i) {
      const auto& other = why.answers[i];
      if (differs(other, why.answers.front())) rows.push_back(answer_row(std::string(to_string(other.by)), other));
    }
  }
  if (why.initial && (why.answers.empty() || !untouched(why)))
    rows.push_back({"otherwise", shown_value(*why.initial), why.initial_from});
  add_rows(page, rows);
}

}  // namespace preflight::text
