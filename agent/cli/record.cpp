// SPDX-License-Identifier: Apache-2.0
// The verb record: everything the checks read, in one document without secrets, to be judged again elsewhere.
#include "agent/cli/session.h"
#include "agent/cli/terminal.h"
#include "agent/cli/verbs.h"
#include "agent/cycle.h"
#include "probes/haproxy/locate.h"
#include "probes/haproxy/redact.h"
#include "probes/host/recording_host.h"

namespace preflight::cli {
namespace {

/// The configurations as they were opened, whose text holds most of the secrets.
std::vector<std::string> config_paths(const HostView& host, const Facts& facts) {
  std::vector<std::string> paths;
  for (const auto& instance : facts.instances) {
    for (const auto& path : instance.command_line.configs) {
      paths.push_back(haproxy::config_root_of(host, instance) + haproxy::absolute_path(path, instance));
    }
  }
  return paths;
}

}  // namespace

int run_record(const Options& options) {
  auto opened = open_session(options);
  if (const int* refused = std::get_if<int>(&opened)) return *refused;
  const auto& session = std::get<Session>(opened);
  const RecordingHost recorder(*session.host, PREFLIGHT_VERSION);
  const auto facts = collect(recorder, request_for(select_checks(session.policy, {}), options));
  if (!facts) return refuse(facts.error(), kUsage);
  Bundle bundle = recorder.bundle();
  haproxy::redact(bundle, config_paths(*session.host, *facts));
  const std::string text = to_json(bundle);
  if (options.output == "-") return deliver(text);
  const auto created = create_file(options.output, text);
  return created ? 0 : refuse(created.error(), kUsage);
}

}  // namespace preflight::cli
