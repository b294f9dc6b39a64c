// SPDX-License-Identifier: Apache-2.0
// sigprocmask(2): we have one thread.
#include "remediations/host/held_signals.h"

#include <initializer_list>

namespace preflight {

HeldSignals::HeldSignals() {
  sigset_t held;
  (void)sigemptyset(&held);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) (void)sigaddset(&held, signal);
  (void)sigprocmask(SIG_BLOCK, &held, &before_);
}

HeldSignals::~HeldSignals() { (void)sigprocmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace preflight
