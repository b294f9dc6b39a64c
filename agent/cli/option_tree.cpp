// SPDX-License-Identifier: Apache-2.0
// The tables of the command line; an option lists the verbs it means something to, so that no verb takes it in vain.
#include "agent/cli/option_tree.h"

#include <algorithm>
#include <iterator>

namespace preflight::cli {
namespace {

constexpr VerbSet kCheck = bit(Verb::check);
constexpr VerbSet kWhy = bit(Verb::why);
constexpr VerbSet kFacts = bit(Verb::facts);
constexpr VerbSet kRecord = bit(Verb::record);
constexpr VerbSet kCatalog = bit(Verb::explain) | bit(Verb::list);
constexpr VerbSet kEvery = ~VerbSet{0};

constexpr std::string_view kFormats[] = {"text", "json"};
constexpr std::string_view kSeverities[] = {"error", "warning", "info"};
constexpr std::string_view kColors[] = {"auto", "always", "never"};

constexpr VerbSpec kVerbs[] = {
    {Verb::check, "check", "", "judge the host against its haproxy.cfg (the default)"},
    {Verb::why, "why", "KEY...", "tell where the value of a sysctl or of LimitNOFILE comes from"},
    {Verb::facts, "facts", "", "show what was read of the host, judging nothing"},
    {Verb::record, "record", "", "write what was read into a bundle, for --from"},
    {Verb::explain, "explain", "[ID]", "say why a check matters, or what limit comes first (ladder)"},
    {Verb::list, "list", "", "list the checks with their severity"},
    {Verb::man, "man", "", "print the manual page (mdoc source)"},
    {Verb::completion, "completion", "[bash]", "print the shell completion"},
};

// In the order of Option; a test holds it to that.
constexpr OptionSpec kOptions[] = {
    {.option = Option::config,
     .name = "config",
     .heading = Heading::look,
     .verbs = kCheck | kWhy | kFacts | kRecord,
     .value = Value::path,
     .placeholder = "FILE|DIR",
     .help = "judge this haproxy configuration instead of the one in use; may be repeated, in haproxy's -f order",
     .variable = "LBPREFLIGHT_CONFIG",
     .repeatable = true},
    {.option = Option::instance,
     .name = "instance",
     .heading = Heading::look,
     .verbs = kCheck | kWhy | kFacts | kRecord,
     .value = Value::name,
     .placeholder = "NAME",
     .help = "look at this haproxy only: its unit, or its first configuration file"},
    {.option = Option::root,
     .name = "root",
     .heading = Heading::look,
     .verbs = kCheck | kWhy | kFacts | kRecord,
     .value = Value::directory,
     .placeholder = "DIR",
     .help = "look at the files below DIR (an image, a mounted disk), at nothing live"},
    {.option = Option::from,
     .name = "from",
     .heading = Heading::look,
     .verbs = kCheck | kWhy | kFacts,
     .value = Value::path,
     .placeholder = "BUNDLE",
     .help = "look at a host recorded earlier with 'record'"},
    {.option = Option::sample,
     .name = "sample",
     .heading = Heading::look,
     .verbs = kCheck | kFacts | kRecord,
     .value = Value::duration,
     .placeholder = "TIME",
     .help = "read counters twice, TIME apart (500ms, 10s; 0: never; at most 60s), to tell losses of now from those "
             "since boot; the default is 2s, where a running haproxy shows drops"},
    {.option = Option::policy,
     .name = "policy",
     .heading = Heading::judge,
     .verbs = kCheck,
     .value = Value::path,
     .placeholder = "FILE",
     .help = "use this policy instead of those in /etc/lbpreflight; may be repeated, the last wins",
     .variable = "LBPREFLIGHT_POLICY",
     .repeatable = true},
    {.option = Option::only,
     .name = "only",
     .heading = Heading::judge,
     .verbs = kCheck,
     .value = Value::check_ids,
     .placeholder = "ID,...",
     .help = "run these checks only",
     .repeatable = true},
    {.option = Option::skip,
     .name = "skip",
     .heading = Heading::judge,
     .verbs = kCheck,
     .value = Value::check_ids,
     .placeholder = "ID,...",
     .help = "run all but these checks",
     .repeatable = true},
    {.option = Option::what_if,
     .name = "what-if",
     .heading = Heading::judge,
     .verbs = kCheck,
     .value = Value::suppositions,
     .placeholder = "NAME=N,...",
     .help = "judge the host as if these numbers were so: maxconn, nbthread, servers (+N: so many more of every "
             "backend), nofile, somaxconn, port_range (LOW-HIGH), conntrack_max; +N, -N, +N% and -N% are relative to "
             "what is; nothing is changed",
     .repeatable = true},
    {.option = Option::fail_on,
     .name = "fail-on",
     .heading = Heading::judge,
     .verbs = kCheck,
     .value = Value::choice,
     .placeholder = "SEVERITY",
     .help = "exit 1 from this severity on: error (the default), warning, info",
     .choices = kSeverities,
     .variable = "LBPREFLIGHT_FAIL_ON"},
    {.option = Option::output,
     .name = "output",
     .letter = 'o',
     .heading = Heading::print,
     .verbs = kRecord,
     .value = Value::path,
     .placeholder = "BUNDLE",
     .help = "the file to write; required"},
    {.option = Option::format,
     .name = "format",
     .heading = Heading::print,
     .verbs = kCheck | kWhy | kFacts | kCatalog,
     .value = Value::choice,
     .placeholder = "FORMAT",
     .help = "text for people (the default) or json for machines",
     .choices = kFormats,
     .variable = "LBPREFLIGHT_FORMAT"},
    {.option = Option::color,
     .name = "color",
     .heading = Heading::print,
     .verbs = kCheck | kWhy,
     .value = Value::choice,
     .placeholder = "WHEN",
     .help = "auto (the default: on a terminal, unless NO_COLOR is set), always, never",
     .choices = kColors},
    {.option = Option::quiet,
     .name = "quiet",
     .letter = 'q',
     .heading = Heading::print,
     .verbs = kCheck | kRecord,
     .help = "one line of result; of the messages only errors"},
    {.option = Option::verbose,
     .name = "verbose",
     .letter = 'v',
     .heading = Heading::print,
     .verbs = kCheck | kFacts | kRecord,
     .help = "infos, passes, waived findings; timings on stderr"},
    {.option = Option::help,
     .name = "help",
     .letter = 'h',
     .heading = Heading::other,
     .verbs = kEvery,
     .help = "this help; after a verb, the help of that verb"},
    {.option = Option::version, .name = "version", .heading = Heading::other, .verbs = kEvery, .help = "the version"},
};
static_assert(std::size(kOptions) == kOptionCount);

// The first of each verb is what a person types first; the top of the help shows check's.
constexpr Example kExamples[] = {
    {Verb::check, "lbpreflight", "is this host ready for its haproxy?"},
    {Verb::check, "lbpreflight --config new.cfg", "would it be, for this configuration?"},
    {Verb::check, "lbpreflight --what-if maxconn=+50%", "and with half as much again?"},
    {Verb::check, "lbpreflight --format json", "the whole report, for machines"},
    {Verb::why, "lbpreflight why net.core.somaxconn", "which file decides, and what the next boot brings"},
    {Verb::why, "lbpreflight why LimitNOFILE", "the same of haproxy's unit"},
    {Verb::facts, "lbpreflight facts --format json", "everything that was read, as one document"},
    {Verb::record, "lbpreflight record -o lb07.json", "take this host along"},
    {Verb::record, "lbpreflight --from lb07.json", "and judge it elsewhere"},
    {Verb::explain, "lbpreflight explain somaxconn_covers_backlog", "what it is about"},
    {Verb::explain, "lbpreflight explain ladder", "how the order of limits is found"},
    {Verb::list, "lbpreflight list", "what is looked at"},
    {Verb::man, "lbpreflight man | man -l -", "read the manual uninstalled"},
    {Verb::completion, "source <(lbpreflight completion bash)", "complete in this shell"},
};

constexpr Exclusion kExclusions[] = {
    {Option::root, Option::from, "a tree and a bundle are two hosts"},
    {Option::root, Option::sample, "a tree of files has no counters"},
    {Option::quiet, Option::verbose, "one asks for less, the other for more"},
};

constexpr Entry kExitStatuses[] = {
    {"0", "compliant: no finding at or above --fail-on"},
    {"1", "findings at or above --fail-on"},
    {"2", "usage or policy wrong, or --config cannot be read: nothing was judged"},
    {"3", "incomplete: a check at or above --fail-on could not look, or the report could not be written"},
    {"70", "a bug in lbpreflight itself"},
    {"128+n", "ended by signal n"},
};

constexpr Entry kFiles[] = {
    {"/etc/haproxy/haproxy.cfg", "judged when no haproxy runs and no unit names another"},
    {"/etc/lbpreflight/policy.toml", "the site's policy, on top of the built-in one"},
    {"/etc/lbpreflight/policy.d/*.toml", "further policy, in byte order of the names; the last one wins"},
};

template <typename Specs, typename Wanted>
auto find_where(const Specs& specs, Wanted wanted) {
  const auto at = std::find_if(std::begin(specs), std::end(specs), wanted);
  return at == std::end(specs) ? nullptr : &*at;
}

}  // namespace

std::string_view title(Heading heading) {
  switch (heading) {
    case Heading::look:
      return "What to look at";
    case Heading::judge:
      return "How to judge";
    case Heading::print:
      return "What to print";
    case Heading::other:
      break;
  }
  return "Other";
}

std::span<const OptionSpec> option_specs() { return kOptions; }
std::span<const VerbSpec> verb_specs() { return kVerbs; }
std::span<const Example> examples() { return kExamples; }
std::span<const Exclusion> exclusions() { return kExclusions; }
std::span<const Entry> exit_statuses() { return kExitStatuses; }
std::span<const Entry> files() { return kFiles; }

const OptionSpec& spec_of(Option option) { return kOptions[static_cast<std::size_t>(option)]; }
const VerbSpec& spec_of(Verb verb) { return kVerbs[static_cast<std::size_t>(verb)]; }

const OptionSpec* find_option(std::string_view name) {
  return find_where(kOptions, [&](const OptionSpec& spec) { return spec.name == name; });
}

const OptionSpec* find_option(char letter) {
  return find_where(kOptions, [&](const OptionSpec& spec) { return letter != 0 && spec.letter == letter; });
}

const VerbSpec* find_verb(std::string_view name) {
  return find_where(kVerbs, [&](const VerbSpec& spec) { return spec.name == name; });
}

}  // namespace preflight::cli
