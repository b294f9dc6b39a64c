// SPDX-License-Identifier: Apache-2.0
// What remedies of SELinux want, and whether a host is so: now as the loaded policy says, and for the next boot.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policies/assess.h"
#include "policies/selinux.h"
#include "remediations/aim.h"
#include "remediations/goals.h"
#include "remediations/selinux_edit.h"

namespace preflight {

/// The name of the policy whose store is to be changed. An error, for a person, where there is none that can be: its
/// reason says what to do first.
[[nodiscard]] Result<std::string> store_to_change(const CheckResult& finding, const Facts& facts);

/// The denied ports that a finding of a bind or a destination is about.
[[nodiscard]] std::vector<PortProof> denials_of(const CheckResult& finding, const Case& scene);

/// To set that boolean, and what of this denial it proves.
[[nodiscard]] BooleanAim boolean_aim(const PortProof& denied, const BooleanCure& cure);

/// What is not so, in a sentence; empty where it is. An error where it cannot be looked at.
[[nodiscard]] Result<std::string> unmet_label(const LabelAim& aim, const Facts& facts);
[[nodiscard]] Result<std::string> unmet_boolean(const BooleanAim& aim, const Facts& facts);
[[nodiscard]] Result<std::string> unmet_store(const StoreAim& aim, const Facts& facts);

/// The one edit that makes all labels and booleans so; nothing where they are. Neighbouring ports of one type become
/// one range. An error where the store cannot be read.
[[nodiscard]] Result<std::optional<SelinuxEdit>> selinux_edit_for(const Goals& goals, const Facts& facts,
                                                                  const HostView& view);

}  // namespace preflight
