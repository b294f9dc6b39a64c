// SPDX-License-Identifier: Apache-2.0
// Whoever may write to the stats socket commands haproxy, up to its `level`: connect(2) to a unix socket asks for write
// permission on its file, which haproxy sets to `mode`, and else leaves to the umask (src/sock_unix.c).
#include "policies/check.h"
#include "policies/listening.h"
#include "policies/named_files.h"

namespace preflight::checks {
namespace {

constexpr Need kNeeds[] = {Need::unit, Need::paths};
constexpr std::string_view kReferences[] = {"HAProxy configuration manual: stats socket, level, mode",
                                            "HAProxy management guide, section 9.3", "unix(7), pathname sockets"};

enum class Level : std::uint8_t { user, operation, admin };

/// haproxy's own default is operator.
Level level_of(const haproxy::Bind& socket) {
  // whoever is given the listeners can take every connection over
  if (socket.expose_fd && socket.expose_fd->value == "listeners") return Level::admin;
  if (!socket.level) return Level::operation;
  return socket.level->value == "admin" ? Level::admin : socket.level->value == "user" ? Level::user : Level::operation;
}

std::string rights_of(const haproxy::Bind& socket) {
  const bool exposes = socket.expose_fd && socket.expose_fd->value == "listeners";
  return "level " + (socket.level ? socket.level->value : std::string("operator")) +
         (exposes ? ", expose-fd listeners" : "");
}

/// What somebody may do who should not be there.
std::string_view power_of(Level level) {
  switch (level) {
    case Level::admin:
      return "stop servers and change the running configuration";
    case Level::operation:
      return "read everything, the environment included, and clear counters";
    case Level::user:
      break;
  }
  return "read the statistics";
}

Outcome open_to(std::string_view whom, Level level, Severity for_user, Detail detail) {
  detail.why = std::string(whom) + " may " + std::string(power_of(level)) + " here";
  if (level == Level::admin) return Fail{Severity::error, std::move(detail)};
  return Fail{level == Level::operation ? Severity::warning : for_user, std::move(detail)};
}

Outcome judge_tcp(const haproxy::Bind& socket) {
  const Level level = level_of(socket);
  Detail detail;
  detail.where.origin = socket.origin;
  detail.observed = Measure(endpoint_of(socket) + ", " + rights_of(socket));
  detail.expected = Expectation{Relation::equal, Measure(std::string("a unix socket of mode 0660 or tighter"))};
  detail.evidence.emplace_back("there is no password on this protocol");
  if (beyond_loopback(socket))
    return open_to("everybody who reaches this port", level, Severity::info, std::move(detail));
  if (level != Level::admin) return Pass{std::move(detail)};
  detail.why = "every local user may stop servers and change the running configuration here";
  return Fail{Severity::info, std::move(detail)};
}

/// The mode the socket's file will have at the next start.
Result<std::uint32_t> next_mode(const haproxy::Bind& socket, const haproxy::InstanceFacts& instance) {
  if (socket.mode && socket.mode->value != 0) return static_cast<std::uint32_t>(socket.mode->value) & 07777U;
  if (!instance.unit) return tl::make_unexpected(instance.unit.error());
  return 0777U & ~instance.unit->umask;
}

/// Whether a directory keeps others away from the socket: of the file that is there, or else of its parent.
bool is_shielded(const haproxy::Bind& socket, const haproxy::InstanceFacts& instance) {
  const auto& path = socket.address.text;
  if (const auto file = status_of(instance, path); file) return !others_reach(*file);
  const auto parent = status_of(instance, haproxy::directory_above(haproxy::absolute_file(path, instance)));
  return parent && !(others_reach(*parent) && others_may(parent->status, Access::search));
}

Outcome judge_mode(const haproxy::Bind& socket, const haproxy::InstanceFacts& instance, std::uint32_t mode,
                   std::string_view when) {
  Detail detail;
  detail.where.origin = socket.origin;
  detail.observed = Measure("mode " + octal(mode) + std::string(when) + ", " + rights_of(socket));
  detail.expected = Expectation{Relation::equal, Measure(std::string("mode 0660 or tighter"))};
  const FileStatus file{.kind = FileKind::socket, .mode = mode};
  const Level level = level_of(socket);
  if (!others_may(file, Access::write) || level == Level::user) return Pass{std::move(detail)};
  if (is_shielded(socket, instance)) {
    detail.evidence.emplace_back("a directory above it keeps others away");
    return Pass{std::move(detail)};
  }
  return open_to("every local user", level, Severity::info, std::move(detail));
}

void judge_file(const haproxy::Bind& socket, const haproxy::InstanceFacts& instance, Outcomes& outcomes) {
  const auto about = subject::socket(socket.address.text);
  const auto file = status_of(instance, socket.address.text);
  const bool there = instance.running() && file && file->status.kind == FileKind::socket;
  if (there) outcomes.push_back({about, judge_mode(socket, instance, file->status.mode, " now")});
  const auto next = next_mode(socket, instance);
  if (next) {
    outcomes.push_back({about, judge_mode(socket, instance, *next, there ? " at the next start" : "")});
  } else if (!there) {
    outcomes.push_back({about, Unknown{next.error()}});
  }
}

/// An abstract socket has no file and so no permissions.
Outcome judge_abstract(const haproxy::Bind& socket) {
  const Level level = level_of(socket);
  Detail detail;
  detail.where.origin = socket.origin;
  detail.observed = Measure("an abstract socket, " + rights_of(socket));
  detail.expected = Expectation{Relation::equal, Measure(std::string("a unix socket of mode 0660 or tighter"))};
  if (level == Level::user) return Pass{std::move(detail)};
  return open_to("every local user", level, Severity::info, std::move(detail));
}

void judge_socket(const haproxy::Bind& socket, const haproxy::InstanceFacts& instance, Outcomes& outcomes) {
  const auto& address = socket.address;
  switch (address.kind) {
    case haproxy::AddressKind::unix_path:
      return judge_file(socket, instance, outcomes);
    case haproxy::AddressKind::abstract:
      return outcomes.push_back({subject::socket("abns@" + address.text), judge_abstract(socket)});
    case haproxy::AddressKind::ip:
    case haproxy::AddressKind::hostname:
      return outcomes.push_back({subject_of(socket), judge_tcp(socket)});
    default:
      outcomes.push_back({subject::socket(address.text), NotApplicable{"inherited from whoever starts haproxy"}});
  }
}

Outcome no_socket(const haproxy::InstanceFacts& instance) {
  if (!instance.command_line.master_sockets.empty()) return NotApplicable{"the master's socket is there instead"};
  Detail detail;
  detail.where.object = instance.name;
  detail.why = "there is no stats socket: neither can haproxy's state be read nor a server be drained";
  return Fail{Severity::info, std::move(detail)};
}

Outcomes evaluate(const Case& c) {
  return worst_of_each_subject(
      for_each_configuration(c, [](const haproxy::InstanceFacts& instance, Outcomes& outcomes) {
        const auto& sockets = instance.config->global.stats_sockets;
        if (sockets.empty()) outcomes.push_back({subject::instance(instance.name), no_socket(instance)});
        for (const auto& socket : sockets) judge_socket(socket, instance, outcomes);
      }));
}

}  // namespace

extern constinit const Check stats_socket_is_private{
    .id = "stats_socket_is_private",
    .title = "Only those meant to command haproxy reach its stats socket",
    .rationale =
        "The stats socket asks nobody for a password. At level admin it drains servers, changes weights and maps "
        "and ends sessions, so its file's mode is all that stands between haproxy and every local user, and on TCP "
        "nothing does.",
    .advice = "Use a unix socket with `mode 660` and a `group`, and give `level admin` to no other.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
