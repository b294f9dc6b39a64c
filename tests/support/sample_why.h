// SPDX-License-Identifier: Apache-2.0
// Settings with a history, made by hand: what the page and the document of `why` must tell.
#pragma once

#include <string>

#include "agent/report/why.h"

namespace preflight::test {

/// net.core.somaxconn: 65535 by hand, 1024 after the next boot; every kind of losing line; tuned comes afterwards.
[[nodiscard]] Why overruled_somaxconn();
/// The same where nobody comes afterwards and procps reads the same last line.
[[nodiscard]] Why settled_somaxconn();
/// A key of a module that comes too late, in a tree of files.
[[nodiscard]] Why late_conntrack();
/// No file sets it, nobody demands it; the kernel's own value holds.
[[nodiscard]] Why untouched_swappiness();
/// LimitNOFILE of haproxy.service, set by a drop-in in a way systemd ignores.
[[nodiscard]] Why ignored_limit();
/// One outside text in every place where a text can come from outside.
[[nodiscard]] Why hostile_setting(const std::string& text);

}  // namespace preflight::test
