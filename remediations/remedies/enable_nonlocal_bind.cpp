// SPDX-License-Identifier: Apache-2.0
// The standby of a pair binds an address that the other node holds: the kernel permits it where it is asked to.
#include "remediations/remedy.h"

namespace preflight::remedies {
namespace {

/// The subject of a bind on IPv6 has its address in brackets: "bind:tcp/[2001:db8::1]:443".
Result<Aims> propose(const CheckResult& finding, const Case&) {
  const bool v6 = finding.subject.text.find('[') != std::string::npos;
  return Aims{SettingAim{v6 ? "net.ipv6.ip_nonlocal_bind" : "net.ipv4.ip_nonlocal_bind", "1"}};
}

}  // namespace

extern constinit const Remedy enable_nonlocal_bind{
    .id = "enable_nonlocal_bind",
    .title = "Permit binding addresses this host does not have",
    .rationale =
        "With ip_nonlocal_bind haproxy binds a virtual address before failover brings it; no other program notices.",
    .effective = Effective::at_once,
    .propose = propose,
};

}  // namespace preflight::remedies
