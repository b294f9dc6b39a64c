// SPDX-License-Identifier: Apache-2.0
// A configuration may have a million lines, so most of them must be told from the few kept ones by their first word's
// ends and length alone.
#include "probes/haproxy/noted_lines.h"

#include <array>

#include "probes/base/text.h"

namespace preflight::haproxy {
namespace {

/// Stands for defaults, frontend, backend and listen.
constexpr std::string_view kProxy = "proxy";

/// One kind of kept line; an empty second word stands for any.
struct Noted {
  std::string_view section;
  std::string_view keyword;
  std::string_view second{};
};

constexpr auto kNoted = std::to_array<Noted>({
    {kProxy, "appsession"},
    {kProxy, "bind-process"},
    {kProxy, "block"},
    {kProxy, "clitimeout"},
    {kProxy, "contimeout"},
    {kProxy, "dispatch"},
    {kProxy, "grace"},
    {kProxy, "http-check", "expect"},
    {kProxy, "mode", "health"},
    {kProxy, "monitor-net"},
    {kProxy, "option", "accept-invalid-http-request"},
    {kProxy, "option", "accept-invalid-http-response"},
    {kProxy, "option", "forceclose"},
    {kProxy, "option", "http-tunnel"},
    {kProxy, "option", "http-use-htx"},
    {kProxy, "option", "http_proxy"},
    {kProxy, "option", "independant-streams"},
    {kProxy, "option", "ssl-hello-chk"},
    {kProxy, "option", "transparent"},
    {"program", "program"},
    {kProxy, "redispatch"},
    {kProxy, "reqadd"},
    {kProxy, "reqallow"},
    {kProxy, "reqdel"},
    {kProxy, "reqdeny"},
    {kProxy, "reqiallow"},
    {kProxy, "reqidel"},
    {kProxy, "reqideny"},
    {kProxy, "reqipass"},
    {kProxy, "reqirep"},
    {kProxy, "reqitarpit"},
    {kProxy, "reqpass"},
    {kProxy, "reqrep"},
    {kProxy, "reqtarpit"},
    {kProxy, "rspadd"},
    {kProxy, "rspdel"},
    {kProxy, "rspdeny"},
    {kProxy, "rspidel"},
    {kProxy, "rspideny"},
    {kProxy, "rspirep"},
    {kProxy, "rsprep"},
    {kProxy, "srvtimeout"},
    {kProxy, "timeout", "clitimeout"},
    {kProxy, "timeout", "contimeout"},
    {kProxy, "timeout", "srvtimeout"},
    {kProxy, "transparent"},
    {"backend", "maxconn"},
    {"frontend", "fullconn"},
    {"global", "cpu-map"},
    {"global", "expose-deprecated-directives"},
    {"global", "master-worker"},
    {"global", "nbproc"},
    {"global", "nice"},
    {"global", "stats", "bind-process"},
    {"global", "timeout"},
    {"global", "tune.maxrxconn"},
    {"global", "ulimit-n"},
});

constexpr std::size_t kSlots = 512;

constexpr std::size_t slot_of(std::string_view word) {
  const auto first = static_cast<unsigned char>(word.front());
  const auto last = static_cast<unsigned char>(word.back());
  return (first * 7U + last * 31U + word.size() * 67U) % kSlots;
}

constexpr std::array<bool, kSlots> kMayBeNoted = [] {
  std::array<bool, kSlots> slots{};
  for (const Noted& noted : kNoted) slots.at(slot_of(noted.keyword)) = true;
  return slots;
}();

bool is_in(std::string_view section, std::string_view wanted) {
  if (wanted != kProxy) return section == wanted;
  return section == "defaults" || section == "frontend" || section == "backend" || section == "listen";
}

/// Which word of a line of this kind is an address, and what it is for.
struct AddressWord {
  std::string_view keyword;
  std::string_view second{};
  std::size_t at = 1;
  Gap gap = Gap::address;
};

constexpr auto kAddressWords = std::to_array<AddressWord>({
    {"bind", "", 1, Gap::listener},
    {"dgram-bind", "", 1, Gap::listener},
    {"stats", "socket", 2, Gap::listener},
    {"server", "", 2},
    {"server-template", "", 3},
    {"peer", "", 2},
    {"source", "", 1},
    {"nameserver", "", 2},
});

}  // namespace

bool is_noted(std::string_view section, const Statement& line) {
  const std::string_view keyword = line.keyword();
  if (keyword.empty() || !kMayBeNoted[slot_of(keyword)]) return false;
  for (const Noted& noted : kNoted) {
    if (noted.keyword != keyword || !is_in(section, noted.section)) continue;
    if (noted.second.empty() || noted.second == line[1].text) return true;
  }
  return false;
}

std::string first_words(const Statement& line) {
  constexpr std::size_t kMostWords = 3;
  constexpr std::size_t kLongest = 40;
  std::string text = line.modifier() == Modifier::no ? "no " : "";
  for (std::size_t i = 0; i < line.size() && i < kMostWords; ++i) {
    if (i > 0) text += ' ';
    text += printable(line[i].text.substr(0, kLongest));
  }
  return text;
}

void note_line(Reading& reading, std::string_view section, const Statement& line) {
  auto& noted = reading.config.noted;
  if (noted.size() == kNotedLimit || !is_noted(section, line)) return;
  noted.push_back({std::string(section), first_words(line), reading.origin(line[0])});
}

Gap gap_at(const Statement& line, std::uint32_t column) {
  for (const AddressWord& word : kAddressWords) {
    if (word.keyword != line.keyword() || (!word.second.empty() && word.second != line[1].text)) continue;
    const bool inside = word.at < line.size() && column >= line[word.at].column &&
                        (word.at + 1 == line.size() || column < line[word.at + 1].column);
    return inside ? word.gap : Gap::elsewhere;
  }
  return Gap::elsewhere;
}

}  // namespace preflight::haproxy
