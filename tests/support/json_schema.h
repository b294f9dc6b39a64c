// SPDX-License-Identifier: Apache-2.0
// JSON documents against a schema that is shipped with them, and proof that the schema can refuse.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/scratch.h"

namespace preflight::test {

inline constexpr int kNotInstalled = 77;

struct Validation {
  int status = -1;
  std::vector<std::string> lines;  // one a document: "valid", or what is wrong
};

inline Validation validate(const std::string& schema, const std::vector<std::string>& documents) {
  const Scratch scratch;
  std::string command = "/usr/bin/python3 " + std::string(PREFLIGHT_SOURCE_DIR) + "/tests/agent/report/validate.py" +
                        " " + std::string(PREFLIGHT_SOURCE_DIR) + "/agent/report/schema/" + schema;
  for (const auto& document : documents) {
    command += " " + scratch.file(std::to_string(&document - documents.data()) + ".json", document);
  }
  Validation result;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> line{};
  while (std::fgets(line.data(), line.size(), pipe) != nullptr) result.lines.emplace_back(line.data());
  const int status = pclose(pipe);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

inline bool validator_missing() { return validate("lbpreflight.report-1.schema.json", {}).status == kNotInstalled; }

inline void expect_valid(const std::string& schema, const std::vector<std::string>& documents) {
  if (validator_missing()) GTEST_SKIP() << "python3-jsonschema is not installed";
  const auto result = validate(schema, documents);
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.lines, std::vector<std::string>(documents.size(), "valid\n"));
}

using Damage = std::function<void(nlohmann::ordered_json&)>;

/// Each damaged copy must be refused; an undamaged one among them must pass.
inline void expect_refused(const std::string& schema, const std::string& sound, const std::vector<Damage>& damages) {
  if (validator_missing()) GTEST_SKIP() << "python3-jsonschema is not installed";
  std::vector<std::string> documents{sound};
  for (const auto& damage : damages) {
    auto document = nlohmann::ordered_json::parse(sound);
    damage(document);
    documents.push_back(document.dump());
  }
  const auto result = validate(schema, documents);
  ASSERT_EQ(result.lines.size(), documents.size());
  EXPECT_EQ(result.lines.front(), "valid\n");
  for (std::size_t i = 1; i < result.lines.size(); ++i) EXPECT_NE(result.lines[i], "valid\n") << "damage " << i;
}

/// A release changes the version, not the golden files.
inline std::string without_version(const std::string& text) {
  auto document = nlohmann::ordered_json::parse(text);
  EXPECT_NE(document["tool"]["version"], "");
  document["tool"]["version"] = "any";
  return document.dump(2) + "\n";
}

}  // namespace preflight::test
