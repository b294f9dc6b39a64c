// SPDX-License-Identifier: Apache-2.0
// Network namespaces: a socket and a file of /proc/sys/net belong to the namespace of the thread that opens them, so
// the host of a process elsewhere can be read only from inside (setns(2), which needs CAP_SYS_ADMIN).
#pragma once

#include <utility>

#include "probes/base/result.h"
#include "probes/host/descriptor.h"
#include "probes/host/host_view.h"

namespace preflight {

/// A network namespace held open: the process that named it may die and its number be reused, the namespace stays.
class OpenNetns {
 public:
  /// ESRCH/ENOENT when the process is gone, EACCES when its namespace may not be looked at.
  [[nodiscard]] static Result<OpenNetns> open(Netns netns);

  /// The namespace we run in: nothing has to be entered.
  [[nodiscard]] bool ours() const { return !there_.valid(); }

  /// What `look()`, which returns some Result, finds inside; always back afterwards. EPERM when we may not enter.
  template <typename F>
  [[nodiscard]] auto run(F&& look) const -> decltype(look()) {
    if (ours()) return std::forward<F>(look)();
    const auto inside = enter();
    if (!inside) return tl::make_unexpected(inside.error());
    return std::forward<F>(look)();
  }

 private:
  /// Goes back when destroyed. Not being able to is the end of the program: every later fact would be of a wrong host.
  class Inside {
   public:
    explicit Inside(int home) : home_(home) {}
    Inside(Inside&& other) noexcept : home_(std::exchange(other.home_, -1)) {}
    Inside& operator=(Inside&&) = delete;
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside();

   private:
    int home_;
  };

  [[nodiscard]] Result<Inside> enter() const;

  Netns netns_;
  Descriptor home_;
  Descriptor there_;
};

}  // namespace preflight
