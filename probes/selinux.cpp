// SPDX-License-Identifier: Apache-2.0
// A live host answers through selinuxfs; of a tree, its files say what it will be once it is booted.
#include "probes/selinux.h"

#include <algorithm>

#include "probes/base/text.h"
#include "probes/linux/selinux_files.h"
#include "probes/linux/selinux_log.h"

namespace preflight {
namespace {

using selinux::Subject;

constexpr std::string_view kEnforce = "/sys/fs/selinux/enforce";
constexpr std::string_view kConfig = "/etc/selinux/config";
constexpr std::string_view kInit = "init_t";  // systemd's domain in every policy that derives from the reference policy
constexpr std::size_t kContextsLimit = std::size_t{16} * 1024 * 1024;

Result<SelinuxConfig> read_config(const HostView& host) {
  return host.read(std::string(kConfig)).map([](const std::string& text) { return parse_selinux_config(text); });
}

Result<SelinuxMode> read_mode(const HostView& host) {
  return host.read(std::string(kEnforce)).map([](const std::string& text) {
    return trim(text) == "0" ? SelinuxMode::permissive : SelinuxMode::enforcing;
  });
}

/// "policy.33", the newest there is.
Result<std::string> installed_policy(const HostView& host, const std::string& type) {
  constexpr std::string_view kPrefix = "policy.";
  const std::string directory = "/etc/selinux/" + type + "/policy";
  const auto names = host.list(directory);
  if (!names) return tl::make_unexpected(names.error());
  std::int64_t newest = 0;
  for (const auto& name : *names) {
    if (name.rfind(kPrefix, 0) != 0) continue;
    newest = std::max(newest, parse_integer(std::string_view(name).substr(kPrefix.size())).value_or(0));
  }
  if (newest == 0) return fail(std::errc::no_such_file_or_directory, directory, "holds no policy");
  return directory + "/" + std::string(kPrefix) + std::to_string(newest);
}

/// What a file of the store says; nothing where it is missing, for then nothing was customised.
template <typename T>
Result<T> read_local(const HostView& host, const std::string& path, T (*parse)(std::string_view)) {
  const auto text = host.read(path);
  if (!text && is_missing(text.error())) return T{};
  if (!text) return tl::make_unexpected(text.error());
  return parse(*text);
}

Result<SelinuxStore> read_store(const HostView& host, const std::string& type) {
  SelinuxStore store;
  store.path = "/var/lib/selinux/" + type;
  const auto names = host.list(store.path);
  if (!names) return tl::make_unexpected(names.error());
  const auto has = [&](const char* name) { return std::binary_search(names->begin(), names->end(), name); };
  store.active = has("active");
  store.previous = has("previous");
  store.leftover = has("tmp");
  store.booleans = read_local(host, store.path + "/active/booleans.local", parse_booleans_local);
  store.ports = read_local(host, store.path + "/active/ports.local", parse_ports_local);
  return store;
}

/// Without the newline or the NUL at its end.
Result<std::string> context_of_process(const HostView& host, pid_t pid) {
  return host.read("/proc/" + std::to_string(pid) + "/attr/current").map([](const std::string& text) {
    return std::string(trim(std::string_view(text).substr(0, text.find('\0'))));
  });
}

/// The label of a program; where its file system keeps none, the one it would be given.
Result<std::string> label_of(const HostView& host, const std::string& path, const std::string& type) {
  auto label = host.label(path);
  if (label || host.kind() == HostKind::live) return label;
  const std::string directory = "/etc/selinux/" + type + "/contexts/files/file_contexts";
  std::string found;
  for (const auto* const suffix : {"", ".homedirs", ".local"}) {
    const auto text = host.read(directory + suffix, kContextsLimit);
    if (!text) continue;
    if (auto said = label_by_contexts(*text, path); !said.empty()) found = std::move(said);
  }
  if (found.empty()) return label;
  return found;
}

Result<Subject> started_by_init(const HostView& host, const Result<std::string>& program, const std::string& type) {
  if (!program) return tl::make_unexpected(program.error());
  const auto label = label_of(host, *program, type);
  if (!label) return tl::make_unexpected(label.error());
  const auto init = host.kind() == HostKind::live ? context_of_process(host, 1) : Result<std::string>(kInit);
  return Subject{init.value_or(std::string(kInit)), *label};
}

void add_subject(const Result<Subject>& subject, std::vector<Subject>& asked) {
  const bool fresh = subject && std::find(asked.begin(), asked.end(), *subject) == asked.end();
  if (fresh) asked.push_back(*subject);
}

void read_identities(const HostView& host, const Programs& programs,
                     const std::vector<haproxy::InstanceFacts>& instances, SelinuxFacts& facts) {
  const auto type = facts.config ? facts.config->type : "targeted";
  for (const auto& instance : instances) {
    auto& identity = facts.identities[instance.name];
    if (const auto* const head = instance.head(); head != nullptr) {
      identity.running =
          context_of_process(host, head->pid).map([](const std::string& context) { return Subject{context}; });
    }
    const auto program = programs.find(instance.name);
    if (program != programs.end()) identity.started = started_by_init(host, program->second, type);
    add_subject(identity.now(), facts.question.subjects);
    add_subject(identity.started, facts.question.subjects);
  }
}

void read_policies(const HostView& host, SelinuxFacts& facts) {
  const auto installed = facts.config ? installed_policy(host, facts.config->type)
                                      : Result<std::string>(tl::make_unexpected(facts.config.error()));
  const bool live = host.kind() == HostKind::live;
  if (live) {
    facts.question.path = selinux::kLoadedPolicy;
    facts.loaded = host.policy(facts.question);
  }
  if (!installed) {
    facts.installed = tl::make_unexpected(installed.error());
    if (!live) facts.loaded = tl::make_unexpected(installed.error());
    return;
  }
  facts.installed_path = *installed;
  if (live) {
    facts.installed = host.policy({*installed, {}});
    return;
  }
  facts.question.path = *installed;
  facts.loaded = host.policy(facts.question);
  facts.installed = facts.loaded;
}

/// Whether SELinux is there, and in which mode.
bool find(const HostView& host, SelinuxFacts& facts) {
  if (host.kind() == HostKind::live) {
    facts.mode = read_mode(host);
    if (!facts.mode && is_missing(facts.mode.error())) return false;
    facts.config = read_config(host);
    return true;
  }
  facts.config = read_config(host);
  if (!facts.config && is_missing(facts.config.error())) return false;
  facts.mode = facts.config.map([](const SelinuxConfig& config) { return config.mode; });
  return !facts.mode || *facts.mode != SelinuxMode::disabled;
}

}  // namespace

void read_selinux(const HostView& host, const CollectRequest& request, const Programs& programs, Facts& facts) {
  const bool denials = request.needs.count(Need::denials) != 0;
  if (request.needs.count(Need::selinux) == 0 && !denials) return;
  SelinuxFacts found;
  if (!find(host, found)) return;
  if (denials) found.log = read_selinux_log(host);
  if (request.needs.count(Need::selinux) != 0 && found.mode) {
    read_identities(host, programs, facts.instances, found);
    read_policies(host, found);
    if (found.config) found.store = read_store(host, found.config->type);
  }
  facts.selinux = std::move(found);
}

}  // namespace preflight
