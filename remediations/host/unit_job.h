// SPDX-License-Identifier: Apache-2.0
// systemd answers a call that starts or stops something with a job: what was asked for is done when the job is over.
#pragma once

#include "probes/base/result.h"
#include "probes/host/bus_connection.h"

namespace preflight::systemd {

/// Waits until the job that `reply` names is over, whatever came of it: what became of the unit is to be read then.
Result<void> await_job(BusConnection& connection, const Message& reply);

}  // namespace preflight::systemd
