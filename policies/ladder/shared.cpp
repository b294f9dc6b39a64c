// SPDX-License-Identifier: Apache-2.0
// Limits of the whole host or namespace: what other programs take of them is not left for haproxy.
#include <algorithm>

#include "policies/ladder/parts.h"
#include "probes/base/text.h"

namespace preflight::ladder {
namespace {

constexpr std::string_view kFileMax = "fs.file-max";
constexpr std::string_view kFileNr = "fs.file-nr";
constexpr std::string_view kTableMax = "net.netfilter.nf_conntrack_max";
constexpr std::string_view kTableCount = "net.netfilter.nf_conntrack_count";
constexpr std::int64_t kPerConnection = 2;  // both sides of a proxied connection

/// A table that several programs fill.
struct Table {
  std::int64_t size = 0;
  std::int64_t used = 0;
  std::int64_t own = 0;  // of `used`, by this instance's connections
};

void fill(Rung& rung, const Table& table, std::string_view name) {
  const auto others = std::max<std::int64_t>(table.used - table.own, 0);
  rung.connections = std::max<std::int64_t>(table.size - others, 0) / kPerConnection;
  rung.in_use = table.used;
  rung.terms = {{std::string(name), table.size, {}}};
  if (others != 0) rung.terms.push_back({"in use by others", -others, {}});
}

Result<std::int64_t> first_number(const Sysctls& sysctls, std::string_view key) {
  const auto text = sysctls.text(key);
  if (!text) return tl::make_unexpected(text.error());
  const auto fields = words(*text);
  const auto number = fields.empty() ? std::nullopt : parse_integer(fields.front());
  if (!number) return fail(std::errc::bad_message, std::string(key), "does not begin with a number");
  return *number;
}

/// Nothing that haproxy could ever fill.
bool is_endless(const Result<std::int64_t>& size) { return size && *size / kPerConnection >= kBeyondReach; }

/// The size and fill of a table; an error where a part of it is not known.
Result<Table> table_of(const Scene& scene, const Result<std::int64_t>& size, const Result<std::int64_t>& used) {
  if (!size) return tl::make_unexpected(size.error());
  if (!used) return tl::make_unexpected(used.error());
  const auto now = connections_now(scene);
  if (!now) return tl::make_unexpected(now.error());
  return Table{*size, *used, kPerConnection * *now};
}

void add(const Result<Table>& table, Limit limit, std::string_view key, std::string name, std::vector<Rung>& rungs) {
  Rung rung = rung_of(limit, subject::sysctl(key), std::move(name));
  if (table) {
    fill(rung, *table, key);
  } else {
    rung.connections = tl::make_unexpected(table.error());
  }
  rungs.push_back(std::move(rung));
}

void add_open_files(const Scene& scene, std::vector<Rung>& rungs) {
  const auto& sysctls = scene.facts.sysctls;
  const auto size = sysctls.integer(kFileMax);
  if (is_endless(size)) return;
  const auto table = table_of(scene, size, first_number(sysctls, kFileNr));
  add(table, Limit::open_files, kFileMax, "open files of the host", rungs);
}

void add_conntrack(const Scene& scene, std::vector<Rung>& rungs) {
  const auto size = scene.network.sysctls.integer(kTableMax);
  const auto used = scene.network.sysctls.integer(kTableCount);
  // Not loaded, tracking nothing, or without a limit: then it is none.
  if (!size && size.error().code == std::errc::no_such_file_or_directory) return;
  if ((size && *size <= 0) || (used && *used == 0) || is_endless(size)) return;
  add(table_of(scene, size, used), Limit::conntrack, kTableMax, "connection tracking", rungs);
}

}  // namespace

void add_shared(const Scene& scene, std::vector<Rung>& rungs) {
  add_open_files(scene, rungs);
  add_conntrack(scene, rungs);
}

}  // namespace preflight::ladder
