// SPDX-License-Identifier: Apache-2.0
// Closed sets are variants; visiting one must name every alternative, so a new one breaks the build.
#pragma once

#include <utility>
#include <variant>

namespace preflight {

template <typename... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <typename... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

/// std::visit with the handlers written in place: `visit(outcome, [](const Pass&) {...}, ...)`.
template <typename Variant, typename... Fs>
decltype(auto) visit(Variant&& variant, Fs&&... handlers) {
  return std::visit(Overloaded{std::forward<Fs>(handlers)...}, std::forward<Variant>(variant));
}

}  // namespace preflight
