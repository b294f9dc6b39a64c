// SPDX-License-Identifier: Apache-2.0
// A person's Ctrl-C and a manager's SIGTERM wait until the transaction is whole.
#pragma once

#include <csignal>

namespace preflight {

/// SIGINT, SIGTERM and SIGHUP are held back while it lives, and delivered then.
class HeldSignals {
 public:
  HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals();

 private:
  sigset_t before_{};
};

}  // namespace preflight
