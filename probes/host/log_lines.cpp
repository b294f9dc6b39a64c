// SPDX-License-Identifier: Apache-2.0
// kmsg gives one record to each read(2), the oldest first, and EPIPE where some were overwritten meanwhile.
#include "probes/host/log_lines.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "probes/base/text.h"
#include "probes/host/descriptor.h"
#include "probes/host/files.h"
#include "probes/host/journal_lines.h"

namespace preflight {
namespace {

Result<std::string> read_kernel_log(const std::string& path, std::size_t limit) {
  const Descriptor log(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!log.valid()) return fail_errno(errno, path);
  std::string text;
  std::array<char, 8192> record;  // PRINTK_MESSAGE_MAX is smaller
  while (text.size() < limit) {
    const auto size = ::read(log.number(), record.data(), record.size());
    if (size < 0 && (errno == EPIPE || errno == EINTR)) continue;
    if (size <= 0) break;  // EAGAIN: that was the last one
    text.append(record.data(), static_cast<std::size_t>(size));
  }
  return text;
}

Result<std::string> read_log(const std::string& path, std::size_t limit) {
  if (path == kKernelLog) return read_kernel_log(path, limit);
  if (path == kJournal) return kernel_lines_of_journal(limit);
  return read_end_of_file(path, limit);
}

}  // namespace

std::string lines_with_any(std::string_view text, const std::vector<std::string>& words) {
  std::string found;
  for_each_line(text, [&](std::string_view line) {
    const bool wanted = std::any_of(words.begin(), words.end(),
                                    [&](const auto& word) { return line.find(word) != std::string_view::npos; });
    if (wanted) found.append(line).push_back('\n');
  });
  return found;
}

Result<std::string> log_lines(const std::string& path, const std::vector<std::string>& words, std::size_t limit) {
  const auto text = read_log(path, limit);
  if (!text) return tl::make_unexpected(text.error());
  return lines_with_any(*text, words);
}

}  // namespace preflight
