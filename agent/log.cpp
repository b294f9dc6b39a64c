// SPDX-License-Identifier: Apache-2.0
// The wall around spdlog; its systemd sink would link libsystemd, so the journal gets sd-daemon(3) prefixes instead.
#include "agent/log.h"

#include <memory>
#include <mutex>
#include <string>

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include "agent/cli/terminal.h"
#include "probes/base/text.h"

namespace preflight::log {
namespace {

std::string_view prefix(spdlog::level::level_enum level, bool journal) {
  if (level >= spdlog::level::err) return journal ? "<3>" : "lbpreflight: error: ";
  if (level >= spdlog::level::warn) return journal ? "<4>" : "lbpreflight: warning: ";
  return journal ? "<7>" : "lbpreflight: ";
}

/// Formats nothing by pattern: a message is one escaped line, and a clock would make two runs differ.
class StandardError final : public spdlog::sinks::base_sink<std::mutex> {
  void sink_it_(const spdlog::details::log_msg& message) override {
    std::string line(prefix(message.level, cli::is_journal(cli::Stream::error)));
    line += printable({message.payload.data(), message.payload.size()});
    line += '\n';
    // Nobody is left to tell when stderr itself fails.
    (void)cli::write_all(cli::Stream::error, line);
  }
  void flush_() override {}
};

spdlog::logger& logger() {
  static spdlog::logger the_logger = [] {
    spdlog::logger made("lbpreflight", std::make_shared<StandardError>());
    made.set_level(spdlog::level::warn);
    return made;
  }();
  return the_logger;
}

spdlog::string_view_t view(std::string_view message) { return {message.data(), message.size()}; }

}  // namespace

void show_from(Level least) {
  constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::warn, spdlog::level::err};
  logger().set_level(kLevels[static_cast<std::size_t>(least)]);
}

void error(std::string_view message) { logger().log(spdlog::level::err, view(message)); }
void warning(std::string_view message) { logger().log(spdlog::level::warn, view(message)); }
void debug(std::string_view message) { logger().log(spdlog::level::debug, view(message)); }

}  // namespace preflight::log
