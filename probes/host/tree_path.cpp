// SPDX-License-Identifier: Apache-2.0
// openat2(2) with RESOLVE_IN_ROOT, or the walk it replaced: one openat(2) a component, every link read and taken apart
// here.
#include "probes/host/tree_path.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string_view>
#include <vector>

#include "probes/base/text.h"

namespace preflight {
namespace {

constexpr int kLook = O_PATH | O_CLOEXEC;
constexpr int kLinkLimit = 40;     // MAXSYMLINKS of the kernel
constexpr int kRenameRetries = 8;  // openat2 gives EAGAIN when a ".." raced with a rename anywhere

/// A path being resolved: where we are, and the components still to go, the next one last.
class Walk {
 public:
  Walk(const Descriptor& root, LastLink last) : root_(root), last_(last) {}

  /// 0, or why not as an errno.
  int to(const std::string& path) {
    int error = push(path);
    while (error == 0 && !ahead_.empty()) {
      const std::string name = std::move(ahead_.back());
      ahead_.pop_back();
      error = step(name);
    }
    return error;
  }

  /// What was reached; to be called once, after to() gave 0.
  Descriptor arrived() {
    if (!way_.empty()) return std::move(way_.back());
    return Descriptor(::openat(root_.number(), ".", kLook));
  }

 private:
  [[nodiscard]] int here() const { return way_.empty() ? root_.number() : way_.back().number(); }

  int push(std::string_view path) {
    if (path.empty()) return ENOENT;
    if (path.size() >= PATH_MAX) return ENAMETOOLONG;
    if (path.front() == '/') way_.clear();
    // A trailing '/' asks for a directory, as a trailing "/." does.
    if (path.back() == '/') ahead_.emplace_back(".");
    const auto names = split(path, '/');
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
      if (!name->empty()) ahead_.emplace_back(*name);
    }
    return 0;
  }

  int step(const std::string& name) {
    if (name == "." || name == "..") return stay_or_up(name == "..");
    Descriptor next(::openat(here(), name.c_str(), kLook | O_NOFOLLOW));
    if (!next.valid()) return errno;
    struct stat status {};
    if (::fstat(next.number(), &status) != 0) return errno;
    if (S_ISLNK(status.st_mode) && (last_ == LastLink::followed || !ahead_.empty())) return follow(next);
    way_.push_back(std::move(next));
    return 0;
  }

  /// ".." is taken from the way we came and not from the directory: a directory moved meanwhile leads nowhere else.
  int stay_or_up(bool up) {
    const Descriptor directory(::openat(here(), ".", kLook | O_DIRECTORY));
    if (!directory.valid()) return errno;
    if (up && !way_.empty()) way_.pop_back();
    return 0;
  }

  int follow(const Descriptor& link) {
    if (++links_ > kLinkLimit) return ELOOP;
    const auto target = link_target(link, {});
    return target ? push(*target) : static_cast<int>(target.error().code);
  }

  const Descriptor& root_;
  LastLink last_;
  std::vector<Descriptor> way_;
  std::vector<std::string> ahead_;
  int links_ = 0;
};

bool has_nul(const std::string& path) { return path.find('\0') != std::string::npos; }

int openat2(const Descriptor& root, const std::string& path, LastLink last) {
  open_how how{};
  how.flags = static_cast<unsigned>(kLook | (last == LastLink::kept ? O_NOFOLLOW : 0));
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, root.number(), path.c_str(), &how, sizeof how));
}

}  // namespace

Result<Descriptor> open_in_root(const Descriptor& root, const std::string& path, LastLink last) {
  if (has_nul(path)) return fail_errno(EINVAL, path);
  for (int attempt = 0; attempt < kRenameRetries; ++attempt) {
    Descriptor file(openat2(root, path, last));
    if (file.valid()) return file;
    if (errno == ENOSYS || errno == EPERM) break;  // EPERM: what old seccomp filters say to a call they do not know
    if (errno != EAGAIN) return fail_errno(errno, path);
  }
  return walk_in_root(root, path, last);
}

Result<Descriptor> walk_in_root(const Descriptor& root, const std::string& path, LastLink last) {
  if (has_nul(path)) return fail_errno(EINVAL, path);
  Walk walk(root, last);
  if (const int error = walk.to(path); error != 0) return fail_errno(error, path);
  auto file = walk.arrived();
  if (!file.valid()) return fail_errno(errno, path);
  return file;
}

Result<std::string> link_target(const Descriptor& link, const std::string& path) {
  std::array<char, PATH_MAX + 1> target;
  const auto length = ::readlinkat(link.number(), "", target.data(), target.size());
  if (length < 0) return fail_errno(errno == ENOENT ? EINVAL : errno, path);  // ENOENT: an empty name needs a link
  if (static_cast<std::size_t>(length) == target.size()) return fail_errno(ENAMETOOLONG, path);
  return std::string(target.data(), static_cast<std::size_t>(length));
}

}  // namespace preflight
