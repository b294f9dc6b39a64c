// SPDX-License-Identifier: Apache-2.0
// A call that a signal interrupted is made again; not for ever, because a file system may answer EINTR each time.
#pragma once

#include <cerrno>

namespace preflight {

/// What `call` returns; -1 with errno EINTR only after a hundred attempts.
template <typename F>
auto retried(F&& call) {
  constexpr int kAttempts = 100;
  auto result = call();
  for (int attempt = 1; result < 0 && errno == EINTR && attempt < kAttempts; ++attempt) result = call();
  return result;
}

}  // namespace preflight
