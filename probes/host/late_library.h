// SPDX-License-Identifier: Apache-2.0
// Libraries that few runs need: a run that does not call them does not pay for them, nor does a host have to have them.
#pragma once

#include <initializer_list>
#include <string>

#include "probes/base/result.h"

namespace preflight {

/// A shared library, loaded with names of its own (dlopen(3), RTLD_LOCAL), which stays until the process ends.
class LateLibrary {
 public:
  /// Loads the first of these that there is: "libsystemd.so.0".
  LateLibrary(std::initializer_list<const char*> names);

  /// Has `function` point to the library's function of that name.
  template <typename Function>
  void resolve(const char* name, Function& function) {
    // POSIX guarantees this conversion for what dlsym gives.
    function = reinterpret_cast<Function>(address_of(name));
  }

  /// ENOENT when the library is not there, ENOSYS when it lacks a function that was asked for.
  [[nodiscard]] Result<void> complete() const;

 private:
  void* address_of(const char* name);

  std::string name_;
  void* handle_ = nullptr;
  std::string missing_;  // the first function that it lacks
};

}  // namespace preflight
