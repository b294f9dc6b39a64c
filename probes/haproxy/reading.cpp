// SPDX-License-Identifier: Apache-2.0
// Numbers are taken by atol(3), which stops at the first letter without a word; addresses are expanded once more.
#include "probes/haproxy/reading.h"

#include <algorithm>

#include "probes/base/text.h"
#include "probes/haproxy/characters.h"

namespace preflight::haproxy {
namespace {

/// What one use of an address accepts.
struct Rules {
  bool stream = true;
  bool datagram = false;  // and then the standard
  bool descriptor = false;
  bool port_needed = false;
  bool range = false;
  bool offset = false;
  bool ip_only = false;
};

Rules rules_of(AddressUse use) {
  switch (use) {
    case AddressUse::listener:
    case AddressUse::stats_socket:
      return {.descriptor = true, .port_needed = true, .range = true};
    case AddressUse::datagram_listener:
      return {.stream = false, .datagram = true, .descriptor = true, .port_needed = true, .range = true};
    case AddressUse::server:
      return {.offset = true};
    case AddressUse::range:
      return {.range = true};
    case AddressUse::log_target:
      return {.datagram = true, .descriptor = true};
    case AddressUse::nameserver:
      return {.datagram = true, .port_needed = true, .ip_only = true};
    case AddressUse::connected:
      return {.port_needed = true, .ip_only = true};
    case AddressUse::fixed:
      break;
  }
  return {};
}

/// Since 2.9 haproxy compares three letters of the prefix "rhttp@" only.
bool is_taken_for_reverse_http(std::string_view text) {
  return text.substr(0, 3) == "rht" && text.substr(0, 6) != "rhttp@";
}

/// "16k": the digits times 1024 to the power of the unit; nothing for any other text (parse_size_err in src/tools.c).
std::optional<std::int64_t> size_in_bytes(std::string_view text) {
  constexpr std::string_view kUnits = "kmg";
  constexpr std::int64_t kMost = std::int64_t{1} << 32U;
  const char last = text.empty() ? '\0' : text.back();
  const auto unit = kUnits.find(last >= 'A' && last <= 'Z' ? static_cast<char>(last - 'A' + 'a') : last);
  if (unit != std::string_view::npos) text.remove_suffix(1);
  const LeadingNumber number = leading_number(text);
  if (!number.whole || number.value < 0 || number.value > kMost) return std::nullopt;
  return unit == std::string_view::npos ? number.value : number.value << (10 * (unit + 1));
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
  if (syntax == NumberSyntax::size) {
    if (const auto size = size_in_bytes(word.text)) return Number{*size, origin(word)};
  }
  const LeadingNumber number = leading_number(word.text);
  if (!number.whole && syntax != NumberSyntax::atol) {
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
  const Rules rules = rules_of(use);
  const bool range = address.port_kind == PortKind::fixed && address.last_port != address.first_port;
  const bool is_ip = address.kind == AddressKind::ip || address.kind == AddressKind::hostname;
  // since 2.9 the servers of a log backend may be reached by UDP
  const bool datagram = rules.datagram || (use == AddressUse::server && !known_before(2, 9));
  if (address.transport == Transport::datagram && !datagram) return "a datagram address is not accepted here";
  if (address.transport != Transport::datagram && !rules.stream) return "a stream address is not accepted here";
  if (address.transport == Transport::quic && binary != nullptr && binary->features.count("QUIC") == 0) {
    return "this haproxy was built without QUIC";
  }
  if (address.kind == AddressKind::descriptor && !rules.descriptor) return "a file descriptor is not accepted here";
  if (address.kind == AddressKind::reverse_http && !experimental && known_at_least(2, 9)) {
    return "reverse HTTP needs 'expose-experimental-directives'";
  }
  // a name server may be a unix socket, but no datagram one
  const bool unix_stream = rules.datagram && address.transport == Transport::stream;
  if (!is_ip && rules.ip_only && !unix_stream) return "only an IP address or a name is accepted here";
  if (is_ip && rules.port_needed) {
    if (address.port_kind == PortKind::none) return "a port is needed";
    if (address.port_kind == PortKind::fixed && address.first_port == 0) return "port 0 is not valid";
  }
  if (address.port_kind == PortKind::offset && !rules.offset) return "a port offset is not accepted here";
  if (range && !rules.range) return "a port range is not accepted here";
  return {};
}

std::optional<Address> Reading::address(const Word& word, AddressUse use) {
  const ExpandedAddress expanded = expand_address(word.text, environment);
  const bool listens = use == AddressUse::listener || use == AddressUse::stats_socket;
  for (const std::string& name : expanded.unset) {
    unset_variable(word, name, listens ? Gap::listener : Gap::address);
  }
  if (!experimental && known_at_least(2, 9) && is_taken_for_reverse_http(expanded.text)) {
    error(word, "haproxy takes a host whose name begins with 'rht' for reverse HTTP and refuses it");
    return std::nullopt;
  }
  const PortSyntax syntax = known_before(2, 9) ? PortSyntax::lenient : PortSyntax::strict;
  auto address = parse_address(expanded.text, syntax, binary == nullptr ? nullptr : &binary->version);
  if (address && !address->transport_written && rules_of(use).datagram) address->transport = Transport::datagram;
  if (!address) {
    error(word, "'" + shown(word.text) + "': " + address.error().reason);
    return std::nullopt;
  }
  if (const auto why = objection(*address, use); !why.empty()) {
    error(word, "'" + shown(word.text) + "': " + std::string(why));
    return std::nullopt;
  }
  const bool is_prefixed = use == AddressUse::listener || use == AddressUse::datagram_listener;
  if (address->kind == AddressKind::unix_path && is_prefixed && config.global.unix_bind_prefix) {
    address->text.insert(0, config.global.unix_bind_prefix->value);
    if (address->text.size() > kUnixPathLimit) {
      error(word, "the socket's path is longer than 97 bytes with the prefix of 'unix-bind'");
      return std::nullopt;
    }
  }
  return *std::move(address);
}

std::string shown(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  return text.size() > kLongest ? printable(text.substr(0, kLongest)) + "..." : printable(text);
}

bool is_valid_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return is_alnum(c) || c == '.' || c == ':' || c == '_' || c == '-';
  });
}

}  // namespace preflight::haproxy
