// SPDX-License-Identifier: Apache-2.0
// Directives as src/cfgparse.c obeys them: a wrong `.if` ends the reading at once, an unknown directive that of its
// file.
#include "probes/haproxy/directives.h"

#include "probes/base/text.h"

namespace preflight::haproxy {

Next Directives::read(const Line& line) {
  const Statement statement(line.words.data(), line.count, Modifier::none);
  const std::string_view keyword = statement.keyword();
  if (keyword == ".if" || keyword == ".elif") return read_condition(line);
  if (keyword == ".else" || keyword == ".endif") {
    if (reading_.too_many_arguments(statement, 0)) return Next::abort;
    return obey(keyword == ".else" ? blocks_.begin_else() : blocks_.end(), line);
  }
  if (blocks_.dropped()) return Next::line;
  return read_message(statement);
}

Next Directives::obey(std::string_view objection, const Line& line) {
  if (objection.empty()) return Next::line;
  reading_.error(line.words[0], std::string(objection));
  return Next::abort;
}

Next Directives::read_condition(const Line& line) {
  const bool is_if = line.words[0].text == ".if";
  const bool needed = is_if ? blocks_.needs_if() : blocks_.needs_elif();
  Truth truth = Truth::no;
  if (needed) {
    const auto result = evaluate_condition(line.joined(1), reading_.environment, reading_.binary);
    if (!result) {
      reading_.error(line.words[0], "the condition cannot be read: " + result.error().reason);
      return Next::abort;
    }
    truth = *result;
  }
  if (truth == Truth::unknown) {
    reading_.remark(RemarkKind::not_understood, line.words[0],
                    "whether this condition holds is not known: every branch of its block is left out");
  }
  return obey(is_if ? blocks_.begin_if(truth) : blocks_.begin_elif(truth), line);
}

Next Directives::read_message(const Statement& line) {
  const std::string_view keyword = line.keyword();
  const bool alert = keyword == ".alert";
  if (!alert && keyword != ".warning" && keyword != ".notice" && keyword != ".diag") {
    reading_.error(line[0], "unknown directive");
    return Next::end_of_file;
  }
  if (reading_.too_many_arguments(line, 1) || !alert) return Next::line;
  reading_.error(line[0], "the configuration refuses itself: " + printable(line[1].text.substr(0, 200)));
  return Next::abort;
}

Next Directives::end_file(Next next) {
  if (blocks_.open()) {
    reading_.error({{}, 1}, "an '.if' is not closed at the end of the file");
    return Next::abort;
  }
  blocks_.clear();
  return next;
}

}  // namespace preflight::haproxy
