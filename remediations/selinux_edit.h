// SPDX-License-Identifier: Apache-2.0
// One transaction of libsemanage as a value: what a host adds to a policy, before and after.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace preflight {

/// A switch of the policy, as it is kept and as the kernel has it.
struct SelinuxBoolean {
  std::string name;
  std::optional<bool> kept_from{};  // this host's own value; nothing: the policy's
  std::optional<bool> kept_to{};
  std::optional<bool> running_from{};  // in the kernel; nothing where no SELinux runs, in both
  std::optional<bool> running_to{};
  friend bool operator==(const SelinuxBoolean&, const SelinuxBoolean&) = default;
};

/// This host's own label of exactly these ports; nothing: the policy's. One of the two is there.
struct SelinuxPort {
  std::string protocol;  // "tcp", "udp", "sctp", "dccp"
  std::uint16_t low = 0;
  std::uint16_t high = 0;
  std::optional<std::string> from{};  // a context: "system_u:object_r:http_port_t:s0"
  std::optional<std::string> to{};
  friend bool operator==(const SelinuxPort&, const SelinuxPort&) = default;
};

/// All of it becomes so at once, or none of it. The store is that of a policy: "targeted".
struct SelinuxEdit {
  std::string store;
  std::vector<SelinuxBoolean> booleans{};
  std::vector<SelinuxPort> ports{};
  friend bool operator==(const SelinuxEdit&, const SelinuxEdit&) = default;
};

/// A store in which a commit was cut off holds a policy again, and boot loads that one. Where that is so already,
/// nothing is done, so it is its own way back.
struct SelinuxRepair {
  std::string store;
  friend bool operator==(const SelinuxRepair&, const SelinuxRepair&) = default;
};

/// The change back.
[[nodiscard]] SelinuxEdit inverse(const SelinuxEdit& edit);

/// A sentence for each part: "label tcp port 8888 http_port_t", "turn SELinux boolean haproxy_connect_any on".
[[nodiscard]] std::vector<std::string> sentences_of(const SelinuxEdit& edit);

/// "tcp port 8888", "udp ports 8000-8100".
[[nodiscard]] std::string name_of(const SelinuxPort& port);

/// The type of a context, "http_port_t"; the whole of what is no context.
[[nodiscard]] std::string type_of(const std::string& context);

/// What is wrong with it, where it is none that a policy could hold: such a name or context never reaches libsemanage.
/// Empty: nothing.
[[nodiscard]] std::string why_impossible(const SelinuxEdit& edit);
/// Whether a policy can have that name: it becomes a part of paths.
[[nodiscard]] bool is_store_name(const std::string& name);

}  // namespace preflight
