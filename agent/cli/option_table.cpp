// SPDX-License-Identifier: Apache-2.0
// The tables of the command line; an option lists the verbs it means something to, so that no verb takes it in vain.
#include <iterator>

#include "agent/cli/option_tree.h"

namespace preflight::cli {
namespace {

constexpr VerbSet kCheck = bit(Verb::check);
constexpr VerbSet kPlanning = bit(Verb::plan) | bit(Verb::apply);
constexpr VerbSet kUndoing = bit(Verb::revert) | bit(Verb::recover);
constexpr VerbSet kChanging = bit(Verb::apply) | kUndoing | bit(Verb::confirm);
constexpr VerbSet kMutation = kPlanning | kChanging | bit(Verb::history);
constexpr VerbSet kWhy = bit(Verb::why);
constexpr VerbSet kFacts = bit(Verb::facts);
constexpr VerbSet kRecord = bit(Verb::record);
constexpr VerbSet kCatalog = bit(Verb::explain) | bit(Verb::list);
constexpr VerbSet kEvery = ~VerbSet{0};

constexpr std::string_view kFormats[] = {"text", "json", "script"};
constexpr std::string_view kSeverities[] = {"error", "warning", "info"};
constexpr std::string_view kColors[] = {"auto", "always", "never"};

constexpr VerbSpec kVerbs[] = {
    {Verb::check, "check", "", "judge the host against its haproxy.cfg (the default)"},
    {Verb::plan, "plan", "", "show what would cure this host, change by change"},
    {Verb::apply, "apply", "[PLAN]", "carry a plan out, as one transaction that can be undone"},
    {Verb::revert, "revert", "[TRANSACTION]", "bring back exactly what was there before"},
    {Verb::recover, "recover", "", "finish what a crash cut off"},
    {Verb::confirm, "confirm", "", "keep what was applied with --confirm-within"},
    {Verb::history, "history", "", "tell who changed what and when, and whether it is still so"},
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
     .verbs = kCheck | kPlanning | kWhy | kFacts | kRecord,
     .value = Value::path,
     .placeholder = "FILE|DIR",
     .help = "judge this haproxy configuration instead of the one in use; may be repeated, in haproxy's -f order",
     .variable = "LBPREFLIGHT_CONFIG",
     .repeatable = true},
    {.option = Option::instance,
     .name = "instance",
     .heading = Heading::look,
     .verbs = kCheck | kPlanning | kWhy | kFacts | kRecord,
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
     .verbs = kCheck | kPlanning | kFacts | kRecord,
     .value = Value::duration,
     .placeholder = "TIME",
     .help = "read counters twice, TIME apart (500ms, 10s; 0: never; at most 60s), to tell losses of now from those "
             "since boot; the default is 2s, where a running haproxy shows drops"},
    {.option = Option::policy,
     .name = "policy",
     .heading = Heading::judge,
     .verbs = kCheck | kPlanning,
     .value = Value::path,
     .placeholder = "FILE",
     .help = "use this policy instead of those in /etc/lbpreflight; may be repeated, the last wins",
     .variable = "LBPREFLIGHT_POLICY",
     .repeatable = true},
    {.option = Option::only,
     .name = "only",
     .heading = Heading::judge,
     .verbs = kCheck | kPlanning,
     .value = Value::check_ids,
     .placeholder = "ID,...",
     .help = "run these checks only, or what these remedies cure",
     .repeatable = true},
    {.option = Option::skip,
     .name = "skip",
     .heading = Heading::judge,
     .verbs = kCheck | kPlanning,
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
     .verbs = kCheck | kPlanning,
     .value = Value::choice,
     .placeholder = "SEVERITY",
     .help = "exit 1 from this severity on: error (the default), warning, info",
     .choices = kSeverities,
     .variable = "LBPREFLIGHT_FAIL_ON"},
    {.option = Option::yes,
     .name = "yes",
     .letter = 'y',
     .heading = Heading::change,
     .verbs = bit(Verb::apply),
     .help = "do not ask"},
    {.option = Option::dry_run,
     .name = "dry-run",
     .letter = 'n',
     .heading = Heading::change,
     .verbs = bit(Verb::apply),
     .help = "show the plan and stop; nothing is written"},
    {.option = Option::allow_restart,
     .name = "allow-restart",
     .heading = Heading::change,
     .verbs = kPlanning | kUndoing,
     .help = "restart haproxy where a change needs it; its connections are lost"},
    {.option = Option::keep_edited,
     .name = "keep-edited",
     .heading = Heading::change,
     .verbs = kUndoing,
     .help = "leave what somebody else changed meanwhile as it is, and bring back the rest"},
    {.option = Option::confirm_within,
     .name = "confirm-within",
     .heading = Heading::change,
     .verbs = bit(Verb::apply),
     .value = Value::duration,
     .placeholder = "TIME",
     .help =
         "undo all of it again, by a timer of systemd's, unless `lbpreflight confirm` comes within TIME (10s to 1h)"},
    {.option = Option::wait,
     .name = "wait",
     .heading = Heading::change,
     .verbs = kChanging,
     .value = Value::duration,
     .placeholder = "TIME",
     .help = "wait as long for another lbpreflight that changes this host (up to 1h; the default is not to wait)"},
    {.option = Option::output,
     .name = "output",
     .letter = 'o',
     .heading = Heading::print,
     .verbs = kRecord | bit(Verb::plan),
     .value = Value::path,
     .placeholder = "FILE",
     .help = "the file to write, which must not be there yet: the bundle, the plan"},
    {.option = Option::format,
     .name = "format",
     .heading = Heading::print,
     .verbs = kCheck | kMutation | kWhy | kFacts | kCatalog,
     .value = Value::choice,
     .placeholder = "FORMAT",
     .help = "text for people (the default), json for machines; of a plan also script, for a shell",
     .choices = kFormats,
     .variable = "LBPREFLIGHT_FORMAT"},
    {.option = Option::color,
     .name = "color",
     .heading = Heading::print,
     .verbs = kCheck | kMutation | kWhy,
     .value = Value::choice,
     .placeholder = "WHEN",
     .help = "auto (the default: on a terminal, unless NO_COLOR is set), always, never",
     .choices = kColors},
    {.option = Option::quiet,
     .name = "quiet",
     .letter = 'q',
     .heading = Heading::print,
     .verbs = kCheck | kMutation | kRecord,
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

constexpr Exclusion kExclusions[] = {
    {Option::root, Option::from, "a tree and a bundle are two hosts"},
    {Option::root, Option::sample, "a tree of files has no counters"},
    {Option::dry_run, Option::confirm_within, "what changes nothing needs no confirmation"},
    {Option::quiet, Option::verbose, "one asks for less, the other for more"},
};

}  // namespace

std::span<const OptionSpec> option_specs() { return kOptions; }
std::span<const VerbSpec> verb_specs() { return kVerbs; }
std::span<const Exclusion> exclusions() { return kExclusions; }

}  // namespace preflight::cli
