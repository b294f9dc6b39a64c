// SPDX-License-Identifier: Apache-2.0
// conf_files_list of systemd 252: names that begin with a dot are left out, the kind of file is not looked at.
#include "probes/linux/unit_conf_files.h"

namespace preflight {
namespace {

constexpr std::size_t kLargest = 16UL * 1024 * 1024;

/// A tree need not have a /dev/null for a link to lead to.
bool leads_to_null(const HostView& host, const std::string& path) {
  constexpr std::string_view kNull = "/dev/null";
  const auto target = host.link(path);
  if (!target || target->size() < kNull.size()) return false;
  const auto end = target->size() - kNull.size();
  const auto above = std::string_view(*target).substr(0, end);
  return target->compare(end, kNull.size(), kNull) == 0 && above.find_first_not_of("./") == std::string_view::npos;
}

}  // namespace

Result<std::vector<ConfFile>> list_unit_conf_files(const HostView& host, const std::vector<std::string>& directories) {
  auto files = list_conf_files(host, directories);
  if (files) std::erase_if(*files, [](const ConfFile& file) { return file.name().front() == '.'; });
  return files;
}

Result<bool> is_mask(const HostView& host, const std::string& path) {
  if (leads_to_null(host, path)) return true;
  const auto status = host.status(path);
  if (!status) return tl::make_unexpected(status.error());
  return status->kind == FileKind::device || (status->kind == FileKind::regular && status->size == 0);
}

Result<std::string> read_unit_conf_file(const HostView& host, const std::string& path) {
  const auto masked = is_mask(host, path);
  if (!masked && masked.error().code == std::errc::no_such_file_or_directory) return std::string();
  if (!masked) return tl::make_unexpected(masked.error());
  return *masked ? std::string() : host.read(path, kLargest);
}

bool stops_systemd_too(const Error& error) {
  return error.code == std::errc::too_many_symbolic_link_levels || error.code == std::errc::filename_too_long ||
         error.code == std::errc::not_a_directory || error.code == std::errc::is_a_directory;
}

}  // namespace preflight
