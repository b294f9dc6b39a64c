// SPDX-License-Identifier: Apache-2.0
// The words of an edit, and its bounds: a plan may come from anywhere.
#include "remediations/selinux_edit.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "probes/base/text.h"

namespace preflight {
namespace {

constexpr std::array<std::string_view, 4> kProtocols = {"tcp", "udp", "sctp", "dccp"};
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
constexpr std::size_t kLongest = 255;

bool is_made_of(std::string_view text, std::string_view more) {
  return !text.empty() && text.size() <= kLongest && std::all_of(text.begin(), text.end(), [&](char c) {
    return kLetters.find(c) != std::string_view::npos || more.find(c) != std::string_view::npos;
  });
}

bool is_name(std::string_view text) { return is_made_of(text, ".-"); }

/// "user:role:type" or "user:role:type:range".
bool is_context(const std::string& text) {
  const auto fields = split(text, ':');
  return fields.size() >= 3 && is_made_of(text, ".:,-") && is_name(fields[0]) && is_name(fields[1]) &&
         is_name(fields[2]);
}

std::string on_or_off(bool value) { return value ? "on" : "off"; }

std::string sentence_of(const SelinuxBoolean& boolean) {
  const auto subject = "SELinux boolean " + printable(boolean.name);
  const auto running = boolean.running_to ? " (now " + on_or_off(*boolean.running_to) + ")" : std::string();
  if (boolean.kept_to == boolean.kept_from) {
    return boolean.running_to ? "turn " + subject + " " + on_or_off(*boolean.running_to) + " now"
                              : "leave " + subject + " as it is";
  }
  if (!boolean.kept_to) return "leave " + subject + " to the policy" + running;
  const bool differs = boolean.running_to && *boolean.running_to != *boolean.kept_to;
  return "turn " + subject + " " + on_or_off(*boolean.kept_to) + (differs ? running : "");
}

std::string sentence_of(const SelinuxPort& port) {
  if (!port.to) return "take the label " + printable(type_of(port.from.value_or(""))) + " off " + name_of(port);
  return "label " + name_of(port) + " " + printable(type_of(*port.to)) +
         (port.from ? " instead of " + printable(type_of(*port.from)) : "");
}

std::string why_impossible(const SelinuxPort& port) {
  if (std::find(kProtocols.begin(), kProtocols.end(), port.protocol) == kProtocols.end())
    return printable(port.protocol) + " is no protocol that has labels";
  if (port.low == 0 || port.low > port.high) return name_of(port) + " are none";
  if (!port.from && !port.to) return name_of(port) + " are given no label";
  for (const auto& context : {port.from, port.to}) {
    if (context && !is_context(*context)) return printable(*context) + " is no context";
  }
  return {};
}

std::string why_impossible(const SelinuxBoolean& boolean) {
  if (!is_name(boolean.name)) return printable(boolean.name) + " is no name of a boolean";
  if (boolean.running_from.has_value() != boolean.running_to.has_value())
    return printable(boolean.name) + " is running before or after, not both";
  return {};
}

}  // namespace

SelinuxEdit inverse(const SelinuxEdit& edit) {
  auto back = edit;
  for (auto& boolean : back.booleans) {
    std::swap(boolean.kept_from, boolean.kept_to);
    std::swap(boolean.running_from, boolean.running_to);
  }
  for (auto& port : back.ports) std::swap(port.from, port.to);
  return back;
}

std::vector<std::string> sentences_of(const SelinuxEdit& edit) {
  std::vector<std::string> sentences;
  for (const auto& port : edit.ports) sentences.push_back(sentence_of(port));
  for (const auto& boolean : edit.booleans) sentences.push_back(sentence_of(boolean));
  return sentences;
}

std::string name_of(const SelinuxPort& port) {
  const auto low = std::to_string(port.low);
  const auto range = port.low == port.high ? " port " + low : " ports " + low + "-" + std::to_string(port.high);
  return printable(port.protocol) + range;
}

std::string type_of(const std::string& context) {
  const auto fields = split(context, ':');
  return fields.size() < 3 ? context : std::string(fields[2]);
}

bool is_store_name(const std::string& name) { return is_name(name) && name.front() != '.'; }

std::string why_impossible(const SelinuxEdit& edit) {
  if (!is_store_name(edit.store)) return printable(edit.store) + " is no name of a policy";
  if (edit.booleans.empty() && edit.ports.empty()) return "it changes nothing";
  for (const auto& port : edit.ports) {
    if (auto why = why_impossible(port); !why.empty()) return why;
  }
  for (const auto& boolean : edit.booleans) {
    if (auto why = why_impossible(boolean); !why.empty()) return why;
  }
  return {};
}

}  // namespace preflight
