// SPDX-License-Identifier: Apache-2.0
// What help and manual tell besides the options: examples, exit codes, files.
#include "agent/cli/option_tree.h"

namespace preflight::cli {
namespace {

// The first of each verb is what a person types first; the top of the help shows check's.
constexpr Example kExamples[] = {
    {Verb::check, "lbpreflight", "is this host ready for its haproxy?"},
    {Verb::check, "lbpreflight --config new.cfg", "would it be, for this configuration?"},
    {Verb::check, "lbpreflight --what-if maxconn=+50%", "and with half as much again?"},
    {Verb::check, "lbpreflight --format json", "the whole report, for machines"},
    {Verb::plan, "lbpreflight plan", "what would cure it, and how"},
    {Verb::plan, "lbpreflight plan -o plan.json", "keep that, to be applied as it is"},
    {Verb::plan, "lbpreflight plan --format script", "as commands for your own tools"},
    {Verb::apply, "lbpreflight apply --dry-run", "the same, from the verb that would do it"},
    {Verb::apply, "lbpreflight apply --yes", "cure it, without a question"},
    {Verb::apply, "lbpreflight apply plan.json", "as planned, or not at all"},
    {Verb::apply, "lbpreflight apply --confirm-within 2m", "and back again, unless you can still say yes"},
    {Verb::revert, "lbpreflight revert", "as it was before the last one"},
    {Verb::recover, "lbpreflight recover", "after a power cut"},
    {Verb::confirm, "lbpreflight confirm", "it works: it stays"},
    {Verb::history, "lbpreflight history", "what was done here"},
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

constexpr Entry kExitStatuses[] = {
    {"0", "compliant: no finding at or above --fail-on; or everything planned is applied"},
    {"1", "findings at or above --fail-on; after apply, those that no remedy cured"},
    {"2", "usage or policy wrong, or --config cannot be read: nothing was judged"},
    {"3", "incomplete: a check at or above --fail-on could not look, or the report could not be written"},
    {"4", "apply failed and was rolled back: the host is as before"},
    {"5", "the host is between two states: run lbpreflight recover"},
    {"6",
     "refused, nothing changed: the lock is held, the plan is stale, somebody else's edit, a file others may write"},
    {"70", "a bug in lbpreflight itself"},
    {"128+n", "ended by signal n"},
};

constexpr Entry kFiles[] = {
    {"/etc/haproxy/haproxy.cfg", "judged when no haproxy runs and no unit names another"},
    {"/etc/lbpreflight/policy.toml", "the site's policy, on top of the built-in one"},
    {"/var/lib/lbpreflight", "the journal: what was changed, and all that undoing it takes"},
    {"/etc/sysctl.d/zz-lbpreflight.conf", "kernel settings that apply wrote down for the next boot"},
    {"/etc/systemd/system/UNIT.d/zz-lbpreflight.conf", "the limit of descriptors that apply gave to a unit"},
    {"/etc/lbpreflight/policy.d/*.toml", "further policy, in byte order of the names; the last one wins"},
};

}  // namespace

std::span<const Example> examples() { return kExamples; }
std::span<const Entry> exit_statuses() { return kExitStatuses; }
std::span<const Entry> files() { return kFiles; }

}  // namespace preflight::cli
