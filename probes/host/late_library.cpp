// SPDX-License-Identifier: Apache-2.0
#include "probes/host/late_library.h"

#include <dlfcn.h>

namespace preflight {

LateLibrary::LateLibrary(std::initializer_list<const char*> names) : name_(*names.begin()) {
  for (const char* const name : names) {
    handle_ = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (handle_ == nullptr) continue;
    name_ = name;
    return;
  }
}

Result<void> LateLibrary::complete() const {
  if (handle_ == nullptr) return fail(std::errc::no_such_file_or_directory, name_, "cannot be loaded");
  if (!missing_.empty()) return fail(std::errc::function_not_supported, name_, "is too old: it lacks " + missing_);
  return {};
}

void* LateLibrary::address_of(const char* name) {
  if (handle_ == nullptr) return nullptr;
  void* const address = ::dlsym(handle_, name);
  if (address == nullptr && missing_.empty()) missing_ = name;
  return address;
}

}  // namespace preflight
