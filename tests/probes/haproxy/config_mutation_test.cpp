// SPDX-License-Identifier: Apache-2.0
// Damaged configurations, the same ones in every run, so that sanitizers see the reader's odd paths without a fuzzer.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "probes/haproxy/read_config.h"

namespace preflight::haproxy {
namespace {

constexpr int kInputs = 8192;

std::vector<std::string> corpus() {
  std::vector<std::filesystem::path> paths;
  const auto directory = std::filesystem::path(PREFLIGHT_SOURCE_DIR) / "tests/probes/haproxy/corpus";
  for (const auto& entry : std::filesystem::directory_iterator(directory)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> texts;
  for (const auto& path : paths) {
    std::ifstream in(path, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return texts;
}

class Mutator {
 public:
  std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }

  void damage(std::string& text) {
    static const std::array<std::string, 22> kPieces = {"\"",
                                                        "'",
                                                        "\\",
                                                        "\\x",
                                                        "${",
                                                        "\"${A[*]}\"",
                                                        "\"${NO-",
                                                        "[",
                                                        "]",
                                                        ":",
                                                        ",",
                                                        "-",
                                                        "\n",
                                                        "\r",
                                                        std::string(1, '\0'),
                                                        ".if ",
                                                        ".else\n",
                                                        "(",
                                                        "!",
                                                        "&&",
                                                        "from ",
                                                        "99999999999999999999"};
    const std::size_t at = below(text.size() + 1);
    switch (below(4)) {
      case 0:
        text.insert(at, kPieces.at(below(kPieces.size())));
        break;
      case 1:
        text.erase(at, below(20));
        break;
      case 2:
        text.insert(at, text.substr(below(text.size() + 1), below(80)));
        break;
      default:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        break;
    }
  }

 private:
  std::mt19937 random_{4711};
};

TEST(ConfigMutation, DamagedConfigurationsAreReadToo) {
  const auto texts = corpus();
  ASSERT_FALSE(texts.empty());
  constexpr std::array<Version, 4> kVersions = {{{2, 4, 0}, {2, 6, 12}, {3, 0, 0}, {3, 4, 0}}};
  Mutator mutator;
  std::size_t refused = 0;
  for (int i = 0; i < kInputs; ++i) {
    std::string text = texts[mutator.below(texts.size())];
    for (std::size_t damages = 1 + mutator.below(6); damages > 0; --damages) mutator.damage(text);
    ReadContext context{.environment = {{"A", "a b"}}, .host_name = "lb1"};
    context.binary = BinaryFacts{};
    context.binary->version = kVersions.at(mutator.below(kVersions.size()));
    const Config config = parse_config({{"m.cfg", text}}, context);
    EXPECT_LE(config.lines, text.size());
    for (const Remark& remark : config.remarks) {
      ASSERT_LE(remark.origin.line, config.lines);
      ASSERT_GE(remark.origin.column, 1U);
      ASSERT_LE(remark.origin.column, text.size() + 1);
    }
    if (!config.remarks.empty()) ++refused;
  }
  EXPECT_GT(refused, static_cast<std::size_t>(kInputs) / 4);
  EXPECT_LT(refused, static_cast<std::size_t>(kInputs));
}

}  // namespace
}  // namespace preflight::haproxy
