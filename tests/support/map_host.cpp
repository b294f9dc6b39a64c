// SPDX-License-Identifier: Apache-2.0
// A host made of maps.
#include "tests/support/map_host.h"

#include <algorithm>
#include <cerrno>

#include "probes/base/text.h"

namespace preflight::test {
namespace {

tl::unexpected<Error> not_live(std::string object) {
  return fail(std::errc::operation_not_supported, std::move(object), "a host of maps has files only");
}

template <typename Map>
bool has_below(const Map& map, const std::string& directory) {
  const auto found = map.lower_bound(directory);
  return found != map.end() && found->first.compare(0, directory.size(), directory) == 0;
}

template <typename Map>
void names_below(const Map& map, const std::string& directory, std::vector<std::string>& names) {
  for (auto at = map.lower_bound(directory); at != map.end(); ++at) {
    if (at->first.compare(0, directory.size(), directory) != 0) break;
    const auto rest = at->first.substr(directory.size());
    if (!rest.empty()) names.push_back(rest.substr(0, rest.find('/')));
  }
}

}  // namespace

Result<std::string> MapHost::resolve(const std::string& path) const {
  std::string done;
  std::string left = path;
  for (int followed = 0; followed < 40;) {
    const auto start = left.find_first_not_of('/');
    if (start == std::string::npos) return done.empty() ? "/" : done;
    const auto end = std::min(left.find('/', start), left.size());
    const auto name = left.substr(start, end - start);
    left = left.substr(end);
    if (name == "..") {
      done = done.substr(0, done.find_last_of('/'));
    } else if (name != ".") {
      const auto target = links.find(done + "/" + name);
      if (target == links.end()) {
        done += "/" + name;
        continue;
      }
      ++followed;
      left = target->second + left;
      if (target->second.front() == '/') {
        done.clear();
      } else {
        left = "/" + left;
      }
    }
  }
  return fail_errno(ELOOP, path);
}

Result<std::string> MapHost::read(const std::string& path, std::size_t limit) const {
  const auto found = status(path);
  if (!found) return tl::make_unexpected(found.error());
  if (found->kind == FileKind::directory) return fail_errno(EISDIR, path);
  if (found->kind != FileKind::regular) return fail_errno(EINVAL, path);
  const auto content = files.find(*resolve(path));
  if (content == files.end()) return std::string();
  if (content->second.size() > limit) return fail_errno(EFBIG, path);
  return content->second;
}

Result<std::string> MapHost::read_in(Netns /*netns*/, const std::string& path) const { return read(path); }

Result<std::vector<std::string>> MapHost::list(const std::string& path) const {
  const auto found = status(path);
  if (!found) return tl::make_unexpected(found.error());
  if (found->kind != FileKind::directory) return fail_errno(ENOTDIR, path);
  const auto resolved = *resolve(path);
  const auto directory = resolved == "/" ? resolved : resolved + "/";
  std::vector<std::string> names;
  names_below(files, directory, names);
  names_below(links, directory, names);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Result<std::vector<std::string>> MapHost::list_links(const std::string& path) const {
  auto names = list(path);
  if (!names) return names;
  const auto is_no_link = [&](const std::string& name) { return !link(path + "/" + name); };
  names->erase(std::remove_if(names->begin(), names->end(), is_no_link), names->end());
  return names;
}

Result<FileStatus> MapHost::status(const std::string& path) const {
  const auto resolved = resolve(path);
  if (!resolved) return tl::make_unexpected(resolved.error());
  if (const auto error = refused.find(*resolved); error != refused.end()) return fail_errno(error->second, path);
  if (const auto given = statuses.find(*resolved); given != statuses.end()) return given->second;
  if (const auto file = files.find(*resolved); file != files.end())
    return FileStatus{FileKind::regular, 0644, 0, 0, file->second.size()};
  const auto directory = *resolved == "/" ? *resolved : *resolved + "/";
  if (has_below(files, directory) || has_below(links, directory) || directory == "/")
    return FileStatus{FileKind::directory, 0755, 0, 0, 0};
  return fail_errno(ENOENT, path);
}

Result<std::string> MapHost::link(const std::string& path) const {
  if (const auto error = refused.find(path); error != refused.end()) return fail_errno(error->second, path);
  const auto slash = path.find_last_of('/');
  const auto directory = resolve(path.substr(0, slash));
  if (!directory) return tl::make_unexpected(directory.error());
  const auto parent = *directory == "/" ? std::string() : *directory;
  const auto found = links.find(parent + path.substr(slash));
  if (found != links.end()) return found->second;
  return fail_errno(status(path) ? EINVAL : ENOENT, path);
}

Result<std::string> MapHost::lines_with(const std::string& path, const std::vector<std::string>& words,
                                        std::size_t /*limit*/) const {
  const auto text = read(path);
  if (!text) return text;
  std::string found;
  for_each_line(*text, [&](std::string_view line) {
    const bool wanted = std::any_of(words.begin(), words.end(),
                                    [&](const auto& word) { return line.find(word) != std::string_view::npos; });
    if (wanted) found.append(line).push_back('\n');
  });
  return found;
}

Result<std::string> MapHost::label(const std::string& path) const {
  const auto found = labels.find(path);
  if (found == labels.end()) return fail_errno(ENODATA, path);
  return found->second;
}

Result<selinux::PolicyAnswer> MapHost::policy(const selinux::PolicyQuestion& question) const {
  const auto found = policies.find(question.path);
  if (found == policies.end()) return fail_errno(ENOENT, question.path);
  return found->second;
}

Result<std::vector<SocketEntry>> MapHost::sockets(Netns /*netns*/, const SocketQuery& /*query*/) const {
  return not_live("sockets");
}

Result<bool> MapHost::is_local(Netns /*netns*/, const IpAddress& address) const { return not_live(to_string(address)); }

SocketOwners MapHost::owners(const std::vector<std::uint64_t>& /*inodes*/, const std::vector<pid_t>& /*first*/,
                             std::chrono::milliseconds /*deadline*/) const {
  return {.owners = {}, .complete = false, .why_incomplete = "a host of maps has files only"};
}

Result<UnitProperties> MapHost::unit(const std::string& name) const { return not_live(name); }

Result<std::unique_ptr<PendingCommand>> MapHost::start(const Command& command) const { return not_live(command.path); }

void MapHost::wait(std::chrono::milliseconds /*duration*/) const {}

}  // namespace preflight::test
