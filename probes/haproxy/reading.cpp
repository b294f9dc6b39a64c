// SPDX-License-Identifier: Apache-2.0
// Numbers are taken by atol(3), which stops at the first letter without a word; addresses are expanded once more.
#include "probes/haproxy/reading.h"

#include <algorithm>

#include "probes/base/text.h"
#include "probes/haproxy/characters.h"

namespace preflight::haproxy {
namespace {

/// A word for people: hostile bytes escaped, and not longer than a line.
std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  return text.size() > kLongest ? printable(text.substr(0, kLongest)) + "..." : printable(text);
}

}  // namespace

Reading::Reading(const ReadContext& context)
    : environment(context.environment),
      binary(context.binary ? &*context.binary : nullptr),
      local_peer(context.local_peer.empty() ? context.host_name : context.local_peer),
      local_peer_settled(!context.local_peer.empty()) {
  // haproxy puts its own name into its environment before it reads
  if (!local_peer.empty()) environment.insert_or_assign("HAPROXY_LOCALPEER", local_peer);
}

bool Reading::known_at_least(int major, int minor) const {
  return binary != nullptr && binary->version >= Version{major, minor, 0};
}

bool Reading::known_before(int major, int minor) const {
  return binary != nullptr && binary->version < Version{major, minor, 0};
}

void Reading::add(Remark remark) {
  if (config.remarks.size() < kRemarkLimit) {
    config.remarks.push_back(std::move(remark));
  } else {
    ++config.remarks_dropped;
  }
}

void Reading::unset_variable(const Word& word, std::string_view name, Gap gap) {
  const std::string quoted = "'" + shown(name) + "'";
  add({.kind = RemarkKind::unset_variable,
       .origin = origin(word),
       .text = quoted + (gap == Gap::elsewhere ? " has no value: nothing stands in its place"
                                               : " has no value: it is left out of the address"),
       .variable = std::string(name),
       .gap = gap});
}

bool Reading::admit(const Word& word) {
  if (objects_ == kObjectLimit) {
    ++objects_;
    remark(RemarkKind::not_understood, word,
           "more than 1,000,000 proxies, binds, servers and peers: the rest is left out");
  }
  if (objects_ > kObjectLimit) return false;
  ++objects_;
  return true;
}

bool Reading::too_many_arguments(const Statement& line, std::size_t count) {
  if (line.size() <= count + 1) return false;
  error(line[count + 1],
        "unexpected argument '" + shown(line[count + 1].text) + "' after '" + shown(line.keyword()) + "'");
  return true;
}

std::optional<Number> Reading::number(const Word& keyword, const Word& word, NumberSyntax syntax) {
  if (word.text.empty()) {
    error(keyword, "'" + shown(keyword.text) + "' expects a number");
    return std::nullopt;
  }
  const LeadingNumber number = leading_number(word.text);
  if (!number.whole && syntax == NumberSyntax::strict) {
    error(word, "'" + shown(keyword.text) + "' expects a number, not '" + shown(word.text) + "'");
    return std::nullopt;
  }
  if (!number.whole) {
    remark(RemarkKind::misread, word, "haproxy reads '" + shown(word.text) + "' as " + std::to_string(number.value));
  }
  return Number{number.value, origin(word)};
}

std::optional<Text> Reading::text(const Word& keyword, const Word& word) {
  if (word.text.empty()) {
    error(keyword, "'" + shown(keyword.text) + "' expects an argument");
    return std::nullopt;
  }
  return Text{std::string(word.text), origin(word)};
}

std::string_view Reading::objection(const Address& address, AddressUse use) const {
  const bool listens = use == AddressUse::listener || use == AddressUse::stats_socket;
  const bool range = address.port_kind == PortKind::fixed && address.last_port != address.first_port;
  const bool is_ip = address.kind == AddressKind::ip || address.kind == AddressKind::hostname;
  if (address.transport == Transport::datagram) return "a datagram address is not accepted here";
  if (address.transport == Transport::quic && binary != nullptr && binary->features.count("QUIC") == 0) {
    return "this haproxy was built without QUIC";
  }
  if (address.kind == AddressKind::descriptor && !listens) return "a file descriptor is not accepted here";
  if (is_ip && listens && address.port_kind == PortKind::none) return "a port is needed";
  if (is_ip && listens && address.port_kind == PortKind::fixed && address.first_port == 0) return "port 0 is not valid";
  if (address.port_kind == PortKind::offset && use != AddressUse::server) return "a port offset is not accepted here";
  if (range && (use == AddressUse::server || use == AddressUse::fixed)) return "a port range is not accepted here";
  return {};
}

std::optional<Address> Reading::address(const Word& word, AddressUse use) {
  const ExpandedAddress expanded = expand_address(word.text, environment);
  const bool listens = use == AddressUse::listener || use == AddressUse::stats_socket;
  for (const std::string& name : expanded.unset) {
    unset_variable(word, name, listens ? Gap::listener : Gap::address);
  }
  const PortSyntax syntax = known_before(2, 9) ? PortSyntax::lenient : PortSyntax::strict;
  auto address = parse_address(expanded.text, syntax);
  if (!address) {
    error(word, "'" + shown(word.text) + "': " + address.error().reason);
    return std::nullopt;
  }
  if (const auto why = objection(*address, use); !why.empty()) {
    error(word, "'" + shown(word.text) + "': " + std::string(why));
    return std::nullopt;
  }
  if (address->kind == AddressKind::unix_path && use == AddressUse::listener && config.global.unix_bind_prefix) {
    address->text.insert(0, config.global.unix_bind_prefix->value);
    if (address->text.size() > kUnixPathLimit) {
      error(word, "the socket's path is longer than 97 bytes with the prefix of 'unix-bind'");
      return std::nullopt;
    }
  }
  return *std::move(address);
}

bool is_valid_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return is_alnum(c) || c == '.' || c == ':' || c == '_' || c == '-';
  });
}

}  // namespace preflight::haproxy
