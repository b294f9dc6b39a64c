// SPDX-License-Identifier: Apache-2.0
// How to read a file that may be anything: look at it through O_PATH, which touches neither FIFO nor device driver, and
// open for reading only what turned out to be regular.
#include "probes/host/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <memory>
#include <string_view>

#include "probes/host/descriptor.h"

namespace preflight {
namespace {

constexpr int kSafely = O_CLOEXEC | O_NOCTTY;
constexpr std::size_t kChunk = 64UL * 1024;
constexpr std::size_t kNameLimit = 1'000'000;

/// Larger than any sysctl: all 65,536 ports of ip_local_reserved_ports, every second one named, are about 190 kB.
constexpr std::size_t kSysctlLimit = 1024UL * 1024;

using Chunk = std::array<char, kChunk>;

FileKind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return FileKind::regular;
  if (S_ISDIR(mode)) return FileKind::directory;
  if (S_ISLNK(mode)) return FileKind::link;
  if (S_ISFIFO(mode)) return FileKind::fifo;
  if (S_ISSOCK(mode)) return FileKind::socket;
  return FileKind::device;
}

tl::unexpected<Error> refuse(FileKind kind, const std::string& path) {
  switch (kind) {
    case FileKind::directory:
      return fail(std::errc::is_a_directory, path, "is a directory, not a file");
    case FileKind::fifo:
      return fail(std::errc::invalid_argument, path, "is a FIFO; only regular files are read");
    case FileKind::socket:
      return fail(std::errc::invalid_argument, path, "is a socket; only regular files are read");
    case FileKind::device:
      return fail(std::errc::invalid_argument, path, "is a device; only regular files are read");
    default:
      return fail(std::errc::invalid_argument, path, "is not a regular file");
  }
}

tl::unexpected<Error> too_large(const std::string& path, std::size_t limit) {
  return fail(std::errc::file_too_large, path, "is larger than " + std::to_string(limit) + " bytes");
}

/// Files that the kernel itself makes up, where no device or FIFO can be met: one open is enough. A process's root,
/// cwd and fd lead out of procfs again.
bool made_by_kernel(std::string_view path) {
  if (path.rfind("/proc/", 0) != 0 && path.rfind("/sys/", 0) != 0) return false;
  constexpr std::array<std::string_view, 4> kWaysOut{"/root/", "/cwd/", "/fd/", "/../"};
  return std::none_of(kWaysOut.begin(), kWaysOut.end(),
                      [&](std::string_view way) { return path.find(way) != std::string_view::npos; });
}

/// A configured name with a NUL inside would be cut there and name another file.
bool names_a_file(const std::string& path) { return path.find('\0') == std::string::npos; }

Result<Descriptor> open_as(const std::string& path, int flags, const std::string& name) {
  if (!names_a_file(path)) return fail_errno(EINVAL, name);
  Descriptor file(::open(path.c_str(), flags | kSafely));
  if (!file.valid()) return fail_errno(errno, name);
  return file;
}

Result<struct stat> look_at(const Descriptor& file, const std::string& path) {
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) return fail_errno(errno, path);
  if (!S_ISREG(status.st_mode)) return refuse(kind_of(status.st_mode), path);
  return status;
}

/// read(2) until it says something; -1 with errno.
ssize_t read_some(const Descriptor& file, char* to, std::size_t size) {
  ssize_t count = 0;
  do {
    count = ::read(file.number(), to, size);
  } while (count < 0 && errno == EINTR);
  return count;
}

/// Files that hand out all they have to one read(2): a sysctl, and the name of a process, of which there is one for
/// each process of the host. Neither has a size worth asking for.
bool one_record(std::string_view path) {
  constexpr std::string_view kSysctls = "/proc/sys/";
  constexpr std::string_view kName = "/comm";
  return path.substr(0, kSysctls.size()) == kSysctls ||
         (path.size() > kName.size() && path.substr(path.size() - kName.size()) == kName);
}

/// A sysctl gives its whole value to the first read and nothing to a second one, so a value that fills the buffer has
/// lost its end and must be read again from the start with a larger one.
Result<std::string> read_record(const Descriptor& file, const std::string& path, std::size_t limit) {
  Chunk chunk;
  const auto count = read_some(file, chunk.data(), chunk.size());
  if (count < 0) return errno == EISDIR ? refuse(FileKind::directory, path) : fail_errno(errno, path);
  std::string value(chunk.data(), static_cast<std::size_t>(count));
  if (value.size() == chunk.size()) {
    value.resize(kSysctlLimit);
    const auto all = ::pread(file.number(), value.data(), value.size(), 0);
    if (all < 0) return fail_errno(errno, path);
    value.resize(static_cast<std::size_t>(all));
    if (value.size() == kSysctlLimit) return too_large(path, kSysctlLimit);
  }
  if (value.size() > limit) return too_large(path, limit);
  return value;
}

/// Whether a short read has ended the file. On a disk it has, once the announced size is reached. A file of procfs
/// announces 0 and is handed out record by record, about a page at a time: there only a read of nothing is the end.
bool at_end(std::size_t got, std::size_t total, std::size_t announced) {
  return announced > 0 && got < kChunk && total >= announced;
}

Result<std::string> read_stream(const Descriptor& file, const std::string& path, std::size_t announced,
                                std::size_t limit) {
  if (announced > limit) return too_large(path, limit);
  std::string content;
  content.reserve(announced);
  Chunk chunk;
  for (;;) {
    const auto count = read_some(file, chunk.data(), chunk.size());
    if (count < 0) return fail_errno(errno, path);
    const auto got = static_cast<std::size_t>(count);
    if (got == 0) return content;
    if (got > limit - content.size()) return too_large(path, limit);
    content.append(chunk.data(), got);
    if (at_end(got, content.size(), announced)) return content;
  }
}

Result<std::string> read_regular(const Descriptor& file, const struct stat& status, const std::string& path,
                                 std::size_t limit) {
  return read_stream(file, path, static_cast<std::size_t>(status.st_size), limit);
}

/// The names of entries that are wanted, in byte order.
template <typename Wanted>
Result<std::vector<std::string>> list_entries(const std::string& path, Wanted wanted) {
  // O_DIRECTORY inside opendir(3) refuses everything else before it is opened.
  if (!names_a_file(path)) return fail_errno(EINVAL, path);
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  if (!directory) return fail_errno(errno, path);
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const auto* entry = ::readdir(directory.get());
    if (entry == nullptr) break;
    const std::string_view name = static_cast<const char*>(entry->d_name);
    if (name == "." || name == ".." || !wanted(*entry)) continue;
    if (names.size() == kNameLimit) return fail(std::errc::value_too_large, path, "has more than a million names");
    names.emplace_back(name);
  }
  if (errno != 0) return fail_errno(errno, path);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  const bool kernel = made_by_kernel(path);
  auto file = open_as(path, kernel ? O_RDONLY | O_NONBLOCK : O_PATH, path);
  if (!file) return tl::make_unexpected(std::move(file.error()));
  if (kernel && one_record(path)) return read_record(*file, path, limit);
  const auto status = look_at(*file, path);
  if (!status) return tl::make_unexpected(status.error());
  if (kernel) return read_regular(*file, *status, path, limit);
  // Through the descriptor and not by name again: what is read is what was looked at.
  const auto readable = open_as("/proc/self/fd/" + std::to_string(file->number()), O_RDONLY | O_NONBLOCK, path);
  if (!readable) return tl::make_unexpected(readable.error());
  return read_regular(*readable, *status, path, limit);
}

Result<std::string> read_end_of_file(const std::string& path, std::size_t limit) {
  const auto file = open_as(path, O_PATH, path);
  if (!file) return tl::make_unexpected(file.error());
  const auto status = look_at(*file, path);
  if (!status) return tl::make_unexpected(status.error());
  const auto readable = open_as("/proc/self/fd/" + std::to_string(file->number()), O_RDONLY | O_NONBLOCK, path);
  if (!readable) return tl::make_unexpected(readable.error());
  const auto size = static_cast<std::size_t>(status->st_size);
  std::string end(std::min(size, limit), '\0');
  const auto count = ::pread(readable->number(), end.data(), end.size(), static_cast<off_t>(size - end.size()));
  if (count < 0) return fail_errno(errno, path);
  end.resize(static_cast<std::size_t>(count));
  // Where the beginning was cut off, so was the first line.
  if (size > limit) end.erase(0, std::min(end.size(), end.find('\n') + 1));
  return end;
}

Result<std::vector<std::string>> list_directory(const std::string& path) {
  return list_entries(path, [](const dirent&) { return true; });
}

Result<std::vector<std::string>> list_links_of_directory(const std::string& path) {
  return list_entries(path, [&](const dirent& entry) {
    if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_LNK;  // some file systems do not tell
    return read_link(path + "/" + static_cast<const char*>(entry.d_name)).has_value();
  });
}

Result<FileStatus> file_status(const std::string& path) {
  struct stat status {};
  if (!names_a_file(path)) return fail_errno(EINVAL, path);
  if (::stat(path.c_str(), &status) != 0) return fail_errno(errno, path);
  return FileStatus{kind_of(status.st_mode),
                    status.st_mode & 07777U,
                    status.st_uid,
                    status.st_gid,
                    static_cast<std::uint64_t>(status.st_size),
                    status.st_dev,
                    status.st_ino};
}

Result<std::string> read_link(const std::string& path) {
  if (!names_a_file(path)) return fail_errno(EINVAL, path);
  std::array<char, PATH_MAX + 1> target;
  const auto length = ::readlink(path.c_str(), target.data(), target.size());
  if (length < 0) return fail_errno(errno, path);
  if (static_cast<std::size_t>(length) == target.size()) return fail_errno(ENAMETOOLONG, path);
  return std::string(target.data(), static_cast<std::size_t>(length));
}

}  // namespace preflight
