// SPDX-License-Identifier: Apache-2.0
// Threads and the listeners they multiply: `shards` makes one listener a thread or a thread group of each bind address.
#include <algorithm>

#include "policies/demand/parts.h"
#include "probes/base/text.h"

namespace preflight::demand {
namespace {

constexpr haproxy::Version kDefaultShards{2, 8, 0};  // tune.listener.default-shards: by-group unless written
constexpr std::int64_t kThreadsPerGroup = 64;
constexpr std::int64_t kMostThreads = 4096;  // MAX_THREADS of the largest build; more is refused by haproxy

std::int64_t thread_groups(const Scope& scope, std::int64_t thread_count) {
  if (const auto& groups = scope.config.global.thread_groups; groups) return std::max<std::int64_t>(groups->value, 1);
  return std::max<std::int64_t>((thread_count + kThreadsPerGroup - 1) / kThreadsPerGroup, 1);
}

/// How many threads a set names: "2", "1-4", "1/1-4", "odd", "all"; sets are separated by commas. After a slash
/// they are counted within their group. Threads that do not exist do not count.
std::int64_t threads_in_set(std::string_view set, std::int64_t thread_count, std::int64_t groups) {
  std::int64_t found = 0;
  for (std::string_view piece : split(set, ',')) {
    auto most = thread_count;
    if (const auto slash = piece.find('/'); slash != std::string_view::npos) {
      piece.remove_prefix(slash + 1);
      most = (thread_count + groups - 1) / groups;
    }
    if (piece == "odd") found += (most + 1) / 2;
    if (piece == "even") found += most / 2;
    if (piece == "all") found += most;
    const auto dash = piece.find('-');
    const auto first = parse_integer(piece.substr(0, dash));
    if (!first) continue;
    const auto written = dash == std::string_view::npos ? first : parse_integer(piece.substr(dash + 1));
    const auto last = std::min(written.value_or(most), most);
    found += std::max<std::int64_t>(last - *first + 1, 0);
  }
  return std::clamp<std::int64_t>(found, 1, thread_count);
}

std::int64_t shards_of(const haproxy::Bind& bind, const Scope& scope, std::int64_t thread_count) {
  const auto groups = thread_groups(scope, thread_count);
  const auto available = bind.thread ? threads_in_set(bind.thread->value, thread_count, groups) : thread_count;
  std::string written = bind.shards ? bind.shards->value : std::string();
  if (!bind.shards && scope.instance.binary && scope.instance.binary->version >= kDefaultShards) {
    const auto& standard = scope.config.global.default_shards;
    written = standard ? standard->value : "by-group";
  }
  if (written == "by-thread") return available;
  if (written == "by-group") return std::min(groups, available);
  return std::clamp<std::int64_t>(parse_integer(written).value_or(1), 1, available);
}

}  // namespace

Result<Term> threads(const Scope& scope) {
  if (const auto& written = scope.config.global.nbthread; written)
    return Term{"threads", std::min(written->value, kMostThreads), written->origin};
  if (const auto workers = scope.instance.workers(); !workers.empty() && workers.front()->threads > 0) {
    return Term{"threads", workers.front()->threads, {}};
  }
  if (!scope.instance.binary) return tl::make_unexpected(scope.instance.binary.error());
  return Term{"threads", scope.instance.binary->default_threads, {}};
}

std::int64_t listeners_of(const haproxy::Bind& bind, const Scope& scope, std::int64_t thread_count) {
  const auto ports = std::max<std::int64_t>(bind.address.port_count(), 1);
  const bool shardable =
      bind.address.kind == haproxy::AddressKind::ip || bind.address.kind == haproxy::AddressKind::hostname;
  return shardable ? ports * shards_of(bind, scope, thread_count) : ports;
}

bool is_local(const haproxy::Peers& peers, const Scope& scope) {
  const auto& line = scope.instance.command_line;
  const auto& written = scope.config.global.local_peer;
  const std::string& name = !line.local_peer.empty() ? line.local_peer
                            : written                ? written->value
                                                     : scope.facts.host.name;
  return std::find(peers.names.begin(), peers.names.end(), name) != peers.names.end();
}

}  // namespace preflight::demand
