// SPDX-License-Identifier: Apache-2.0
// --root and --from exclude each other; the command line has seen to that.
#include "agent/open_host.h"

#include "probes/host/live_host.h"
#include "probes/host/recorded_host.h"
#include "probes/host/tree_host.h"

namespace preflight {
namespace {

Result<std::unique_ptr<HostView>> open_bundle(const std::string& path) {
  auto text = LiveHost().read(path, kBundleLimit);
  if (!text) return tl::make_unexpected(text.error());
  auto bundle = parse_bundle(*text, path);
  if (!bundle) return tl::make_unexpected(bundle.error());
  return std::unique_ptr<HostView>(std::make_unique<RecordedHost>(std::move(*bundle)));
}

}  // namespace

Result<std::unique_ptr<HostView>> open_host(const cli::Options& options) {
  if (!options.root.empty()) return open_tree(options.root);
  if (!options.bundle.empty()) return open_bundle(options.bundle);
  return std::unique_ptr<HostView>(std::make_unique<LiveHost>());
}

}  // namespace preflight
