// SPDX-License-Identifier: Apache-2.0
// Whether a kernel setting is enough is said in one place, by the checks that look at it: what another value would mean
// is found by asking them again.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policies/check.h"

namespace preflight {

/// The settings that a configuration makes demands on; those of the checks that judge them.
inline constexpr std::array<std::string_view, 14> kDemandedSysctls = {"fs.file-max",
                                                                      "fs.nr_open",
                                                                      "net.core.somaxconn",
                                                                      "net.ipv4.ip_local_port_range",
                                                                      "net.ipv4.ip_local_reserved_ports",
                                                                      "net.ipv4.ip_nonlocal_bind",
                                                                      "net.ipv4.ip_unprivileged_port_start",
                                                                      "net.ipv4.tcp_max_syn_backlog",
                                                                      "net.ipv4.tcp_max_tw_buckets",
                                                                      "net.ipv4.tcp_syncookies",
                                                                      "net.ipv4.tcp_timestamps",
                                                                      "net.ipv4.tcp_tw_reuse",
                                                                      "net.ipv6.ip_nonlocal_bind",
                                                                      "net.netfilter.nf_conntrack_max"};

/// What those checks read besides.
inline constexpr std::array kNeedsOfDemandedSysctls = {
    Need::boot,    Need::unit,      Need::listeners,       Need::outgoing, Need::sockstat,
    Need::netstat, Need::conntrack, Need::local_addresses, Need::selinux};

/// What a check says of a key that holds some value.
struct SysctlJudgement {
  const Check* check = nullptr;
  Judgement judgement;  // a failure is capped as policy says

  /// nullptr: it is none.
  [[nodiscard]] const Fail* failure() const { return std::get_if<Fail>(&judgement.outcome); }
};
using SysctlJudgements = std::vector<SysctlJudgement>;

/// Values by key. Several at once, because some only make sense together: a port range, and what is reserved in it.
using SysctlValues = std::map<std::string, std::string, std::less<>>;

/// What the boot loader leaves of a key, and the owner that then has the last word.
[[nodiscard]] WrittenValue written_at_boot(const Facts& facts, std::string_view key);

/// What the keys of a run hold after the next boot, whoever writes them last; those of which it is not known are
/// missing.
[[nodiscard]] SysctlValues values_after_boot(const Facts& facts);

/// Asks the checks that look at some keys what they would say if these held other values, in the network namespace that
/// the boot loaders set. The case must outlive it.
class SysctlDemand {
 public:
  explicit SysctlDemand(const Case& scene);
  SysctlDemand(const SysctlDemand&) = delete;
  SysctlDemand& operator=(const SysctlDemand&) = delete;
  ~SysctlDemand();

  /// The running value, blanks made single; an error where it is not known, or in no namespace that boot sets.
  [[nodiscard]] Result<std::string> running(std::string_view key) const;

  /// All that is said of these values, the others being as they are; passes included.
  [[nodiscard]] SysctlJudgements judgements(const SysctlValues& values);

  /// The failures that there are under `values` and not, or milder, under `instead`.
  [[nodiscard]] SysctlJudgements worse(const SysctlValues& values, const SysctlValues& instead = {});

 private:
  const Case& scene_;
  std::unique_ptr<Facts> facts_;  // a copy to be changed, made when it is first needed
};

/// Whether a check declares that it judges this key.
[[nodiscard]] bool looks_at(const Check& check, std::string_view key);

/// Blanks of any kind made single: how values are compared.
[[nodiscard]] std::string normalised(std::string_view value);

}  // namespace preflight
