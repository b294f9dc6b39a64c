// SPDX-License-Identifier: Apache-2.0
// What the world refuses is a value: every observation is a Result, known or an error naming the object.
#pragma once

#include <string>
#include <system_error>
#include <utility>

#include <tl/expected.hpp>

namespace preflight {

/// Why one object could not be read. `object` is what was asked for (a path, a sysctl key, a unit name);
/// `reason` says in words why it is not known, without repeating the object.
struct Error {
  std::errc code{};
  std::string object;
  std::string reason;

  friend bool operator==(const Error&, const Error&) = default;
};

/// A value, or the error that stands in its place. Never a default instead of an answer.
template <typename T>
using Result = tl::expected<T, Error>;

/// An error from an errno value; the reason is strerror's text.
[[nodiscard]] Error os_error(int number, std::string object);

/// An error of our own wording.
[[nodiscard]] inline tl::unexpected<Error> fail(std::errc code, std::string object, std::string reason) {
  return tl::make_unexpected(Error{code, std::move(object), std::move(reason)});
}

/// The same, from an errno value.
[[nodiscard]] inline tl::unexpected<Error> fail_errno(int number, std::string object) {
  return tl::make_unexpected(os_error(number, std::move(object)));
}

/// What a Result holds until somebody looked: a fact nobody asked for is an error, not an empty value.
[[nodiscard]] inline tl::unexpected<Error> unread(std::string object) {
  return fail(std::errc::operation_not_supported, std::move(object), "not asked for in this run");
}

/// What a directory tree answers to a question about the running system: nobody could know, so nothing went wrong.
[[nodiscard]] Error offline_tree(std::string object);
[[nodiscard]] bool is_offline_tree(const Error& error);

/// Whether the object is known not to be there: neither it nor something else in its place (ENOENT, ENOTDIR).
[[nodiscard]] bool is_missing(const Error& error);

/// "object: reason", one line, for people.
[[nodiscard]] std::string describe(const Error& error);

}  // namespace preflight
