// SPDX-License-Identifier: Apache-2.0
// Threads and the listeners they multiply: `shards` makes one listener a thread or a thread group of each bind address.
#include <algorithm>

#include "policies/demand/parts.h"
#include "probes/base/text.h"

namespace preflight::demand {
namespace {

constexpr haproxy::Version kDefaultShards{2, 8, 0};  // tune.listener.default-shards: by-group unless written
constexpr std::int64_t kThreadsPerGroup = 64;

/// How many existing threads a set names; haproxy refuses a set without any.
std::int64_t threads_in_set(std::string_view set, const ThreadLayout& layout) {
  return std::max<std::int64_t>(static_cast<std::int64_t>(threads_of(set, layout).count()), 1);
}

std::int64_t shards_of(const haproxy::Bind& bind, const Scope& scope, std::int64_t thread_count) {
  const auto layout = thread_layout(scope, thread_count);
  const auto available = bind.thread ? threads_in_set(bind.thread->value, layout) : thread_count;
  std::string written = bind.shards ? bind.shards->value : std::string();
  if (!bind.shards && scope.instance.binary && scope.instance.binary->version >= kDefaultShards) {
    const auto& standard = scope.config.global.default_shards;
    written = standard ? standard->value : "by-group";
  }
  if (written == "by-thread") return available;
  if (written == "by-group") return std::min(layout.groups, available);
  return std::clamp<std::int64_t>(parse_integer(written).value_or(1), 1, available);
}

}  // namespace

Result<Term> threads(const Scope& scope) {
  if (const auto& written = scope.config.global.nbthread; written) {
    return Term{"threads", std::min(written->value, static_cast<std::int64_t>(kMostThreads)), written->origin};
  }
  if (const auto workers = scope.instance.workers(); !workers.empty() && workers.front()->threads > 0) {
    return Term{"threads", workers.front()->threads, {}};
  }
  if (!scope.instance.binary) return tl::make_unexpected(scope.instance.binary.error());
  return Term{"threads", scope.instance.binary->default_threads, {}};
}

ThreadLayout thread_layout(const Scope& scope, std::int64_t thread_count) {
  const auto& written = scope.config.global.thread_groups;
  const auto groups = written ? written->value : (thread_count + kThreadsPerGroup - 1) / kThreadsPerGroup;
  return {thread_count, std::max<std::int64_t>(groups, 1)};
}

std::int64_t listeners_of(const haproxy::Bind& bind, const Scope& scope, std::int64_t thread_count) {
  const auto ports = std::max<std::int64_t>(bind.address.port_count(), 1);
  const auto kind = bind.address.kind;
  const bool unix_like = kind == haproxy::AddressKind::unix_path || kind == haproxy::AddressKind::abstract;
  // without SO_REUSEPORT they share one socket, but only since 2.8
  const bool old = scope.instance.binary && scope.instance.binary->version < kDefaultShards;
  const bool shardable =
      kind == haproxy::AddressKind::ip || kind == haproxy::AddressKind::hostname || (unix_like && old);
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
