// SPDX-License-Identifier: Apache-2.0
// A directory held open, on whose path nobody but root (and we) can change anything: what is done in it is done there,
// whatever becomes of its name. The way CVE-2018-6954 and its like went is closed: no link is followed, no parent of
// somebody else is passed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "probes/base/result.h"
#include "probes/host/descriptor.h"
#include "remediations/change.h"

namespace preflight {

/// Largest file that is read to be replaced or acted upon.
inline constexpr std::size_t kImageLimit = std::size_t{8} * 1024 * 1024;

class SafeDirectory {
 public:
  /// Walks from the root, one component after the other. Refused (operation_not_permitted) where a component belongs to
  /// neither root nor us, or others may write it, unless it is sticky and the next one is ours; a link is
  /// too_many_symbolic_link_levels or not_a_directory.
  [[nodiscard]] static Result<SafeDirectory> open(const std::string& path);

  /// nullopt where there is none. An error for anything but a regular file of one name, and for one larger than
  /// kImageLimit. Of any owner and mode: whether its word is trusted, read_trusted_file() says.
  [[nodiscard]] Result<std::optional<FileImage>> image(const std::string& name) const;

  /// The file is there, whole and durable, when this returns; a crash leaves what was there before, or it. Where it is
  /// not `replacing` one, and one is there, nothing is done (file_exists).
  Result<void> put(const std::string& name, const FileImage& image, bool replacing);
  /// Durably.
  Result<void> remove(const std::string& name);
  /// Makes durable what stands under that name, or that nothing does: a crash may have cut off the last step of `put`
  /// or `remove`.
  Result<void> settle(const std::string& name);
  /// What a crash left of `put`; nothing to do is no error.
  Result<void> remove_leftover(const std::string& name);

  Result<void> make_directory(const std::string& name, std::uint32_t mode);
  Result<void> remove_directory(const std::string& name);
  /// Whether a directory of that name is there; an error where something else is.
  [[nodiscard]] Result<bool> has_directory(const std::string& name) const;

  [[nodiscard]] int number() const { return descriptor_.number(); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  SafeDirectory(std::string path, Descriptor descriptor) : path_(std::move(path)), descriptor_(std::move(descriptor)) {}
  [[nodiscard]] std::string full(const std::string& name) const;
  Result<void> make_durable();

  std::string path_;
  Descriptor descriptor_;
};

/// "/etc/sysctl.d/x.conf" in two; the path is absolute and has no "." or ".." in it, else invalid_argument.
struct PathParts {
  std::string directory;
  std::string name;
};
[[nodiscard]] Result<PathParts> parts_of(const std::string& path);

}  // namespace preflight
