// SPDX-License-Identifier: Apache-2.0
// lbpreflight(8) as mdoc(7) source: semantic macros, so that man, mandoc and a browser each show it well.
#include <string>

#include "agent/cli/option_tree.h"
#include "agent/cli/options.h"
#include "agent/explain.h"
#include "agent/paragraph.h"
#include "policies/ladder.h"
#include "probes/base/text.h"

namespace preflight::cli {
namespace {

/// The day the page's own words last changed; a build date would make two builds differ.
constexpr std::string_view kDate = "November 22, 2026";

/// Text for roff: a backslash, and a leading '.' or '\'' which would be a request, stand for themselves.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  if (!out.empty() && (out.front() == '.' || out.front() == '\'')) out.insert(0, "\\&");
  return out;
}

/// A line of roff text that is no request.
std::string plain(std::string_view line) {
  std::string out = !line.empty() && (line.front() == '.' || line.front() == '\'') ? "\\&" : "";
  for (const char c : line) out += c == '\\' ? std::string("\\e") : std::string(1, c);
  return out + '\n';
}

/// Prose: every sentence on a line of its own, as mdoc wants it, and wrapped. Hyphens stay hyphens.
std::string prose(std::string_view text) {
  std::string out;
  std::string sentence;
  const auto end_sentence = [&] {
    if (sentence.empty()) return;
    for_each_line(paragraph(sentence, 0), [&](std::string_view line) { out += plain(line); });
    sentence.clear();
  };
  for (const auto word : words(text)) {
    sentence += (sentence.empty() ? "" : " ") + std::string(word);
    if (word.size() > 2 && word.back() == '.' && word != "e.g." && word != "i.e.") end_sentence();
  }
  end_sentence();
  return out;
}

/// The tables' phrases as sentences: a capital first, a full stop last.
std::string sentence(std::string_view phrase) {
  std::string text(phrase);
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') text.front() = static_cast<char>(text.front() - 32);
  if (!text.empty() && text.back() != '?') text += '.';
  return prose(text);
}

/// One macro argument, quoted.
std::string argument(std::string_view text) { return "\"" + roff(text) + "\""; }

/// " Op Ar ID" for "[ID]", " Ar KEY ..." for "KEY...".
std::string own_argument(const VerbSpec& verb) {
  auto name = verb.argument;
  if (name.empty()) return "";
  if (name.front() == '[') return " Op Ar " + std::string(name.substr(1, name.size() - 2));
  if (verb.repeatable()) name.remove_suffix(3);
  return " Ar " + std::string(name) + (verb.repeatable() ? " ..." : "");
}

std::string verbs() {
  std::string text = ".Ss Verbs\n.Bl -tag -width Ds\n";
  for (const auto& verb : verb_specs()) {
    text += ".It Cm " + std::string(verb.name);
    text += own_argument(verb) + '\n' + sentence(verb.summary);
  }
  return text + ".El\n";
}

std::string verbs_of(const OptionSpec& spec) {
  std::string names;
  for (const auto& verb : verb_specs()) {
    if (spec.means_something_to(verb.verb)) names += (names.empty() ? "" : ", ") + std::string(verb.name);
  }
  return "Verbs: " + names + ".";
}

std::string item(const OptionSpec& spec) {
  std::string text = ".It ";
  if (spec.letter != 0) text += std::string("Fl ") + spec.letter + " , ";
  text += "Fl \\-" + roff(spec.name);
  if (!spec.placeholder.empty()) text += " Ar " + argument(spec.placeholder);
  text += '\n' + sentence(spec.help);
  if (spec.heading != Heading::other) text += prose(verbs_of(spec));
  return text;
}

std::string options() {
  std::string text;
  for (const auto heading : kHeadings) {
    text += ".Ss " + std::string(title(heading)) + "\n.Bl -tag -width Ds\n";
    for (const auto& spec : option_specs()) text += spec.heading == heading ? item(spec) : "";
    text += ".El\n";
  }
  return text;
}

std::string checks_section(Checks checks) {
  if (checks.empty()) return "";
  std::string text = ".Sh CHECKS\nEach name is a sentence that is true on a good host.\n.Bl -tag -width Ds\n";
  for (const auto* const check : checks) {
    text += ".It Sy " + std::string(check->id) + " Pq " + std::string(to_string(check->severity)) + '\n' +
            sentence(check->title) + prose(check->rationale) + prose(check->advice);
  }
  return text + ".El\n";
}

std::string ladder_section() {
  std::string text = ".Sh THE LADDER\n" + prose(ladder_introduction()) + ".Bl -tag -width Ds\n";
  for (const auto& spec : limit_specs()) {
    text += ".It Sy " + std::string(spec.name) + '\n' + sentence(spec.bounds) +
            sentence("Reached at: " + std::string(spec.arithmetic)) + sentence(spec.then);
  }
  return text + ".El\n.Pp\n" + prose(ladder_counting());
}

std::string what_if_section() {
  std::string text = ".Sh WHAT IF\n" + prose(what_if_semantics()) + ".Bl -tag -width Ds\n";
  for (const auto& spec : supposition_specs()) {
    text += ".It Cm " + roff(spec.name) + " Ns = Ns Ar " + argument(spec.takes) + '\n' + sentence(spec.meaning);
  }
  return text + ".El\n";
}

constexpr std::string_view kWhySection =
    R"(.Sh WHERE A VALUE COMES FROM
.Cm why
takes sysctls as
.Xr sysctl 8 ,
.Xr sysctl.d 5
and
.Pa /proc/sys
spell them,
.Cm LimitNOFILE
for the units of the haproxy of this host, and
.Ar UNIT Ns Cm :LimitNOFILE
for any unit.
Each gets one screen:
.Bl -bullet
.It
the value now, and the one after the next boot, by the program that sets it
there; by
.Ic sysctl Fl \-system
too, where that differs: it reads
.Pa /etc/sysctl.conf
last, and hidden files;
.It
who sets it after that, and what it is where nobody does;
.It
the line that decides, in its file, and who says there that it is his;
.It
every other line that names it, struck out, with what became of it: overridden
by a later one, hidden by a file of the same name in a directory that counts
more, a pattern where the key is named elsewhere, refused by the kernel, ignored
by systemd;
.It
what the configuration demands of it, with the arithmetic.
.El
.Pp
Nothing is judged: the exit status is 0, and 2 where there is no such setting.
)";

std::string environment() {
  std::string text = ".Sh ENVIRONMENT\nAn empty variable counts as unset.\n.Bl -tag -width Ds\n";
  for (const auto& spec : option_specs()) {
    if (spec.variable.empty()) continue;
    text += ".It Ev " + std::string(spec.variable) + "\nStands in for\n.Fl \\-" + roff(spec.name) +
            "\nwhere that is not given.\n";
  }
  return text + ".It Ev NO_COLOR\nNo colour, unless\n.Fl \\-color Cm always .\n.El\n";
}

std::string entries(std::string_view section, std::string_view macro, std::span<const Entry> list) {
  std::string text = ".Sh " + std::string(section) + "\n.Bl -tag -width Ds\n";
  for (const auto& entry : list) {
    text += ".It " + std::string(macro) + argument(entry.name) + '\n' + sentence(entry.meaning);
  }
  return text + ".El\n";
}

std::string example_section() {
  std::string text = ".Sh EXAMPLES\n.Bl -tag -width Ds\n";
  for (const auto& example : examples()) {
    text += ".It Li " + argument(example.command) + '\n' + sentence(example.meaning);
  }
  return text + ".El\n";
}

constexpr std::string_view kDescription =
    R"(.Nm
reads
.Pa haproxy.cfg ,
computes what it demands of the host, reads the live host, and compares the two:
descriptors, accept queues, source ports, connection tracking, ports in use,
and what the next boot will set.
Every finding shows its arithmetic and where each number was written.
Only
.Cm apply , revert , recover
and
.Cm confirm
change anything; all else reads, and nothing is executed but haproxy itself
.Pq Fl vv No and Fl c .
.Pp
Without a verb,
.Nm
does
.Cm check .
Results go to standard output, messages to standard error.
)";

}  // namespace

std::string man_page(Checks checks) {
  return ".\\\" Generated by lbpreflight man.\n.Dd " + std::string(kDate) +
         "\n.Dt LBPREFLIGHT 8\n.Os\n.Sh NAME\n.Nm lbpreflight\n.Nd tells whether this host can carry its haproxy.cfg\n"
         ".Sh SYNOPSIS\n.Nm\n.Op Ar verb\n.Op Ar option ...\n.Sh DESCRIPTION\n" +
         std::string(kDescription) + verbs() + options() + checks_section(checks) + ladder_section() +
         what_if_section() + std::string(kWhySection) + environment() + entries("FILES", "Pa ", files()) +
         entries("EXIT STATUS", "Li ", exit_statuses()) + example_section() +
         ".Sh SEE ALSO\n.Xr haproxy 1 ,\n.Xr sysctl.d 5 ,\n.Xr systemd.exec 5 ,\n.Xr sysctl 8\n";
}

}  // namespace preflight::cli
