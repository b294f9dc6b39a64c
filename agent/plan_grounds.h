// SPDX-License-Identifier: Apache-2.0
// What a plan rests on: the machine, the configurations, the policy, the findings, and what each change begins with.
#pragma once

#include <string>

#include "agent/cycle.h"
#include "probes/host/host_view.h"
#include "remediations/plan.h"

namespace preflight {

[[nodiscard]] Grounds grounds_of(const HostView& host, const Run& run, const Plan& plan);

/// "at least 30,000 connections"; empty where a finding names no value.
[[nodiscard]] std::string expected_text(const Fail& failure);

}  // namespace preflight
