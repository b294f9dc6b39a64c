// SPDX-License-Identifier: Apache-2.0
// haproxy opens certificates, lists, pages and scripts while it starts, as the user who starts it and before it enters
// its chroot. A worker reads none of them again: a reload is a start, by the same user.
#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "policies/check.h"
#include "policies/demand/start_limits.h"
#include "policies/named_files.h"
#include "probes/base/text.h"

namespace preflight::checks {
namespace {

constexpr Need kNeeds[] = {Need::unit, Need::paths};
constexpr std::string_view kReferences[] = {"HAProxy configuration manual: crt, crt-base, ca-base, default-path",
                                            "HAProxy configuration manual: ssl-load-extra-files", "path_resolution(7)",
                                            "capabilities(7), CAP_DAC_READ_SEARCH"};

constexpr std::size_t kNamed = 3;  // files of a directory that a finding names

using haproxy::ConfigPath;
using haproxy::FileFacts;
using haproxy::InstanceFacts;
using haproxy::PathFacts;
using haproxy::PathKind;

/// Who opens the files of one instance.
struct Reader {
  Result<Account> account = unread("starter");
  bool ignores_modes = false;  // root with its capabilities
};

Reader reader_of(const InstanceFacts& instance) {
  Reader reader{instance.files->starter};
  std::uint64_t capabilities = kUnlimited;
  if (const auto* head = instance.head(); head != nullptr && head->capabilities) {
    capabilities = head->capabilities->bounding;
  }
  if (instance.unit) capabilities &= instance.unit->capability_bounding_set;
  reader.ignores_modes = reader.account && reader.account->uid == 0 &&
                         (holds(capabilities, kCapDacOverride) || holds(capabilities, kCapDacReadSearch));
  return reader;
}

bool others_read(const PathStatus& file) { return others_may(file.status, Access::read) && others_reach(file); }

/// Whether the starter may open it; an error where it is not known who that is.
Result<bool> is_readable(const PathStatus& file, const Reader& reader) {
  if (reader.ignores_modes) return true;
  if (!reader.account && others_read(file)) return true;
  if (!reader.account) return tl::make_unexpected(reader.account.error());
  return allows(file.status, *reader.account, Access::read) && reaches(file, *reader.account);
}

std::string named(const ConfigPath& wanted) { return "`" + wanted.by + "` names it"; }

Detail detail_of(const ConfigPath& wanted, std::string observed) {
  Detail detail;
  detail.where.origin = wanted.origin;
  detail.observed = Measure(std::move(observed));
  return detail;
}

/// haproxy -c finds it too, where it may look: then that is the finding, and this one explains it.
Outcome refused(const ConfigPath& wanted, const InstanceFacts& instance, std::string observed, std::string why) {
  Detail detail = detail_of(wanted, std::move(observed));
  detail.expected = Expectation{Relation::equal, Measure(std::string("a file that haproxy's starter may read"))};
  detail.why = std::move(why);
  detail.evidence.push_back(named(wanted) + ", and haproxy refuses to start or to reload");
  detail.consequence_of = Cause{"config_is_valid", subject::config(instance)};
  return Fail{Severity::error, std::move(detail), true};
}

std::string shown(const PathStatus& file) {
  return "mode " + octal(file.status.mode) + ", user " + std::to_string(file.status.uid) + ", group " +
         std::to_string(file.status.gid);
}

Outcome unreadable(const ConfigPath& wanted, const InstanceFacts& instance, const Reader& reader,
                   const PathStatus& file) {
  const auto user = std::to_string(reader.account->uid);
  auto outcome = refused(wanted, instance, shown(file), "haproxy is started as user " + user + ", who may not read it");
  std::get<Fail>(outcome).detail.evidence.emplace_back("access control lists are not looked at");
  return outcome;
}

/// "3 private keys may be read by every local user: a.pem, b.pem, c.pem"
Outcome exposed(const ConfigPath& wanted, const std::vector<std::string>& keys) {
  const auto count = static_cast<std::int64_t>(keys.size());
  Detail detail =
      detail_of(wanted, count == 1 ? "readable by others" : "holding " + grouped(count) + " that others may read");
  detail.expected = Expectation{Relation::equal, Measure(std::string("mode 0640 or tighter"))};
  detail.why = "every local user may read a private key here";
  for (std::size_t i = 0; i < std::min(keys.size(), kNamed); ++i) detail.evidence.push_back(printable(keys[i]));
  return Fail{Severity::warning, std::move(detail)};
}

bool is_key(std::string_view name) { return name.size() > 4 && name.substr(name.size() - 4) == ".key"; }

/// A certificate's private key is in a file beside it, else in its own.
Outcome judge_key(const ConfigPath& wanted, const std::string& path, const PathStatus& file, const FileFacts& files) {
  const auto* const beside = files.at(haproxy::key_beside(path));
  const bool apart = beside != nullptr && beside->found;
  const PathStatus& key = apart ? *beside->found : file;
  if (!others_read(key)) return Pass{};
  return exposed(wanted, {apart ? haproxy::key_beside(path) : path});
}

Outcome judge_entry(const ConfigPath& wanted, const InstanceFacts& instance, const Reader& reader,
                    const std::string& name, const Result<PathStatus>& entry) {
  if (!entry && !is_missing(entry.error())) return Unknown{entry.error()};
  if (!entry) return refused(wanted, instance, printable(name) + " leads nowhere", "a link in it has no target");
  if (entry->status.kind != FileKind::regular) return Pass{};  // haproxy passes over it
  const auto readable = is_readable(*entry, reader);
  if (!readable) return Unknown{readable.error()};
  return *readable ? Outcome(Pass{}) : unreadable(wanted, instance, reader, *entry);
}

Outcome judge_directory(const ConfigPath& wanted, const InstanceFacts& instance, const Reader& reader,
                        const PathFacts& facts) {
  std::set<std::string_view> names;
  for (const auto& [name, entry] : facts.entries) names.insert(name);
  std::vector<std::string> keys;
  for (const auto& [name, entry] : facts.entries) {
    auto outcome = judge_entry(wanted, instance, reader, name, entry);
    if (!std::holds_alternative<Pass>(outcome)) return outcome;
    const bool holds_key = is_key(name) || names.count(haproxy::key_beside(name)) == 0;
    if (holds_key && entry->status.kind == FileKind::regular && others_read(*entry)) keys.push_back(name);
  }
  if (!keys.empty()) return exposed(wanted, keys);
  if (facts.entries_left_out == 0) return Pass{};
  Detail detail = detail_of(wanted, grouped(static_cast<std::int64_t>(facts.entries.size())) + " files were looked at");
  detail.why = grouped(static_cast<std::int64_t>(facts.entries_left_out)) + " further files were not looked at";
  return Fail{Severity::info, std::move(detail)};
}

/// Lists of authorities and certificates may be directories, nothing else may.
bool is_right_kind(PathKind wanted, FileKind kind) {
  if (kind == FileKind::directory) return wanted == PathKind::certificate || wanted == PathKind::authority;
  return kind == FileKind::regular || kind == FileKind::device || kind == FileKind::fifo;
}

Outcome judge_found(const ConfigPath& wanted, const InstanceFacts& instance, const Reader& reader,
                    const std::string& path, const PathFacts& facts) {
  const PathStatus& file = *facts.found;
  if (!is_right_kind(wanted.kind, file.status.kind)) {
    return refused(wanted, instance, std::string(name_of(file.status.kind)), "haproxy cannot read it");
  }
  const auto readable = is_readable(file, reader);
  if (!readable) return Unknown{readable.error()};
  if (!*readable) return unreadable(wanted, instance, reader, file);
  if (wanted.kind == PathKind::certificate) {
    const bool directory = file.status.kind == FileKind::directory;
    return directory ? judge_directory(wanted, instance, reader, facts)
                     : judge_key(wanted, path, file, *instance.files);
  }
  if (wanted.kind == PathKind::ticket_keys && others_read(file)) return exposed(wanted, {path});
  return Pass{};
}

/// The state is saved before a reload: on a first start there is none, but there must be a place to save it to.
Outcome judge_missing_state(const ConfigPath& wanted, const std::string& path, const FileFacts& files) {
  const auto* const directory = files.at(haproxy::directory_above(path));
  if (directory == nullptr || directory->found) return Pass{};
  if (!is_missing(directory->found.error())) return Unknown{directory->found.error()};
  Detail detail = detail_of(wanted, "without its directory, " + haproxy::directory_above(path));
  detail.why = "nobody can save the servers' state there, so no reload takes it over";
  return Fail{Severity::warning, std::move(detail)};
}

/// The first of "site.pem.rsa", "site.pem.ecdsa" and "site.pem.dsa" that is there.
std::optional<std::string> bundled(const std::string& path, const FileFacts& files) {
  for (auto& name : haproxy::bundle_of(path)) {
    const auto* const facts = files.at(name);
    if (facts != nullptr && facts->found) return std::move(name);
  }
  return std::nullopt;
}

Outcome judge(const ConfigPath& wanted, const InstanceFacts& instance, const Reader& reader, const std::string& path,
              const PathFacts& facts) {
  if (facts.found) return judge_found(wanted, instance, reader, path, facts);
  if (!is_missing(facts.found.error())) return Unknown{facts.found.error()};
  if (wanted.kind == PathKind::server_state) return judge_missing_state(wanted, path, *instance.files);
  if (const auto name = bundled(path, *instance.files); name && wanted.kind == PathKind::certificate) {
    return judge_found(wanted, instance, reader, *name, *instance.files->at(*name));
  }
  return refused(wanted, instance, "missing", "haproxy wants a file that is not there");
}

Outcome not_all(std::size_t left_out) {
  Detail detail;
  detail.why = grouped(static_cast<std::int64_t>(left_out)) + " further files were not looked at";
  return Fail{Severity::info, std::move(detail)};
}

void judge_instance(const InstanceFacts& instance, Outcomes& outcomes) {
  const auto about = subject::instance(instance.name);
  if (instance.config->paths.empty()) return;
  if (!instance.files) return outcomes.push_back({about, Unknown{instance.files.error()}});
  const Reader reader = reader_of(instance);
  std::set<std::pair<PathKind, std::string>> known;
  std::size_t left_out = 0;
  const auto judge_all = [&](const std::vector<ConfigPath>& wanted) {
    for (const auto& each : wanted) {
      std::string path = haproxy::absolute_file(each.path, instance);
      if (!known.emplace(each.kind, path).second) continue;
      const auto* const facts = instance.files->at(path);
      if (facts == nullptr) ++left_out;
      if (facts == nullptr) continue;
      outcomes.push_back({subject::file(path), judge(each, instance, reader, path, *facts)});
    }
  };
  judge_all(instance.config->paths);
  judge_all(instance.files->listed);
  if (left_out != 0) outcomes.push_back({about, not_all(left_out)});
}

Outcomes evaluate(const Case& c) {
  auto outcomes = for_each_configuration(c, judge_instance);
  if (outcomes.empty()) return one(subject::host(), NotApplicable{"the configuration names no files"});
  return worst_of_each_subject(std::move(outcomes));
}

}  // namespace

extern constinit const Check files_are_readable{
    .id = "files_are_readable",
    .title = "haproxy can read every file it names, and strangers no private key",
    .rationale =
        "A certificate that was moved or that the starter may not read stops the next start and every reload, months "
        "after it was loaded. A private key that others may read is no longer private.",
    .advice = "Bring the file back or correct its owner and mode: private keys belong to root, mode 0640 or tighter.",
    .severity = Severity::error,
    .needs = {.facts = kNeeds},
    .references = kReferences,
    .evaluate = evaluate,
};

}  // namespace preflight::checks
