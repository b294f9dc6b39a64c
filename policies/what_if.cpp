// SPDX-License-Identifier: Apache-2.0
// The grammar of --what-if: names and numbers with commas between them. A name that is not known is a mistake: a
// judgement of something else than was meant would be worse than none.
#include "policies/what_if.h"

#include <algorithm>
#include <array>
#include <optional>

#include "policies/nearest.h"
#include "probes/base/text.h"

namespace preflight {
namespace {

template <typename T>
using Understood = tl::expected<T, std::string>;

/// The spec, and what it bounds its numbers to.
struct Name {
  SuppositionSpec spec;
  std::int64_t least = 1;
  std::int64_t most = INT32_MAX;
};

constexpr std::string_view kNumber = "N, +N, -N, +N% or -N%";
constexpr std::array kNames = {
    Name{{Supposed::maxconn, "maxconn", kNumber, "the global maxconn"}, 1, INT32_MAX},
    Name{{Supposed::nbthread, "nbthread", "N, +N or -N", "the threads of haproxy"}, 1, 4096},
    Name{{Supposed::servers, "servers", "+N or -N",
          "servers of every backend, so many more like its last one, each at an address of its own, or so many fewer, "
          "down to one"},
         1,
         1000},
    Name{{Supposed::nofile, "nofile", kNumber, "the limit of descriptors haproxy is started with (LimitNOFILE=)"},
         1,
         INT32_MAX},
    Name{{Supposed::somaxconn, "somaxconn", kNumber, "net.core.somaxconn"}, 1, INT32_MAX},
    Name{{Supposed::port_range, "port_range", "LOW-HIGH", "net.ipv4.ip_local_port_range"}, 1, 65535},
    Name{{Supposed::conntrack_max, "conntrack_max", kNumber, "net.netfilter.nf_conntrack_max"}, 1, INT32_MAX},
};

constexpr std::int64_t kMostPercent = 100'000;
constexpr std::size_t kShown = 48;

constexpr auto kSpecs = [] {
  std::array<SuppositionSpec, kNames.size()> specs{};
  for (std::size_t i = 0; i < kNames.size(); ++i) specs.at(i) = kNames.at(i).spec;
  return specs;
}();

std::string quoted(std::string_view word) {
  return "'" + printable(word.substr(0, kShown)) + (word.size() > kShown ? "...'" : "'");
}

Understood<const Name*> name_of(std::string_view word) {
  std::array<std::string_view, kNames.size()> names{};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames.at(i).spec.name == word) return &kNames.at(i);
    names.at(i) = kNames.at(i).spec.name;
  }
  std::string list;
  for (const auto name : names) list += (list.empty() ? "" : ", ") + std::string(name);
  const auto near = nearest(word, names);
  return tl::make_unexpected("nothing is called " + quoted(word) +
                             (near.empty() ? " (" + list + ")" : "; did you mean '" + std::string(near) + "'?"));
}

tl::unexpected<std::string> wrong_value(const Name& name, std::string_view value) {
  const std::string bounds = name.spec.what == Supposed::port_range
                                 ? ""
                                 : ", N from " + std::to_string(name.least) + " to " + std::to_string(name.most);
  return tl::make_unexpected(quoted(name.spec.name) + " takes " + std::string(name.spec.takes) + bounds + ", not " +
                             quoted(value));
}

/// Digits and nothing else: the sign has been read.
std::optional<std::int64_t> digits(std::string_view text) {
  const bool only_digits = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  return only_digits ? parse_integer(text) : std::nullopt;
}

bool takes(const Name& name, AmountKind kind) {
  if (kind == AmountKind::percent) return name.spec.takes == kNumber;
  return kind == AmountKind::more || name.spec.what != Supposed::servers;
}

Understood<Supposition> number(const Name& name, std::string_view value) {
  Supposition made{.what = name.spec.what};
  std::string_view rest = value;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) {
    made.kind = AmountKind::more;
    rest.remove_prefix(1);
  }
  if (made.kind == AmountKind::more && rest.ends_with('%')) {
    made.kind = AmountKind::percent;
    rest.remove_suffix(1);
  }
  const auto amount = digits(rest);
  const auto most = made.kind == AmountKind::percent ? (negative ? 99 : kMostPercent) : name.most;
  const auto least = made.kind == AmountKind::exact ? name.least : 1;
  if (!amount || *amount < least || *amount > most || !takes(name, made.kind)) return wrong_value(name, value);
  made.amount = negative ? -*amount : *amount;
  return made;
}

Understood<Supposition> ports(const Name& name, std::string_view value) {
  const auto dash = value.find('-');
  const auto low = digits(value.substr(0, dash));
  const auto high = dash == std::string_view::npos ? std::nullopt : digits(value.substr(dash + 1));
  if (!low || !high || *low < name.least || *high > name.most || *high < *low) return wrong_value(name, value);
  return Supposition{.what = name.spec.what,
                     .range = {static_cast<std::uint16_t>(*low), static_cast<std::uint16_t>(*high)}};
}

Understood<Supposition> one_of(std::string_view piece) {
  const auto equals = piece.find('=');
  if (equals == std::string_view::npos) return tl::make_unexpected(quoted(piece) + " is not NAME=VALUE");
  const auto name = name_of(trim(piece.substr(0, equals)));
  if (!name) return tl::make_unexpected(name.error());
  const auto value = trim(piece.substr(equals + 1));
  return (*name)->spec.what == Supposed::port_range ? ports(**name, value) : number(**name, value);
}

}  // namespace

std::span<const SuppositionSpec> supposition_specs() { return kSpecs; }

tl::expected<WhatIf, std::string> parse_what_if(std::string_view text) {
  WhatIf what_if{std::string(text), {}};
  std::size_t at = 0;
  for (const auto piece : split(text, ',')) {
    auto made = one_of(piece);
    if (!made) return tl::make_unexpected(made.error());
    const auto same = [&](const Supposition& other) { return other.what == made->what; };
    if (std::any_of(what_if.suppositions.begin(), what_if.suppositions.end(), same)) {
      return tl::make_unexpected("two values for " + quoted(trim(piece.substr(0, piece.find('=')))));
    }
    made->column = static_cast<std::uint32_t>(at + 1);
    what_if.suppositions.push_back(*made);
    at += piece.size() + 1;
  }
  return what_if;
}

}  // namespace preflight
