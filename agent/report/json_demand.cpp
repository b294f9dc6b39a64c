// SPDX-License-Identifier: Apache-2.0
// One entry for each limit, each listener and each destination that the configuration makes demands on.
#include "agent/report/json_demand.h"

#include "policies/listening.h"

namespace preflight::json {
namespace {

/// How many ports the configuration binds, one term for each line that binds some.
Quantity ports_of(const std::vector<PortDemand>& ports) {
  Quantity total{.basis = Basis::configured};
  for (const auto& port : ports) {
    const std::int64_t count = port.bind == nullptr ? 1 : port.bind->address.port_count();
    total.value += count;
    total.terms.push_back({port.owner, count, port.bind == nullptr ? haproxy::Origin{} : port.bind->origin});
  }
  return total;
}

class DemandList {
 public:
  DemandList(Writer& out, const InstanceDemand& demand) : out_(out), demand_(demand) {}

  void write() const {
    entry("maxconn", {}, demand_.maxconn);
    entry("file_descriptors", {}, demand_.file_descriptors);
    for (const auto& each : demand_.backlog) entry("backlog", listener_of(each), each.backlog);
    for (const auto& each : demand_.source_ports) {
      entry("source_ports", subject::tuple(each.source, each.destination).text, each.connections);
    }
    entry("memory", {}, demand_.memory);
    entry("conntrack", {}, demand_.conntrack);
    entry("ports", {}, ports_of(demand_.ports));
  }

 private:
  static std::string listener_of(const BacklogDemand& backlog) {
    return backlog.bind == nullptr ? std::string() : subject_of(*backlog.bind).text;
  }

  void entry(std::string_view name, std::string_view subject, const Result<Quantity>& quantity) const {
    out_.object([&] {
      out_.key("name").text(name);
      demand_.instance == nullptr ? out_.key("instance").null() : out_.key("instance").text(demand_.instance->name);
      out_.key("subject").optional_text(subject);
      quantity ? out_.key("value").number(quantity->value) : out_.key("value").null();
      out_.key("basis").optional_text(quantity ? to_string(quantity->basis) : std::string_view());
      write_terms(out_.key("terms"), quantity ? quantity->terms : std::vector<Term>());
      out_.key("error").tree(quantity ? Json() : error(quantity.error()));
    });
  }

  Writer& out_;
  const InstanceDemand& demand_;
};

}  // namespace

void write_terms(Writer& out, const std::vector<Term>& terms) {
  out.array([&] {
    for (const auto& term : terms) {
      const bool written = term.origin.written() && term.origin.file != nullptr;
      out.object([&] {
        out.key("label").text(term.label);
        out.key("value").number(term.value);
        written ? out.key("file").text(*term.origin.file) : out.key("file").null();
        written ? out.key("line").number(term.origin.line) : out.key("line").null();
      });
    }
  });
}

void write_demand(Writer& out, const InstanceDemand& demand) { DemandList(out, demand).write(); }

void write_destinations(Writer& out, const InstanceDemand& demand) {
  for (const auto& each : demand.destinations) {
    out.object([&] {
      out.key("instance").text(demand.instance->name);
      out.key("purpose").text(to_string(each.purpose));
      out.key("owner").text(each.owner);
      out.key("protocol").text(each.transport == haproxy::Transport::stream ? "tcp" : "udp");
      out.key("address").text(each.ip ? to_string(*each.ip) : each.host);
      out.key("port").optional_number(each.port == 0 ? std::nullopt : std::optional<std::int64_t>(each.port));
      out.key("origin").tree(origin(each.origin));
    });
  }
}

void write_differences(Writer& out, const std::vector<DemandDifference>& differences) {
  out.array([&] {
    for (const auto& each : differences) {
      out.object([&] {
        out.key("name").text(each.name);
        out.key("instance").text(each.instance);
        out.key("subject").optional_text(each.subject);
        out.key("now").optional_number(each.before.value);
        out.key("then").optional_number(each.after.value);
      });
    }
  });
}

}  // namespace preflight::json
