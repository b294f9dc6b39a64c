// SPDX-License-Identifier: Apache-2.0
// setfscreatecon(3) and selabel_lookup(3) of libselinux.so.1, loaded only where selinuxfs is mounted. The label of what
// is made next belongs to the thread (/proc/thread-self/attr/fscreate).
#include "remediations/host/creation_label.h"

#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>

#include <selinux/label.h>
#include <selinux/selinux.h>

#include "probes/host/late_library.h"

namespace preflight {
namespace {

constexpr const char* kKernelSide = "/sys/fs/selinux/enforce";

/// The functions we call, named and typed as the header we compile against has them.
struct Library {
  decltype(&::is_selinux_enabled) is_selinux_enabled = nullptr;
  decltype(&::selabel_open) selabel_open = nullptr;
  decltype(&::selabel_lookup_raw) selabel_lookup_raw = nullptr;
  decltype(&::selabel_close) selabel_close = nullptr;
  decltype(&::setfscreatecon_raw) setfscreatecon_raw = nullptr;
  decltype(&::freecon) freecon = nullptr;
};

Result<Library> load() {
  Library library;
  LateLibrary file({"libselinux.so.1"});
  file.resolve("is_selinux_enabled", library.is_selinux_enabled);
  file.resolve("selabel_open", library.selabel_open);
  file.resolve("selabel_lookup_raw", library.selabel_lookup_raw);
  file.resolve("selabel_close", library.selabel_close);
  file.resolve("setfscreatecon_raw", library.setfscreatecon_raw);
  file.resolve("freecon", library.freecon);
  if (auto complete = file.complete(); !complete) return tl::make_unexpected(complete.error());
  return library;
}

const Result<Library>& library() {
  static const Result<Library> loaded = load();
  return loaded;
}

/// What the policy's file contexts say; nullopt where they leave a path to the kernel.
Result<std::optional<std::string>> label_of(const Library& library, const std::string& path, mode_t kind) {
  const std::unique_ptr<selabel_handle, decltype(library.selabel_close)> contexts(
      library.selabel_open(SELABEL_CTX_FILE, nullptr, 0), library.selabel_close);
  if (!contexts) return fail_errno(errno, "the file contexts of SELinux");
  char* found = nullptr;
  if (library.selabel_lookup_raw(contexts.get(), &found, path.c_str(), static_cast<int>(kind)) != 0) {
    if (errno == ENOENT) return std::optional<std::string>();
    return fail_errno(errno, "the SELinux label of " + path);
  }
  const std::unique_ptr<char, decltype(library.freecon)> owned(found, library.freecon);
  return std::optional<std::string>(found);
}

}  // namespace

Result<CreationLabel> CreationLabel::set(const std::string& path, mode_t kind, const std::string& known) {
  if (::access(kKernelSide, F_OK) != 0) return CreationLabel(false);
  const auto& loaded = library();
  if (!loaded) return tl::make_unexpected(loaded.error());
  if (loaded->is_selinux_enabled() <= 0) return CreationLabel(false);
  auto label = known.empty() ? label_of(*loaded, path, kind) : std::optional<std::string>(known);
  if (!label) return tl::make_unexpected(label.error());
  if (!*label) return CreationLabel(false);
  if (loaded->setfscreatecon_raw((*label)->c_str()) != 0) return fail_errno(errno, path);
  return CreationLabel(true);
}

CreationLabel::~CreationLabel() {
  if (set_) (void)library()->setfscreatecon_raw(nullptr);
}

}  // namespace preflight
