// SPDX-License-Identifier: Apache-2.0
// haproxy binds a unix socket beside its place, as "<path>.<pid>.tmp", and renames it then (src/sock_unix.c): whoever
// starts it must be able to write to the directory. An abstract socket has no file, and no SO_REUSEPORT either.
#include <algorithm>
#include <set>

#include "policies/check.h"
#include "policies/demand/parts.h"
#include "policies/named_files.h"
#include "policies/socket_file.h"
#include "policies/starter.h"

namespace preflight::checks {
namespace {

using haproxy::Bind;
using haproxy::InstanceFacts;

constexpr Need kNeeds[] = {Need::unit, Need::paths};
constexpr std::string_view kReferences[] = {"HAProxy configuration manual: bind, stats socket, unix-bind",
                                            "unix(7), pathname and abstract sockets",
                                            "systemd.exec(5), RuntimeDirectory=", "tmpfiles.d(5)"};
constexpr haproxy::Version kSharesOneSocket{2, 8, 0};

Outcome refused(const Bind& socket, std::string observed, std::string expected, std::string why) {
  Detail detail;
  detail.where.origin = socket.origin;
  detail.observed = Measure(std::move(observed));
  detail.expected = Expectation{Relation::equal, Measure(std::move(expected))};
  detail.why = std::move(why);
  detail.evidence.emplace_back("haproxy will refuse this UNIX socket and exit; `haproxy -c` says valid");
  return Fail{Severity::error, std::move(detail), true};
}

Outcome passed(const Bind& socket) {
  Detail detail;
  detail.where.origin = socket.origin;
  return Pass{std::move(detail)};
}

Outcome unknown(const std::string& object, std::string reason) {
  return Unknown{{std::errc::no_message, object, std::move(reason)}};
}

/// A program of the unit that may prepare the place; haproxy's own check of its configuration does not.
const std::string* preparation(const InstanceFacts& instance) {
  if (!instance.unit) return nullptr;
  const auto& programs = instance.unit->exec_start_pre;
  const auto found = std::find_if(programs.begin(), programs.end(), [](const std::string& program) {
    return program.substr(program.find_last_of('/') + 1).rfind("haproxy", 0) != 0;
  });
  return found == programs.end() ? nullptr : &*found;
}

bool is_made_by_systemd(const std::string& directory, const InstanceFacts& instance) {
  if (!instance.unit) return false;
  const auto& made = instance.unit->made_directories;
  return std::find(made.begin(), made.end(), directory) != made.end();
}

/// What is there only after boot is not in the files of a host that does not run.
bool is_filled_at_boot(const std::string& directory) {
  return directory.rfind("/run/", 0) == 0 || directory.rfind("/var/run/", 0) == 0;
}

std::string owner_of(const Bind& socket) {
  std::string owner = socket.user ? "user " + socket.user->value : std::string();
  if (socket.group) owner += (owner.empty() ? "group " : ", group ") + socket.group->value;
  return owner;
}

Outcome judge_owner(const Bind& socket, const InstanceFacts& instance, const Facts& facts) {
  const auto given = may_give_away(socket, instance, facts);
  if (!given) return Unknown{given.error()};
  if (*given) return passed(socket);
  return refused(socket, "started as " + starter_text(instance) + " without CAP_CHOWN or CAP_FOWNER", owner_of(socket),
                 "haproxy cannot give its socket to " + owner_of(socket));
}

/// Root may write to it, whatever its mode.
Outcome judge_made_at_boot(const Bind& socket, const std::string& directory, const InstanceFacts& instance,
                           const Facts& facts) {
  const auto overrides = starter_has(instance, facts, kCapDacOverride);
  if (!overrides) return Unknown{overrides.error()};
  if (*overrides) return judge_owner(socket, instance, facts);
  return unknown(directory, "made at boot, for whom tmpfiles.d says");
}

Outcome judge_missing(const Bind& socket, const std::string& directory, const InstanceFacts& instance,
                      const Facts& facts) {
  if (const auto* program = preparation(instance))
    return unknown(directory, "missing, but " + *program + " may make it");
  if (const auto& made = instance.files->boot_directories; made) {
    if (!*made) return Unknown{made->error()};
    if ((*made)->count(directory) != 0) return judge_made_at_boot(socket, directory, instance, facts);
  }
  if (facts.host.kind == HostKind::tree && is_filled_at_boot(directory)) return unknown(directory, "filled at boot");
  return refused(socket, "no directory " + directory, "a directory",
                 "haproxy cannot make its socket in a directory that is missing");
}

/// What stands there itself, and not behind a link, which is replaced.
bool is_itself(const PathStatus& there, const PathStatus& directory, const std::string& path) {
  const auto name = path.substr(path.find_last_of('/') + 1);
  return there.resolved == (directory.resolved == "/" ? "" : directory.resolved) + "/" + name;
}

Outcome judge_there(const Bind& socket, const PathStatus& there, const PathStatus& directory,
                    const InstanceFacts& instance, const Facts& facts) {
  if (!is_itself(there, directory, socket.address.text)) return passed(socket);
  if (there.status.kind == FileKind::directory) {
    return refused(socket, "a directory", "a socket, or nothing", "a directory stands where haproxy wants its socket");
  }
  const auto replaces = may_replace(there.status, directory.status, instance, facts);
  if (!replaces) return Unknown{replaces.error()};
  if (*replaces) return passed(socket);
  return refused(socket, std::string(name_of(there.status.kind)) + " of user " + std::to_string(there.status.uid),
                 "its own socket, or nothing", "haproxy may not replace what stands where it wants its socket");
}

Outcome judge_place(const Bind& socket, const PathStatus& directory, const InstanceFacts& instance,
                    const Facts& facts) {
  const auto& path = socket.address.text;
  if (directory.status.kind != FileKind::directory) {
    return refused(socket, std::string(name_of(directory.status.kind)), "a directory",
                   "haproxy cannot make its socket in what is no directory");
  }
  const auto writable = may_write(directory, instance, facts);
  if (!writable) return Unknown{writable.error()};
  if (!*writable) {
    if (const auto* program = preparation(instance)) {
      return unknown(path, "not writable, but " + *program + " may change that");
    }
    return refused(socket, "mode " + octal(directory.status.mode) + ", started as " + starter_text(instance),
                   "a directory that haproxy's starter may write to",
                   "haproxy may not make its socket in " + directory.resolved);
  }
  if (const auto there = status_of(instance, path); there) {
    auto outcome = judge_there(socket, *there, directory, instance, facts);
    if (!std::holds_alternative<Pass>(outcome)) return outcome;
  }
  return judge_owner(socket, instance, facts);
}

Outcome judge_file(const Bind& socket, const InstanceFacts& instance, const Facts& facts) {
  const auto directory = haproxy::directory_above(haproxy::absolute_file(socket.address.text, instance));
  if (is_made_by_systemd(directory, instance)) return judge_owner(socket, instance, facts);
  const auto found = status_of(instance, directory);
  if (found) return judge_place(socket, *found, instance, facts);
  if (!is_missing(found.error())) return Unknown{found.error()};
  return judge_missing(socket, directory, instance, facts);
}

/// The abstract names of one configuration, each with its network namespace.
class AbstractNames {
 public:
  AbstractNames(const InstanceFacts& instance, const Facts& facts) : scope_{instance, *instance.config, facts} {
    threads_ = demand::threads(scope_);
  }

  Outcome judge(const Bind& socket) {
    const auto& name = socket.address.text;
    const std::string network = socket.network_namespace ? socket.network_namespace->value : "";
    if (!names_.emplace(network, name).second) {
      return refused(socket, "bound twice", "one socket of that name",
                     "the second of two abstract sockets of one name fails");
    }
    const bool old = scope_.instance.binary && scope_.instance.binary->version < kSharesOneSocket;
    if (!old || !socket.shards) return passed(socket);
    if (!threads_) return Unknown{threads_.error()};
    if (demand::listeners_of(socket, scope_, threads_->value) <= 1) return passed(socket);
    return refused(socket, "shards of one name", "one listener",
                   "the second shard of an abstract socket fails to bind");
  }

 private:
  demand::Scope scope_;
  Result<Term> threads_ = unread("threads");
  std::set<std::pair<std::string, std::string>> names_;
};

template <typename F>
void for_each_bind(const haproxy::Config& config, F&& take) {
  for (const auto& bind : config.global.stats_sockets) take(bind);
  for (const auto& proxy : config.proxies) {
    if (proxy.disabled) continue;
    for (const auto& bind : proxy.binds) take(bind);
  }
}

void judge_instance(const InstanceFacts& instance, const Facts& facts, Outcomes& outcomes) {
  for (const auto* socket : haproxy::unix_sockets(*instance.config)) {
    outcomes.push_back({subject::socket(socket->address.text), judge_file(*socket, instance, facts)});
  }
  AbstractNames names(instance, facts);
  for_each_bind(*instance.config, [&](const Bind& bind) {
    if (bind.address.kind != haproxy::AddressKind::abstract) return;
    outcomes.push_back({subject::socket("abns@" + bind.address.text), names.judge(bind)});
  });
}

Outcomes evaluate(const Case& c) {
  auto outcomes = for_each_configuration(
      c, [&](const InstanceFacts& instance, Outcomes& found) { judge_instance(instance, c.facts, found); });
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"no unix socket to listen on"});
  return worst_of_each_subject(std::move(outcomes));
}

}  // namespace

extern constinit const Check unix_sockets_are_bindable{
    .id = "unix_sockets_are_bindable",
    .title = "haproxy may make its unix sockets where it wants them",
    .rationale =
        "A directory that is missing or closed to haproxy's starter stops haproxy at its start, after `haproxy -c` "
        "called the configuration valid: /run is empty after every boot, and User= takes root's rights away.",
    .advice =
        "Let systemd make the directory: RuntimeDirectory= in the unit, or a line of tmpfiles.d that gives it to "
        "haproxy's user.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
