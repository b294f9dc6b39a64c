// SPDX-License-Identifier: Apache-2.0
// toml++ as policy_file.cpp alone includes it: header-only, without exceptions, and without promises to the optimiser
// that a text from outside can break (toml++ 3.3: "[[[" breaks an assertion, U+00E9 reaches an unreachable point).
#pragma once

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0

// With NDEBUG an assertion becomes an assumption; the code behind it refuses the text properly when it is neither.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(condition) static_cast<void>(0)

// Which characters are blanks: what the tables hold to be unreachable is every other letter, and is no blank.
// 3.4 names its parts .hpp and is taken as it is.
#if __has_include(<toml++/impl/unicode.h>)
#include <toml++/impl/forward_declarations.h>
#pragma push_macro("TOML_UNREACHABLE")
#undef TOML_UNREACHABLE
#define TOML_UNREACHABLE return false
#include <toml++/impl/unicode.h>
#pragma pop_macro("TOML_UNREACHABLE")
#endif

#include <toml++/toml.h>

#pragma pop_macro("NDEBUG")
