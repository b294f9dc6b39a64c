// SPDX-License-Identifier: Apache-2.0
// Every answer a host gave, as one document: a support engineer can judge the same host again without reaching it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

/// What one question was answered, in the order of asking; after the last one the last one stays true. A counter that
/// is sampled twice has two answers, a file that was read ten times and did not change has one.
template <typename A>
class Answers {
 public:
  void add(A answer) {
    if (!given_.empty() && given_.back() == answer) {
      ++repeats_;
      return;
    }
    // An answer that came back after another one must keep its place in the sequence.
    given_.insert(given_.end(), repeats_, given_.empty() ? answer : A(given_.back()));
    repeats_ = 0;
    given_.push_back(std::move(answer));
  }
  /// The answer to the asking number `turn` (from 0). Not to be called on an empty sequence.
  [[nodiscard]] const A& at(std::size_t turn) const { return given_[turn < given_.size() ? turn : given_.size() - 1]; }
  [[nodiscard]] const std::vector<A>& given() const { return given_; }
  [[nodiscard]] std::vector<A>& given() { return given_; }

  friend bool operator==(const Answers& a, const Answers& b) { return a.given_ == b.given_; }

 private:
  std::vector<A> given_;
  std::size_t repeats_ = 0;  // of the last answer, not yet known to matter
};

/// A file, read as it is or inside a network namespace.
struct FileQuestion {
  std::string path;
  std::optional<Netns> netns{};
  friend auto operator<=>(const FileQuestion&, const FileQuestion&) = default;
};

/// Lines of a log; how much of it was looked through does not make it another question.
struct LinesQuestion {
  std::string path;
  std::vector<std::string> words;
  friend auto operator<=>(const LinesQuestion&, const LinesQuestion&) = default;
};

struct SocketsQuestion {
  Netns netns;
  SocketQuery query;
  friend auto operator<=>(const SocketsQuestion&, const SocketsQuestion&) = default;
};

struct LocalQuestion {
  Netns netns;
  IpAddress address;
  friend auto operator<=>(const LocalQuestion&, const LocalQuestion&) = default;
};

/// Deadline and output limit do not make it another question.
struct CommandQuestion {
  std::string path;
  std::vector<std::string> arguments;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  friend auto operator<=>(const CommandQuestion&, const CommandQuestion&) = default;
};

/// `started` tells an error of start from one of finish.
struct CommandAnswer {
  bool started = true;
  Result<CommandOutput> output;
  friend bool operator==(const CommandAnswer&, const CommandAnswer&) = default;
};

/// The record of one host. Maps keep the document's order the same for the same answers.
struct Bundle {
  std::string tool_version;
  std::int64_t taken_at = 0;  // seconds since the epoch, UTC
  HostKind kind = HostKind::live;

  std::map<FileQuestion, Answers<Result<std::string>>> files;
  std::map<std::string, Answers<Result<std::vector<std::string>>>> directories;
  std::map<std::string, Answers<Result<std::vector<std::string>>>> directory_links;
  std::map<std::string, Answers<Result<FileStatus>>> statuses;
  std::map<std::string, Answers<Result<std::string>>> links;
  std::map<LinesQuestion, Answers<Result<std::string>>> log_lines;
  std::map<std::string, Answers<Result<std::string>>> labels;
  /// What was computed from a policy of megabytes: enough to judge any port, and what a boolean would change.
  std::map<selinux::PolicyQuestion, Answers<Result<selinux::PolicyAnswer>>> policies;
  std::map<SocketsQuestion, Answers<Result<std::vector<SocketEntry>>>> sockets;
  std::map<LocalQuestion, Answers<Result<bool>>> local_addresses;
  std::map<std::vector<std::uint64_t>, Answers<SocketOwners>> owners;  // by inodes, ascending
  std::map<std::string, Answers<Result<UnitProperties>>> units;
  std::map<CommandQuestion, Answers<CommandAnswer>> commands;

  friend bool operator==(const Bundle&, const Bundle&) = default;
};

/// The document's `schema`, described by schema/lbpreflight.bundle-1.schema.json.
inline constexpr std::string_view kBundleSchema = "lbpreflight.bundle/1";

/// A larger document is refused unread.
inline constexpr std::size_t kBundleLimit = 256UL * 1024U * 1024U;

/// One JSON document: keys in a fixed order, bytes that are not UTF-8 as {"base64": "..."}. It is written as it is:
/// redact first (probes/haproxy/redact.h).
[[nodiscard]] std::string to_json(const Bundle& bundle);

/// The reverse; an error names the place as a JSON pointer. `object` is what the text is called (a file name). Unknown
/// keys are passed over, because later versions of this schema may add some.
[[nodiscard]] Result<Bundle> parse_bundle(std::string_view text, const std::string& object);

}  // namespace preflight
