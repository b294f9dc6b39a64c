// SPDX-License-Identifier: Apache-2.0
// libFuzzer target for the haproxy.cfg reader. The length of a file chooses the version it is read for, so that the
// corpus of the tests serves as it is.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "probes/haproxy/read_config.h"

namespace {

using preflight::haproxy::BinaryFacts;
using preflight::haproxy::ReadContext;
using preflight::haproxy::Version;

std::optional<BinaryFacts> binary_for(std::size_t choice) {
  static constexpr std::array<Version, 7> kVersions = {
      {{2, 4, 0}, {2, 6, 12}, {2, 8, 0}, {2, 9, 0}, {3, 2, 0}, {3, 3, 0}, {3, 4, 0}}};
  const std::size_t index = choice % (kVersions.size() + 1);
  if (index == kVersions.size()) return std::nullopt;
  BinaryFacts binary;
  binary.version = kVersions.at(index);
  binary.version_text = std::to_string(binary.version.major) + "." + std::to_string(binary.version.minor) + "." +
                        std::to_string(binary.version.patch);
  binary.features = {"EPOLL", "THREAD", "QUIC"};
  return binary;
}

}  // namespace

// the entry point's name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string content(data, data + size);
  const ReadContext context{.environment = {{"A", "a b"}, {"IP", "127.0.0.1"}, {"EMPTY", ""}, {"BLANK", " x "}},
                            .binary = binary_for(size),
                            .host_name = "lb1"};
  const auto config = preflight::haproxy::parse_config({{"fuzz.cfg", content}}, context);
  return config.lines > size ? -1 : 0;
}
