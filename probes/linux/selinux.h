// SPDX-License-Identifier: Apache-2.0
// SELinux as this host has it: whether it enforces, with which policy, what that policy lets haproxy do, and what it
// denied.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "probes/base/result.h"
#include "probes/linux/selinux_policy.h"

namespace preflight {

enum class SelinuxMode : std::uint8_t { disabled, permissive, enforcing };
[[nodiscard]] std::string_view to_string(SelinuxMode mode);

/// /etc/selinux/config.
struct SelinuxConfig {
  SelinuxMode mode = SelinuxMode::permissive;  // SELINUX=
  std::string type;                            // SELINUXTYPE=: "targeted"
  friend bool operator==(const SelinuxConfig&, const SelinuxConfig&) = default;
};

/// libsemanage's store, from which the policy on disk is built.
struct SelinuxStore {
  std::string path;       // "/var/lib/selinux/targeted"
  bool active = false;    // active/: where it is missing, libsemanage lists nothing and can change nothing
  bool previous = false;  // previous/: what active/ was before the last commit
  bool leftover = false;  // tmp/: of a transaction that was cut off, or of one under way
  /// Local customisations, in their order; empty where the file is missing.
  Result<std::map<std::string, bool, std::less<>>> booleans = unread("booleans.local");
  Result<std::vector<selinux::PortRecord>> ports = unread("ports.local");
};

/// Who an instance is to the policy.
struct SelinuxIdentity {
  /// As its process runs; absent where none does.
  std::optional<Result<selinux::Subject>> running{};
  /// As init would start its program.
  Result<selinux::Subject> started = unread("haproxy");

  [[nodiscard]] const Result<selinux::Subject>& now() const { return running ? *running : started; }
};

/// One denial of haproxy. `time` is UTC seconds.
struct SelinuxDenial {
  std::int64_t time = 0;
  std::vector<std::string> permissions;  // "name_bind"
  std::string target_class;              // "tcp_socket"
  std::string source;                    // contexts
  std::string target;
  std::uint16_t port = 0;   // of src= or dest=; 0: the object has none
  std::string name;         // of a file or path, when it is one
  bool permissive = false;  // logged and let pass
  friend bool operator==(const SelinuxDenial&, const SelinuxDenial&) = default;
};

struct SelinuxLog {
  std::string path;  // where it was read
  std::vector<SelinuxDenial> denials;
  std::int64_t policy_changed = 0;  // when a policy was loaded or a boolean set for the last time; 0: not in the log
  std::int64_t booted = 0;          // UTC seconds; 0: not known
};

struct SelinuxFacts {
  Result<SelinuxMode> mode = unread("/sys/fs/selinux/enforce");  // now; of a tree, what is configured
  Result<SelinuxConfig> config = unread("/etc/selinux/config");
  /// The policy as it is loaded, with its booleans as they are now; of a tree, the one on disk.
  Result<selinux::PolicyAnswer> loaded = unread("SELinux policy");
  /// The policy on disk, which the next boot loads. Nobody is asked about in it.
  Result<selinux::PolicyAnswer> installed = unread("SELinux policy");
  std::string installed_path;
  /// An error is_missing() where the host has none.
  Result<SelinuxStore> store = unread("SELinux store");
  std::map<std::string, SelinuxIdentity, std::less<>> identities;  // by name of the instance
  /// What `loaded` answers: repeat it with an edit to learn what that would change.
  selinux::PolicyQuestion question;
  std::optional<Result<SelinuxLog>> log{};

  /// What the loaded policy lets a subject do, or why that is not known.
  [[nodiscard]] Result<const selinux::DomainRules*> rules_of(const Result<selinux::Subject>& subject) const;
  /// Of an instance as it runs, or would be started.
  [[nodiscard]] Result<const selinux::DomainRules*> rules_of(const std::string& instance) const;
};

}  // namespace preflight
