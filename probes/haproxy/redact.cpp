// SPDX-License-Identifier: Apache-2.0
// Every line of a configuration is searched for secrets, its comments too: they often are last year's configuration.
#include "probes/haproxy/redact.h"

#include <algorithm>

#include "probes/haproxy/raw_line.h"
#include "probes/haproxy/redact_statement.h"

namespace preflight::haproxy {
namespace {

constexpr auto kEnd = std::string::npos;
constexpr std::size_t kShortest = 6;               // a shorter text is found everywhere
constexpr std::size_t kLineLimit = 1024UL * 1024;  // a longer line is not configuration
constexpr std::size_t kWordLimit = 512;            // haproxy takes 64; a comment may hold a long sentence
constexpr int kCommentLimit = 8;                   // '#' within a comment within a comment

void hide(std::string& text, std::size_t begin, std::size_t end) {
  for (; begin < end; ++begin) {
    if (text[begin] != '\r' && text[begin] != ' ') text[begin] = '*';
  }
}

void redact_line(std::string& text, std::size_t begin, std::size_t end, Secrets& secrets) {
  if (end - begin > kLineLimit) return hide(text, begin, end);
  for (int comments = 0; begin < end; ++comments) {
    if (comments > kCommentLimit) return hide(text, begin, end);
    const std::string line = text.substr(begin, end - begin);
    auto raw = read_raw_line(line);
    if (raw.words.size() > kWordLimit) return hide(text, begin, end);
    const auto length = raw.end;
    if (!raw.words.empty() && comments == 0) secrets.keywords.insert(raw.words.front().text);
    for (const auto& reference : raw.references) secrets.referenced.insert(reference.name);
    if (raw.words.size() > 1 && (raw.words[0].text == "no" || raw.words[0].text == "default")) {
      raw.words.erase(raw.words.begin());
    }
    redact_statement(text, begin, raw, secrets);
    begin = std::min(text.find_first_not_of("# \t", begin + length), end);
  }
}

}  // namespace

void Secrets::keep(std::string_view text) {
  if (text.size() < kShortest || text.find("%[") != kEnd || text.find("${") != kEnd) return;
  if (text.find_first_not_of("* ") == kEnd) return;
  texts.emplace(text);
}

void redact_config(std::string& text, Secrets& secrets) {
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    redact_line(text, begin, end, secrets);
    begin = end + 1;
  }
}

}  // namespace preflight::haproxy
