// SPDX-License-Identifier: Apache-2.0
// Puts the supposed numbers where haproxy would find them after a restart: in its configuration, its unit and process,
// and the kernel's settings. A reload would keep the old accept queues; that is not what is asked.
#include <algorithm>
#include <memory>

#include "policies/demand/parts.h"
#include "policies/demand/start_limits.h"
#include "policies/open_listeners.h"
#include "policies/what_if.h"
#include "probes/base/text.h"
#include "probes/linux/port_set.h"

namespace preflight {
namespace {

constexpr std::string_view kSomaxconn = "net.core.somaxconn";
constexpr std::string_view kConntrackMax = "net.netfilter.nf_conntrack_max";

using haproxy::InstanceFacts;
using haproxy::Proxy;
using haproxy::Server;

/// The number that is meant, beside the one that is: bounded as haproxy and the kernel keep it.
Result<std::int64_t> amount_of(const Supposition& supposed, const Result<std::int64_t>& now) {
  if (supposed.kind == AmountKind::exact) return supposed.amount;
  if (!now) {
    auto error = now.error();
    error.reason += "; a number relative to it needs it";
    return tl::make_unexpected(std::move(error));
  }
  const auto base = std::clamp<std::int64_t>(*now, 1, INT32_MAX);
  const auto more = supposed.kind == AmountKind::percent ? base * supposed.amount / 100 : supposed.amount;
  return std::clamp<std::int64_t>(base + more, 1, INT32_MAX);
}

/// The facts that are being changed, and those they were: what is relative is relative to what is.
class Supposing {
 public:
  explicit Supposing(const Facts& facts) : was_(facts), demand_(compute_demand(facts)), made_(facts) {}

  Result<void> apply(const Supposition& supposed) {
    switch (supposed.what) {
      case Supposed::maxconn:
        return in_each_config(supposed, &Supposing::maxconn);
      case Supposed::nbthread:
        return in_each_config(supposed, &Supposing::nbthread);
      case Supposed::servers:
        return in_each_config(supposed, &Supposing::servers);
      case Supposed::nofile:
        return in_each_config(supposed, &Supposing::nofile);
      case Supposed::somaxconn:
        return sysctl(supposed, kSomaxconn);
      case Supposed::conntrack_max:
        return sysctl(supposed, kConntrackMax);
      case Supposed::port_range:
        return port_range(supposed.range);
    }
    return {};
  }

  /// A restart opens the listeners anew: their queues are as long as is asked for, and the kernel allows.
  void reopen_listeners() {
    const auto demand = compute_demand(made_);
    for (auto& network : made_.networks) {
      for (const auto& each : demand.instances) {
        if (each.instance->running() && each.instance->netns == network.netns) reopen(each, network);
      }
    }
  }

  Facts take() { return std::move(made_); }

 private:
  using InConfig = Result<void> (Supposing::*)(const Supposition&, const InstanceFacts&, InstanceFacts&);

  static haproxy::Origin origin_of(const Supposition& supposed) {
    static const auto kFile = std::make_shared<const std::string>("--what-if");
    return {kFile, 1, supposed.column};
  }

  Result<void> in_each_config(const Supposition& supposed, InConfig change) {
    for (std::size_t i = 0; i < made_.instances.size(); ++i) {
      if (!made_.instances[i].config) continue;
      if (auto changed = (this->*change)(supposed, was_.instances[i], made_.instances[i]); !changed) return changed;
    }
    return {};
  }

  Result<void> maxconn(const Supposition& supposed, const InstanceFacts& was, InstanceFacts& instance) {
    const auto value = amount_of(supposed, demand_.of(was)->maxconn.map([](const Quantity& q) { return q.value; }));
    if (!value) return tl::make_unexpected(value.error());
    instance.config->global.maxconn = haproxy::Number{*value, origin_of(supposed)};
    instance.command_line.maxconn.reset();  // -n would win
    return {};
  }

  Result<void> nbthread(const Supposition& supposed, const InstanceFacts& was, InstanceFacts& instance) {
    const auto now = demand::threads({was, *was.config, was_}).map([](const Term& term) { return term.value; });
    const auto value = amount_of(supposed, now);
    if (!value) return tl::make_unexpected(value.error());
    constexpr auto kMost = static_cast<std::int64_t>(demand::kMostThreads);
    instance.config->global.nbthread = haproxy::Number{std::min(*value, kMost), origin_of(supposed)};
    return {};
  }

  Result<void> nofile(const Supposition& supposed, const InstanceFacts& was, InstanceFacts& instance) {
    const auto limits = start_limits(was, was_);
    const auto value = amount_of(supposed, limits.map([](const StartLimits& started) {
      return static_cast<std::int64_t>(std::min<std::uint64_t>(started.nofile.hard, INT32_MAX));
    }));
    if (!value) return tl::make_unexpected(value.error());
    // Nobody is known who would start haproxy, so nobody could give it this limit.
    const bool no_unit = !instance.unit || instance.unit->load_state == "not-found";
    if (!instance.running() && no_unit && !limits) return tl::make_unexpected(limits.error());
    const auto limit = static_cast<std::uint64_t>(*value);
    if (instance.unit) instance.unit->limit_nofile = instance.unit->limit_nofile_soft = limit;
    for (auto& member : instance.processes) member.process.nofile = Limits{limit, limit};
    return {};
  }

  Result<void> servers(const Supposition& supposed, const InstanceFacts&, InstanceFacts& instance) {
    auto& proxies = instance.config->proxies;
    std::size_t all = 0;
    for (const Proxy& proxy : proxies) {
      const auto more = proxy.servers.empty() ? 0 : std::max<std::int64_t>(supposed.amount, 0);
      all += proxy.servers.size() + static_cast<std::size_t>(more);
    }
    if (all > haproxy::kObjectLimit) {
      return fail(std::errc::value_too_large, "servers of " + instance.name, "more than are read of any configuration");
    }
    for (Proxy& proxy : proxies) {
      if (supposed.amount > 0) add_servers(proxy, supposed);
      if (supposed.amount < 0) remove_servers(proxy, -supposed.amount);
    }
    return {};
  }

  static bool is_active(const Server& server) { return !server.settings.disabled && !server.settings.backup; }

  /// The last server that takes traffic.
  static std::vector<Server>::reverse_iterator last_active(Proxy& proxy) {
    return std::find_if(proxy.servers.rbegin(), proxy.servers.rend(), is_active);
  }

  /// Each at an address of its own: what makes a server worth adding is that it brings its own source ports.
  static void add_servers(Proxy& proxy, const Supposition& supposed) {
    const auto like = last_active(proxy);
    if (like == proxy.servers.rend()) return;
    Server model = *like;
    model.count = 1;
    model.origin = origin_of(supposed);
    const auto place = model.address.ip ? to_string(*model.address.ip) : model.address.text;
    for (std::int64_t i = 1; i <= supposed.amount; ++i) {
      Server added = model;
      added.name = model.name + "+" + std::to_string(i);
      if (added.address.ip) added.address.kind = haproxy::AddressKind::hostname;
      added.address.ip.reset();
      added.address.text = place + "+" + std::to_string(i);
      proxy.servers.push_back(std::move(added));
    }
  }

  static void remove_servers(Proxy& proxy, std::int64_t fewer) {
    std::int64_t active = 0;
    for (const Server& server : proxy.servers) active += is_active(server) ? server.count : 0;
    for (auto left = std::min(fewer, active - 1); left > 0;) {
      const auto last = last_active(proxy);
      const auto taken = std::min<std::int64_t>(left, last->count);
      last->count -= static_cast<std::uint32_t>(taken);
      left -= taken;
      if (last->count == 0) proxy.servers.erase(std::next(last).base());
    }
  }

  Result<void> sysctl(const Supposition& supposed, std::string_view key) {
    for (auto& network : made_.networks) {
      const auto now = network.sysctls.integer(key);
      // What this kernel does not have cannot be set.
      if (!now && now.error().code == std::errc::no_such_file_or_directory) return tl::make_unexpected(now.error());
      const auto value = amount_of(supposed, now);
      if (!value) return tl::make_unexpected(value.error());
      network.sysctls.values.insert_or_assign(std::string(key), std::to_string(*value));
    }
    return {};
  }

  Result<void> port_range(const PortRange& range) {
    for (auto& network : made_.networks) {
      const auto least = network.sysctls.integer("net.ipv4.ip_unprivileged_port_start");
      if (least && range.first < *least) {
        return fail(
            std::errc::invalid_argument, std::string(kLocalPortRange),
            "the kernel refuses a range that begins below ip_unprivileged_port_start, " + std::to_string(*least));
      }
      network.sysctls.values.insert_or_assign(std::string(kLocalPortRange),
                                              std::to_string(range.first) + "\t" + std::to_string(range.last));
    }
    return {};
  }

  static void reopen(const InstanceDemand& demand, NetworkFacts& network) {
    const auto somaxconn = network.sysctls.integer(kSomaxconn);
    auto open = OpenListeners::of(network);
    if (!somaxconn || !open) return;
    for (const auto& asked : demand.backlog) {
      if (!asked.backlog) continue;
      const auto length = static_cast<std::uint32_t>(
          std::clamp<std::int64_t>(std::min(asked.backlog->value, *somaxconn), 0, UINT32_MAX));
      for (const auto& listener : open->at(*asked.bind)) {
        const auto at = [&](std::vector<SocketEntry>& list, const SocketEntry* entry) -> SocketEntry& {
          return list.at(static_cast<std::size_t>(entry - list.data()));
        };
        at(*network.tcp_listeners, listener.first).queue_limit = length;
        if (listener.later != nullptr) at(*network.sample.listeners, listener.later).queue_limit = length;
      }
    }
  }

  const Facts& was_;
  Demand demand_;  // of what is
  Facts made_;
};

}  // namespace

Result<Facts> suppose(const WhatIf& what_if, const Facts& facts) {
  Supposing supposing(facts);
  for (const auto& each : what_if.suppositions) {
    if (const auto applied = supposing.apply(each); !applied) return tl::make_unexpected(applied.error());
  }
  supposing.reopen_listeners();
  return supposing.take();
}

}  // namespace preflight
