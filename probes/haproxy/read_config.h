// SPDX-License-Identifier: Apache-2.0
// Reads haproxy.cfg as haproxy does: several -f files and directories, the lexical level of src/tools.c parse_line(),
// conditional blocks, and the keywords that bear on the host.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "probes/base/result.h"
#include "probes/haproxy/binary.h"
#include "probes/haproxy/config.h"
#include "probes/haproxy/environment.h"
#include "probes/host/host_view.h"

namespace preflight::haproxy {

/// One configuration file with its content.
struct SourceFile {
  std::string path;
  std::string content;
};

/// What a reading depends on besides the text: `binary` decides `.if feature(...)` and version differences; without it
/// such a condition is a remark and both branches are left out.
struct ReadContext {
  Environment environment{};  // of the process that reads (or would read) the configuration
  std::optional<BinaryFacts> binary{};
  std::string local_peer{};  // -L, which wins over `localpeer`; empty when not given
  std::string host_name{};   // haproxy's name among peers when nothing else names it; empty when not known
};

/// The files that `-f path...` names, in haproxy's order: of a directory, the regular files whose name does not begin
/// with '.' and whose first ".cfg" is its end, in byte order (src/haproxy.c cfgfiles_expand_directories). `root` is put
/// before relative paths (-C).
[[nodiscard]] Result<std::vector<SourceFile>> load_files(const HostView& host, const std::vector<std::string>& paths,
                                                         const std::string& directory);

/// Pure: the same text and context give the same configuration. Never fails; what haproxy would refuse is a remark.
[[nodiscard]] Config parse_config(const std::vector<SourceFile>& files, const ReadContext& context);

}  // namespace preflight::haproxy
