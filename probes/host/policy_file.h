// SPDX-License-Identifier: Apache-2.0
// A binary SELinux policy, read and asked. All that includes libsepol's headers is policy_*.cpp beside this file.
#pragma once

#include <string>

#include "probes/base/result.h"
#include "probes/linux/selinux_policy.h"

namespace preflight {

/// A larger policy is refused: that of a distribution has 2 to 8 MB.
inline constexpr std::size_t kPolicyLimit = std::size_t{64} * 1024 * 1024;

/// The answer of the policy in the file at `path`. Errors name `question.path`: the file cannot be read, is no policy
/// (EBADMSG), is newer than our libsepol (ENOTSUP), or does not know a subject's type (EINVAL).
[[nodiscard]] Result<selinux::PolicyAnswer> ask_policy_file(const std::string& path,
                                                            const selinux::PolicyQuestion& question);

/// The same of bytes.
[[nodiscard]] Result<selinux::PolicyAnswer> ask_policy(std::string bytes, const selinux::PolicyQuestion& question);

}  // namespace preflight
