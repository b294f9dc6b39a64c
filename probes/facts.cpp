// SPDX-License-Identifier: Apache-2.0
// Small questions to the snapshot.
#include "probes/facts.h"

#include <algorithm>

namespace preflight {

const NetworkFacts& Facts::network_of(const haproxy::InstanceFacts& instance) const {
  const auto same = [&](const NetworkFacts& network) { return network.netns == instance.netns; };
  return *std::find_if(networks.begin(), networks.end(), same);
}

}  // namespace preflight
