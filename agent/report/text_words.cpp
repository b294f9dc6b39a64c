// SPDX-License-Identifier: Apache-2.0
// How a report says things to people.
#include "agent/report/text_words.h"

#include <algorithm>
#include <cctype>

#include "probes/base/text.h"
#include "probes/base/visit.h"

namespace preflight::text {
namespace {

constexpr std::size_t kMostTerms = 12;

std::string_view words_of(Relation relation) {
  switch (relation) {
    case Relation::at_least:
      return "at least ";
    case Relation::at_most:
      return "at most ";
    case Relation::equal:
      return "";
    case Relation::outside:
      return "outside ";
  }
  return "";
}

/// A label that begins with its own number ("2 x 100,000 maxconn") is the whole addend.
std::string addend(const Term& term) {
  const bool has_number = !term.label.empty() && std::isdigit(static_cast<unsigned char>(term.label.front())) != 0;
  std::string text = has_number ? term.label : grouped(term.value < 0 ? -term.value : term.value) + " " + term.label;
  if (term.origin.written() && term.origin.file) {
    const auto& path = *term.origin.file;
    text += " (" + path.substr(path.rfind('/') + 1) + ":" + std::to_string(term.origin.line) + ")";
  }
  return text;
}

/// Whether the sentence has told this measure already; a number is told without its unit too.
bool tells(const std::string& sentence, const Measure& measure) {
  const auto* number = std::get_if<std::int64_t>(&measure.value);
  return sentence.find(number != nullptr ? grouped(*number) : text::words_of(measure)) != std::string::npos;
}

/// What a demand is called, and whose it is.
std::string noun_of(const DemandDifference& difference) {
  const auto subject = difference.subject.substr(difference.subject.find(':') + 1);
  if (difference.name == "file_descriptors") return "descriptors";
  if (difference.name == "memory") return "bytes of memory";
  if (difference.name == "conntrack") return "connection tracking entries";
  if (difference.name == "backlog") return "accept queue asked for by " + subject;
  if (difference.name == "source_ports") return "connections of " + subject;
  return std::string(difference.name);
}

}  // namespace

std::string counted(std::size_t count, std::string_view noun) {
  return grouped(static_cast<std::int64_t>(count)) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string words_of(const Measure& measure) {
  if (!measure.text.empty()) return measure.text;
  const std::string unit = measure.unit.empty() ? "" : " " + measure.unit;
  return visit(
      measure.value, [](std::monostate) { return std::string(); },
      [&](std::int64_t number) { return grouped(number) + unit; }, [](const std::string& value) { return value; });
}

std::string words_of(const Expectation& expectation) {
  return std::string(words_of(expectation.relation)) + words_of(expectation.measure);
}

std::string words_of(const DemandDifference& difference) {
  const auto value = [](const DemandDifference::Side& side) {
    if (!side.demanded) return std::string("none");
    return side.value ? grouped(*side.value) : std::string("not known");
  };
  return noun_of(difference) + ": " + value(difference.before) + " -> " + value(difference.after);
}

std::string arithmetic(const std::vector<Term>& terms) {
  std::string text;
  const std::size_t shown = terms.size() > kMostTerms ? kMostTerms - 1 : terms.size();
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += terms[i].value < 0 ? " - " : " + ";
    if (i == 0 && terms[i].value < 0) text += "-";
    text += addend(terms[i]);
  }
  if (shown < terms.size()) text += " + " + counted(terms.size() - shown, "further term");
  return text;
}

std::string sentence(const Check& check, const Detail& detail) {
  if (!detail.why.empty()) return detail.why;
  return "not so: " + std::string(check.title);
}

std::string comparison(const Detail& detail) {
  if (!detail.observed || !detail.expected) return {};
  const std::string observed = words_of(*detail.observed);
  const std::string measure = words_of(detail.expected->measure);
  if (observed.empty() || measure.empty()) return {};
  const bool numbers = std::holds_alternative<std::int64_t>(detail.expected->measure.value);
  const bool told = tells(detail.why, *detail.observed) && (tells(detail.why, detail.expected->measure) || !numbers);
  if (observed == measure || told) return {};
  return "is " + observed + (numbers ? ", should be " : "; should be ") + words_of(*detail.expected);
}

std::string place(const Where& where) { return where.origin.written() ? where.origin.text() : where.object; }

bool names_subject(std::string_view told, const Subject& subject) {
  const std::string_view whole = subject.text;
  const auto colon = whole.find(':');
  if (colon == std::string_view::npos) return true;  // the host itself
  const auto name = whole.substr(colon + 1);
  if (told.find(name) != std::string_view::npos) return true;
  const auto slash = name.find('/');  // bind:tcp/*:443
  if (slash != std::string_view::npos && told.find(name.substr(slash + 1)) != std::string_view::npos) return true;
  std::string as_path(name);
  std::replace(as_path.begin(), as_path.end(), '.', '/');
  return told.find("/proc/sys/" + as_path) != std::string_view::npos;
}

std::string short_system(std::string_view system) {
  std::string text(system.substr(0, system.find(" (")));
  constexpr std::string_view kSuffix = " GNU/Linux";
  if (const auto at = text.find(kSuffix); at != std::string::npos) text.erase(at, kSuffix.size());
  return text;
}

}  // namespace preflight::text
