// SPDX-License-Identifier: Apache-2.0
// Answers come from the bundle in the order they were given; the last one holds from then on.
#include "probes/host/recorded_host.h"

#include <algorithm>
#include <utility>

namespace preflight {
namespace {

Error not_recorded(std::string object) {
  return {std::errc::no_message_available, std::move(object), "not in the bundle"};
}

template <typename T>
Result<T> or_not_recorded(const Result<T>* answer, const std::string& object) {
  if (answer == nullptr) return tl::make_unexpected(not_recorded(object));
  return *answer;
}

class ReplayedCommand final : public PendingCommand {
 public:
  explicit ReplayedCommand(Result<CommandOutput> output) : output_(std::move(output)) {}
  Result<CommandOutput> finish() override { return std::move(output_); }

 private:
  Result<CommandOutput> output_;
};

}  // namespace

template <typename Record, typename Question>
const auto* RecordedHost::next(const Record& record, const Question& question) const {
  const auto found = record.find(question);
  if (found == record.end() || found->second.given().empty()) {
    return static_cast<decltype(&found->second.at(0))>(nullptr);
  }
  return &found->second.at(turns_[&found->second]++);
}

Result<std::string> RecordedHost::read(const std::string& path, std::size_t limit) const {
  const auto* answer = next(bundle_.files, FileQuestion{.path = path});
  if (answer != nullptr && *answer && (*answer)->size() > limit) {
    return fail(std::errc::file_too_large, path, "larger than " + std::to_string(limit) + " bytes");
  }
  return or_not_recorded(answer, path);
}

Result<std::string> RecordedHost::read_in(Netns netns, const std::string& path) const {
  return or_not_recorded(next(bundle_.files, FileQuestion{.path = path, .netns = netns}), path);
}

Result<std::vector<std::string>> RecordedHost::list(const std::string& path) const {
  return or_not_recorded(next(bundle_.directories, path), path);
}

Result<std::vector<std::string>> RecordedHost::list_links(const std::string& path) const {
  return or_not_recorded(next(bundle_.directory_links, path), path);
}

Result<FileStatus> RecordedHost::status(const std::string& path) const {
  return or_not_recorded(next(bundle_.statuses, path), path);
}

Result<std::string> RecordedHost::link(const std::string& path) const {
  return or_not_recorded(next(bundle_.links, path), path);
}

Result<std::string> RecordedHost::lines_with(const std::string& path, const std::vector<std::string>& words,
                                             std::size_t /*limit*/) const {
  return or_not_recorded(next(bundle_.log_lines, LinesQuestion{path, words}), path);
}

Result<std::string> RecordedHost::label(const std::string& path) const {
  return or_not_recorded(next(bundle_.labels, path), path);
}

Result<selinux::PolicyAnswer> RecordedHost::policy(const selinux::PolicyQuestion& question) const {
  return or_not_recorded(next(bundle_.policies, question), question.path);
}

Result<std::vector<SocketEntry>> RecordedHost::sockets(Netns netns, const SocketQuery& query) const {
  return or_not_recorded(next(bundle_.sockets, SocketsQuestion{netns, query}), "sockets");
}

Result<bool> RecordedHost::is_local(Netns netns, const IpAddress& address) const {
  return or_not_recorded(next(bundle_.local_addresses, LocalQuestion{netns, address}), to_string(address));
}

SocketOwners RecordedHost::owners(const std::vector<std::uint64_t>& inodes, const std::vector<pid_t>& /*first*/,
                                  std::chrono::milliseconds /*deadline*/) const {
  auto question = inodes;
  std::sort(question.begin(), question.end());
  const auto* answer = next(bundle_.owners, question);
  if (answer == nullptr) return {.owners = {}, .complete = false, .why_incomplete = not_recorded({}).reason};
  return *answer;
}

Result<UnitProperties> RecordedHost::unit(const std::string& name) const {
  return or_not_recorded(next(bundle_.units, name), name);
}

Result<std::unique_ptr<PendingCommand>> RecordedHost::start(const Command& command) const {
  const auto* answer =
      next(bundle_.commands, CommandQuestion{command.path, command.arguments, command.uid, command.gid});
  if (answer == nullptr) return tl::make_unexpected(not_recorded(command.path));
  if (!answer->started) return tl::make_unexpected(answer->output.error());
  return std::make_unique<ReplayedCommand>(answer->output);
}

}  // namespace preflight
