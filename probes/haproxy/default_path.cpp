// SPDX-License-Identifier: Apache-2.0
// Where relative paths start: haproxy obeys `default-path` by changing its directory for each file it reads
// (cfg_apply_default_path in src/cfgparse.c).
#include "probes/haproxy/reading.h"

namespace preflight::haproxy {
namespace {

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

}  // namespace

void Reading::enter_file(const std::string& path) {
  file_ = std::make_shared<const std::string>(path);
  apply_default_path();
}

void Reading::set_default_path(DefaultPath mode, std::string directory) {
  default_path_ = mode;
  origin_ = std::move(directory);
  apply_default_path();
}

void Reading::apply_default_path() {
  const std::string here = file_ == nullptr ? std::string() : directory_of(*file_);
  switch (default_path_) {
    case DefaultPath::current:
      base_directory_.clear();
      break;
    case DefaultPath::config:
      base_directory_ = here;
      break;
    case DefaultPath::parent:
      base_directory_ = here.empty() ? ".." : here + "/..";
      break;
    case DefaultPath::origin:
      base_directory_ = origin_;
      break;
  }
}

std::string Reading::located(std::string_view path) const {
  const bool absolute = !path.empty() && path.front() == '/';
  return absolute || base_directory_.empty() ? std::string(path) : base_directory_ + "/" + std::string(path);
}

}  // namespace preflight::haproxy
