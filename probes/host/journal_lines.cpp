// SPDX-License-Identifier: Apache-2.0
// From the newest message back to where the limit or this boot ends.
#include "probes/host/journal_lines.h"

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>

#include "probes/host/late_library.h"

namespace preflight {
namespace {

constexpr const char* kObject = "the journal";
constexpr const char* kMessage = "MESSAGE";
constexpr std::size_t kLongest = 8192;  // of the kernel's own messages

/// The functions we call, named and typed as the header we compile against has them.
struct Library {
  decltype(&::sd_id128_get_boot) sd_id128_get_boot = nullptr;
  decltype(&::sd_id128_to_string) sd_id128_to_string = nullptr;
  decltype(&::sd_journal_open) sd_journal_open = nullptr;
  decltype(&::sd_journal_close) sd_journal_close = nullptr;
  decltype(&::sd_journal_set_data_threshold) sd_journal_set_data_threshold = nullptr;
  decltype(&::sd_journal_add_match) sd_journal_add_match = nullptr;
  decltype(&::sd_journal_seek_tail) sd_journal_seek_tail = nullptr;
  decltype(&::sd_journal_previous) sd_journal_previous = nullptr;
  decltype(&::sd_journal_get_data) sd_journal_get_data = nullptr;
};

Result<Library> load() {
  Library library;
  LateLibrary file({"libsystemd.so.0"});
  file.resolve("sd_id128_get_boot", library.sd_id128_get_boot);
  file.resolve("sd_id128_to_string", library.sd_id128_to_string);
  file.resolve("sd_journal_open", library.sd_journal_open);
  file.resolve("sd_journal_close", library.sd_journal_close);
  file.resolve("sd_journal_set_data_threshold", library.sd_journal_set_data_threshold);
  file.resolve("sd_journal_add_match", library.sd_journal_add_match);
  file.resolve("sd_journal_seek_tail", library.sd_journal_seek_tail);
  file.resolve("sd_journal_previous", library.sd_journal_previous);
  file.resolve("sd_journal_get_data", library.sd_journal_get_data);
  if (auto complete = file.complete(); !complete) return tl::make_unexpected(complete.error());
  return library;
}

using Journal = std::unique_ptr<sd_journal, decltype(&::sd_journal_close)>;

/// The journal of this machine, of it what the kernel said since this boot.
Result<Journal> open_journal(const Library& calls) {
  sd_journal* opened = nullptr;
  int status = calls.sd_journal_open(&opened, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
  if (status < 0) return fail_errno(-status, kObject);
  Journal journal(opened, calls.sd_journal_close);
  sd_id128_t boot{};
  if (status = calls.sd_id128_get_boot(&boot); status < 0) return fail_errno(-status, kObject);
  std::string text(SD_ID128_STRING_MAX, '\0');
  const std::string of_boot = std::string("_BOOT_ID=") + calls.sd_id128_to_string(boot, text.data());
  for (const auto& match : {of_boot, std::string("_TRANSPORT=kernel")}) {
    status = calls.sd_journal_add_match(opened, match.data(), match.size());
    if (status < 0) return fail_errno(-status, kObject);
  }
  (void)calls.sd_journal_set_data_threshold(opened, kLongest);
  if (status = calls.sd_journal_seek_tail(opened); status < 0) return fail_errno(-status, kObject);
  return journal;
}

/// The text of the message that was gone to; empty where it cannot be read.
std::string_view message_of(const Library& calls, sd_journal* journal) {
  const void* data = nullptr;
  std::size_t size = 0;
  if (calls.sd_journal_get_data(journal, kMessage, &data, &size) < 0) return {};
  return std::string_view(static_cast<const char*>(data), size).substr(std::string_view(kMessage).size() + 1);
}

}  // namespace

Result<std::string> kernel_lines_of_journal(std::size_t limit) {
  static const Result<Library> library = load();
  if (!library) return tl::make_unexpected(library.error());
  const auto journal = open_journal(*library);
  if (!journal) return tl::make_unexpected(journal.error());
  std::vector<std::string> newest_first;
  std::size_t size = 0;
  while (size < limit) {
    const int gone = library->sd_journal_previous(journal->get());
    if (gone < 0) return fail_errno(-gone, kObject);
    if (gone == 0) break;
    newest_first.emplace_back(message_of(*library, journal->get()));
    size += newest_first.back().size() + 1;
  }
  if (newest_first.empty()) return fail_errno(ENOENT, kObject);
  std::string lines;
  for (auto line = newest_first.rbegin(); line != newest_first.rend(); ++line) lines.append(*line).push_back('\n');
  return lines;
}

}  // namespace preflight
