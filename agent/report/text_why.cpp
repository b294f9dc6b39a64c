// SPDX-License-Identifier: Apache-2.0
// From the answer to its grounds: now and after the next boot first, then the line that decides, then those that do
// not.
#include "agent/report/text_why.h"

#include "agent/report/text_why_parts.h"

namespace preflight {
namespace {

using text::Ink;
using text::Page;

/// Of a limit the hard half: haproxy raises its own soft one.
std::string brief(const Why& why, std::string_view value) {
  if (why.kind == Why::Kind::unit_limit) value.remove_prefix(value.find(':') + 1);
  return text::shown_value(value);
}

std::optional<std::string> now_of(const Why& why) {
  if (why.running.empty() || !why.running.front().value) return std::nullopt;
  return brief(why, *why.running.front().value);
}

/// What a person reads first when the value after the next boot is not known.
std::string unknown_then(const Why& why) {
  const bool untouched =
      why.writers.empty() && !why.writers_error && !why.answers.empty() && !why.answers.front().error;
  if (untouched) return "after the next boot " + (why.initial_from.empty() ? "nobody sets it" : why.initial_from);
  const auto loaded = why.loaded();
  if (loaded && why.writers_error) return text::shown_value(*loaded) + " after the next boot, as far as could be seen";
  return "not known after the next boot";
}

void add_headline(Page& page, const Why& why) {
  const text::Span name{.text = why.name + ":", .ink = Ink::strong};
  const auto now = now_of(why);
  const auto last = why.after_boot();
  const auto then = last ? std::optional(brief(why, *last)) : std::nullopt;
  if (!then) return page.add({name, {.text = (now ? *now + " now, " : "") + unknown_then(why)}});
  if (!now) return page.add({name, {.text = *then + " after the next boot"}});
  if (*now == *then) return page.add({name, {.text = *now + " now and after the next boot"}});
  page.add({name, {.text = *now + " now,"}, {.text = *then + " after the next boot", .ink = Ink::warning}});
}

}  // namespace

std::string text_why(const Why& why, bool color) {
  Page page(color);
  add_headline(page, why);
  page.blank();
  text::add_values(page, why);
  for (const auto& note : why.notes) page.add({{.text = note, .column = 2}}, 4);
  text::add_lines(page, why);
  text::add_demands(page, why);
  return page.text();
}

}  // namespace preflight
