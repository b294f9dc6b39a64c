// SPDX-License-Identifier: Apache-2.0
// What systemd and the kernel give at the start of a process, a running one does not get: not by a reload either.
#include "remediations/remedy.h"

namespace preflight::remedies {
namespace {

Result<Aims> propose(const CheckResult& finding, const Case& scene) { return restarts_of(finding, scene.facts); }

}  // namespace

extern constinit const Remedy restart_haproxy{
    .id = "restart_haproxy",
    .title = "Restart the service",
    .rationale =
        "A new limit of descriptors and a longer accept queue are only had at a start. Connections are lost; it is "
        "done only where --allow-restart permits it.",
    .tier = Tier::disruptive,
    .propose = propose,
};

}  // namespace preflight::remedies
