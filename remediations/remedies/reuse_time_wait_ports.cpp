// SPDX-License-Identifier: Apache-2.0
// Ports in TIME_WAIT may be taken over for new connections: shown, because it changes how every program of the host
// talks to the outside.
#include "remediations/remedy.h"

namespace preflight::remedies {
namespace {

Result<Aims> propose(const CheckResult& finding, const Case&) {
  return for_a_person(
      finding.subject.text,
      "set net.ipv4.tcp_tw_reuse = 1 and net.ipv4.tcp_timestamps = 1 in a file of /etc/sysctl.d, if all "
      "peers of this host can live with it");
}

}  // namespace

extern constinit const Remedy reuse_time_wait_ports{
    .id = "reuse_time_wait_ports",
    .title = "Let new connections take ports in TIME_WAIT",
    .rationale = "With tcp_tw_reuse and timestamps the kernel takes a port over one second after its connection ended.",
    .tier = Tier::display_only,
    .propose = propose,
};

}  // namespace preflight::remedies
