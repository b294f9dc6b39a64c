// SPDX-License-Identifier: Apache-2.0
// An accept queue bounds no number of connections but a burst: what arrives while haproxy accepts nothing. The kernel
// lets one more in than listen(2) was told (sk_acceptq_is_full compares with ">").
#include <algorithm>

#include "policies/ladder/parts.h"
#include "policies/listening.h"
#include "policies/open_listeners.h"

namespace preflight::ladder {
namespace {

constexpr std::string_view kSomaxconn = "net.core.somaxconn";

/// The shortest queue of the listeners that are open there: each shard has its own.
const OpenListener* shortest(const std::vector<OpenListener>& listeners) {
  const auto shorter = [](const auto& a, const auto& b) { return a.now().queue_limit < b.now().queue_limit; };
  const auto found = std::min_element(listeners.begin(), listeners.end(), shorter);
  return found == listeners.end() ? nullptr : &*found;
}

void fill_open(Rung& rung, const OpenListener& listener) {
  const std::int64_t limit = listener.now().queue_limit;
  rung.connections = limit + 1;
  rung.in_use = listener.now().queue;
  rung.terms = {{"queue of the open listener", limit, {}}, {"as the kernel counts", 1, {}}};
}

void fill_asked(Rung& rung, const Quantity& asked, std::int64_t somaxconn) {
  const auto cut = std::max<std::int64_t>(asked.value - somaxconn, 0);
  rung.basis = asked.basis;
  rung.connections = asked.value - cut + 1;
  rung.terms = asked.terms;
  if (cut != 0) rung.terms.push_back({"cut at net.core.somaxconn", -cut, {}});
  rung.terms.push_back({"as the kernel counts", 1, {}});
}

Rung queue_of(const BacklogDemand& demand, const std::vector<OpenListener>& open,
              const Result<std::int64_t>& somaxconn) {
  Rung rung = rung_of(Limit::accept_queue, subject_of(*demand.bind), "accept queue of " + endpoint_of(*demand.bind));
  if (demand.bind->network_namespace) {
    rung.connections = fail(std::errc::not_supported, "somaxconn of namespace " + demand.bind->network_namespace->value,
                            "is not read");
  } else if (const auto* listener = shortest(open); listener != nullptr) {
    fill_open(rung, *listener);
  } else if (!demand.backlog) {
    rung.connections = tl::make_unexpected(demand.backlog.error());
  } else if (!somaxconn) {
    rung.connections = tl::make_unexpected(somaxconn.error());
  } else {
    fill_asked(rung, *demand.backlog, *somaxconn);
  }
  return rung;
}

}  // namespace

void add_accept_queues(const Scene& scene, std::vector<Rung>& bursts) {
  const auto somaxconn = scene.network.sysctls.integer(kSomaxconn);
  const auto listeners = OpenListeners::of(scene.network);
  for (const auto& demand : scene.demand.backlog) {
    const bool look = scene.instance().running() && listeners;
    const auto open = look ? listeners->at(*demand.bind) : std::vector<OpenListener>{};
    bursts.push_back(queue_of(demand, open, somaxconn));
  }
}

}  // namespace preflight::ladder
