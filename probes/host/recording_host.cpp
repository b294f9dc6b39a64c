// SPDX-License-Identifier: Apache-2.0
// Each question is asked once of the inner host and its answer copied into the bundle.
#include "probes/host/recording_host.h"

#include <algorithm>
#include <utility>

namespace preflight {
namespace {

/// Copies the answer into the record on its way to the caller.
template <typename Record, typename Question, typename Answer>
Answer kept(Record& record, Question question, Answer answer) {
  record[std::move(question)].add(answer);
  return answer;
}

class RecordedCommand final : public PendingCommand {
 public:
  RecordedCommand(std::unique_ptr<PendingCommand> inner, CommandQuestion question, std::shared_ptr<Bundle> bundle)
      : inner_(std::move(inner)), question_(std::move(question)), bundle_(std::move(bundle)) {}

  Result<CommandOutput> finish() override {
    auto output = inner_->finish();
    bundle_->commands[question_].add({.started = true, .output = output});
    return output;
  }

 private:
  std::unique_ptr<PendingCommand> inner_;
  CommandQuestion question_;
  std::shared_ptr<Bundle> bundle_;
};

}  // namespace

RecordingHost::RecordingHost(const HostView& inner, std::string tool_version)
    : ForwardingHost(inner), bundle_(std::make_shared<Bundle>()) {
  bundle_->tool_version = std::move(tool_version);
  bundle_->taken_at = inner.now();
  bundle_->kind = inner.kind();
}

Result<std::string> RecordingHost::read(const std::string& path, std::size_t limit) const {
  return kept(bundle_->files, FileQuestion{.path = path}, inner().read(path, limit));
}

Result<std::string> RecordingHost::read_in(Netns netns, const std::string& path) const {
  return kept(bundle_->files, FileQuestion{.path = path, .netns = netns}, inner().read_in(netns, path));
}

Result<std::vector<std::string>> RecordingHost::list(const std::string& path) const {
  return kept(bundle_->directories, path, inner().list(path));
}

Result<std::vector<std::string>> RecordingHost::list_links(const std::string& path) const {
  return kept(bundle_->directory_links, path, inner().list_links(path));
}

Result<FileStatus> RecordingHost::status(const std::string& path) const {
  return kept(bundle_->statuses, path, inner().status(path));
}

Result<std::string> RecordingHost::link(const std::string& path) const {
  return kept(bundle_->links, path, inner().link(path));
}

Result<std::string> RecordingHost::lines_with(const std::string& path, const std::vector<std::string>& words,
                                              std::size_t limit) const {
  return kept(bundle_->log_lines, LinesQuestion{path, words}, inner().lines_with(path, words, limit));
}

Result<std::string> RecordingHost::label(const std::string& path) const {
  return kept(bundle_->labels, path, inner().label(path));
}

Result<selinux::PolicyAnswer> RecordingHost::policy(const selinux::PolicyQuestion& question) const {
  return kept(bundle_->policies, question, inner().policy(question));
}

Result<std::vector<SocketEntry>> RecordingHost::sockets(Netns netns, const SocketQuery& query) const {
  return kept(bundle_->sockets, SocketsQuestion{netns, query}, inner().sockets(netns, query));
}

Result<bool> RecordingHost::is_local(Netns netns, const IpAddress& address) const {
  return kept(bundle_->local_addresses, LocalQuestion{netns, address}, inner().is_local(netns, address));
}

SocketOwners RecordingHost::owners(const std::vector<std::uint64_t>& inodes, const std::vector<pid_t>& first,
                                   std::chrono::milliseconds deadline) const {
  auto question = inodes;
  std::sort(question.begin(), question.end());
  return kept(bundle_->owners, std::move(question), inner().owners(inodes, first, deadline));
}

Result<UnitProperties> RecordingHost::unit(const std::string& name) const {
  return kept(bundle_->units, name, inner().unit(name));
}

Result<std::unique_ptr<PendingCommand>> RecordingHost::start(const Command& command) const {
  CommandQuestion question{command.path, command.arguments, command.uid, command.gid};
  auto pending = inner().start(command);
  if (!pending) {
    bundle_->commands[question].add({.started = false, .output = tl::make_unexpected(pending.error())});
    return pending;
  }
  return std::make_unique<RecordedCommand>(std::move(*pending), std::move(question), bundle_);
}

}  // namespace preflight
