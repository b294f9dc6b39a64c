// SPDX-License-Identifier: Apache-2.0
// A wrong policy ends the run before the host is looked at: nothing was examined.
#include "agent/cli/session.h"

#include "agent/log.h"
#include "agent/open_host.h"
#include "agent/policy_files.h"
#include "probes/host/live_host.h"
#include "probes/linux/process.h"

namespace preflight::cli {
namespace {

Result<Policy> policy_of(const Options& options) {
  const LiveHost here;
  const auto self = read_identity(here);
  const auto texts = read_policy_files(here, options.policies, self ? self->uid : 0);
  if (!texts) return tl::make_unexpected(texts.error());
  return load_policy(*texts);
}

}  // namespace

int refuse(const Error& error, int exit_code) {
  log::error(describe(error));
  return exit_code;
}

std::variant<Session, int> open_session(const Options& options) {
  auto policy = policy_of(options);
  if (!policy) {
    const bool unsafe = policy.error().code == std::errc::operation_not_permitted;
    return refuse(policy.error(), unsafe ? kRefused : kUsage);
  }
  auto host = open_host(options);
  if (!host) return refuse(host.error(), kUsage);
  return Session{std::move(*policy), std::move(*host)};
}

}  // namespace preflight::cli
