// SPDX-License-Identifier: Apache-2.0
// Standard output and error as they are: short writes, a reader that left, a full disk, a terminal or not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/cli/options.h"
#include "probes/base/result.h"

namespace preflight::cli {

enum class Stream : std::uint8_t { output = 1, error = 2 };

/// Before anything is opened: a closed descriptor 0, 1 or 2 is held open so that no file of ours takes its number
/// (writes to it still fail with EBADF), and a reader that leaves gives EPIPE instead of a signal.
void prepare_streams();

/// Writes every byte. A reader that left (EPIPE) took what it wanted: that is success. A full disk or a closed
/// stream is an error.
[[nodiscard]] Result<void> write_all(Stream stream, std::string_view bytes);

/// The wish of --color; `automatic`: a terminal, TERM not "dumb", NO_COLOR unset or empty (no-color.org).
[[nodiscard]] bool wants_color(Color wish, Stream stream);

/// stderr is the journal: JOURNAL_STREAM names its device and inode (systemd.exec(5)).
[[nodiscard]] bool is_journal(Stream stream);

/// Whether a person is there to be asked: standard input and standard output are a terminal.
[[nodiscard]] bool can_ask();

/// Asks, and reads one line; "y" and "yes" agree, anything else and the end of input do not.
[[nodiscard]] bool ask(std::string_view question);

/// Makes a new file, readable by its owner alone, with all of `bytes` in it. A path that exists, be it a dangling link,
/// is an error: nothing is overwritten. What could not be written whole is removed again.
[[nodiscard]] Result<void> create_file(const std::string& path, std::string_view bytes);

}  // namespace preflight::cli
