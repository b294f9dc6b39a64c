// SPDX-License-Identifier: Apache-2.0
// The sections beside the proxies that make haproxy talk to somebody, run something or open a file: none of it is
// counted in maxsock, and `haproxy -c` tries little of it.
#include "probes/haproxy/read_config_sections.h"

namespace preflight::haproxy {
namespace {

std::string joined(const Statement& line, std::size_t first) {
  std::string text;
  for (std::size_t i = first; i < line.size(); ++i) {
    if (i > first) text += ' ';
    text += line[i].text;
  }
  return text;
}

bool is_read_here(SectionKind kind) {
  return kind == SectionKind::resolvers || kind == SectionKind::mailers || kind == SectionKind::program ||
         kind == SectionKind::ring || kind == SectionKind::certificate_store;
}

/// A new section of that name at the end of `sections`.
template <typename Section>
void add_section(const Reading& reading, const Statement& line, std::vector<Section>& sections) {
  Section& added = sections.emplace_back();
  added.name = std::string(line[1].text);
  added.origin = reading.origin(line[line.size() > 1 ? 1 : 0]);
}

}  // namespace

void SideSections::begin(SectionKind kind, const Statement& line) {
  kind_ = SectionKind::none;
  if (!is_read_here(kind)) return;
  const bool nameless = kind == SectionKind::certificate_store && line.size() == 1;
  if (!nameless && !is_valid_name(line[1].text)) {
    return reading_.error(line[0], "a name is expected for the " + std::string(line.keyword()) + " section");
  }
  if (reading_.too_many_arguments(line, 1) || !reading_.admit(line[0])) return;
  kind_ = kind;
  Config& config = reading_.config;
  if (kind == SectionKind::resolvers) add_section(reading_, line, config.resolvers);
  if (kind == SectionKind::mailers) add_section(reading_, line, config.mailers);
  if (kind == SectionKind::program) add_section(reading_, line, config.programs);
  if (kind == SectionKind::ring) add_section(reading_, line, config.rings);
  if (kind == SectionKind::certificate_store) add_section(reading_, line, config.certificate_stores);
}

bool SideSections::read(const Statement& line) {
  switch (kind_) {
    case SectionKind::resolvers:
      return read_resolvers(line);
    case SectionKind::mailers:
      return read_mailers(line);
    case SectionKind::program:
      return read_program(line);
    case SectionKind::ring:
      return read_ring(line);
    case SectionKind::certificate_store:
      return read_store(line);
    default:
      return false;
  }
}

bool SideSections::read_resolvers(const Statement& line) {
  Resolvers& resolvers = reading_.config.resolvers.back();
  if (line.keyword() == "nameserver") {
    read_address(line, AddressUse::nameserver, resolvers.nameservers);
  } else if (line.keyword() == "parse-resolv-conf") {
    resolvers.resolv_conf = reading_.origin(line[0]);
  } else {
    return false;
  }
  return true;
}

bool SideSections::read_mailers(const Statement& line) {
  if (line.keyword() != "mailer") return false;
  read_address(line, AddressUse::connected, reading_.config.mailers.back().mailers);
  return true;
}

bool SideSections::read_program(const Statement& line) {
  Program& program = reading_.config.programs.back();
  if (line.keyword() == "command") {
    if (line.size() < 2) {
      reading_.error(line[0], "'command' expects a program");
    } else {
      program.command = Text{joined(line, 1), reading_.origin(line[1])};
    }
  } else if (line.keyword() == "user") {
    program.user = reading_.text(line[0], line[1]);
  } else if (line.keyword() == "group") {
    program.group = reading_.text(line[0], line[1]);
  } else {
    return false;
  }
  return true;
}

bool SideSections::read_ring(const Statement& line) {
  Ring& ring = reading_.config.rings.back();
  if (line.keyword() == "server") {
    if (!reading_.admit(line[0])) return true;
    if (auto server = read_server(reading_, line, {}, reading_.config.parsed_check_ports)) {
      ring.servers.push_back(*std::move(server));
    }
  } else if (line.keyword() == "backing-file") {
    read_path(line, ring.backing_file);
  } else {
    return false;
  }
  return true;
}

bool SideSections::read_store(const Statement& line) {
  CertificateStore& store = reading_.config.certificate_stores.back();
  if (line.keyword() == "crt-base") {
    read_path(line, store.certificates);
  } else if (line.keyword() == "key-base") {
    read_path(line, store.keys);
  } else {
    return false;
  }
  return true;
}

void SideSections::read_address(const Statement& line, AddressUse use, std::vector<NamedAddress>& addresses) {
  if (line.size() < 3) return reading_.error(line[0], "a name and an address are expected");
  if (!is_valid_name(line[1].text)) return reading_.error(line[1], "not a name: '" + shown(line[1].text) + "'");
  if (!reading_.admit(line[0])) return;
  auto address = reading_.address(line[2], use);
  if (!address) return;
  addresses.push_back({std::string(line[1].text), *std::move(address), reading_.origin(line[2])});
}

void SideSections::read_path(const Statement& line, std::optional<Text>& path) {
  const auto written = reading_.text(line[0], line[1]);
  if (written) path = Text{reading_.located(written->value), written->origin};
}

}  // namespace preflight::haproxy
