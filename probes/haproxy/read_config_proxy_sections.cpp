// SPDX-License-Identifier: Apache-2.0
// Where proxies begin and what they inherit: the defaults section named after `from`, else the last one above them.
#include "probes/base/text.h"
#include "probes/haproxy/read_config_sections.h"

namespace preflight::haproxy {
namespace {

std::string quoted(std::string_view name) { return "'" + printable(name.substr(0, 60)) + "'"; }

}  // namespace

void ProxySections::begin(const Statement& line) {
  place_ = Place::nowhere;
  if (line.keyword() == "defaults") {
    begin_defaults(line);
  } else {
    begin_proxy(line);
  }
}

/// Takes the settings of the section named after `from` at `line[from]`; false, with a remark, when there is none.
bool ProxySections::inherit(const Statement& line, std::size_t from) {
  if (line.size() <= from) return true;
  if (line[from].text != "from" || line.size() != from + 2) {
    reading_.error(line[from], "only 'from' and the name of a defaults section may follow here");
    return false;
  }
  const auto found = named_defaults_.find(line[from + 1].text);
  if (found == named_defaults_.end()) {
    reading_.error(line[from + 1], "there is no defaults section " + quoted(line[from + 1].text) + " above");
    return false;
  }
  settings_ = found->second;
  return true;
}

/// Room for a section with all that it copies from another: a thousand targets in a thousand proxies are a million.
bool ProxySections::admit_inherited(const Word& word) {
  bool admitted = reading_.admit(word);
  for (std::size_t i = 0; i < settings_.logs.size() && admitted; ++i) admitted = reading_.admit(word);
  return admitted;
}

void ProxySections::begin_defaults(const Statement& line) {
  settings_ = Settings{};
  const bool unnamed = line[1].text == "from" && line.size() == 3;
  if (!inherit(line, unnamed ? 1 : 2) || !admit_inherited(line[0])) return;
  defaults_name_ = unnamed ? "" : std::string(line[1].text);
  place_ = Place::defaults;
  auto& sections = reading_.config.defaults;
  sections.push_back({defaults_name_, reading_.origin(line[0]), reading_.line(), settings_.section});
  settings_.section = sections.size() - 1;
}

void ProxySections::begin_proxy(const Statement& line) {
  kind_ = line.keyword() == "frontend"  ? ProxyKind::frontend
          : line.keyword() == "backend" ? ProxyKind::backend
                                        : ProxyKind::listen;
  if (!is_valid_name(line[1].text)) {
    return reading_.error(line[0], "a name is expected, of letters, digits, '.', ':', '_' and '-'");
  }
  settings_ = last_defaults_;
  if (!inherit(line, 2) || !admit_inherited(line[0])) return;
  place_ = Place::proxy;
  stats_are_own_ = false;
  used_backends_.clear();
  claim_name(line[1]);
  Proxy& added = reading_.config.proxies.emplace_back();
  added.kind = kind_;
  added.name = std::string(line[1].text);
  added.origin = reading_.origin(line[1]);
}

void ProxySections::claim_name(const Word& name) {
  bool taken = false;
  if (has_frontend()) taken = !frontends_.emplace(name.text).second;
  if (has_backend()) taken = !backends_.emplace(name.text).second || taken;
  // since 3.3 a frontend and a backend may not share a name either
  const bool shared = frontends_.count(name.text) != 0 && backends_.count(name.text) != 0;
  const bool clash = shared && kind_ != ProxyKind::listen && reading_.known_at_least(3, 3);
  if (taken || clash) reading_.error(name, "the name " + quoted(name.text) + " is already taken by another proxy");
}

void ProxySections::end() {
  if (place_ == Place::defaults) {
    if (!defaults_name_.empty()) named_defaults_.insert_or_assign(defaults_name_, settings_);
    last_defaults_ = settings_;
  } else if (place_ == Place::proxy) {
    Proxy& ended = proxy();
    ended.mode = settings_.mode;
    ended.disabled = settings_.disabled;
    ended.splices = !settings_.splices.empty();
    ended.defaults = settings_.section;
    ended.logs = std::move(settings_.logs);
    ended.logs_as_global = settings_.logs_as_global;
    settle_access(ended);
    if (has_frontend()) {
      ended.maxconn = settings_.maxconn;
      ended.backlog = settings_.backlog;
      if (settings_.default_backend) ended.default_backend = settings_.default_backend->value;
    }
    if (has_backend()) {
      ended.fullconn = settings_.fullconn;
      ended.source = settings_.source;
      ended.source_interface = settings_.source_interface;
      ended.checks_tls = settings_.checks_tls;
      ended.checks_externally = settings_.checks_externally;
      ended.all_backups = settings_.all_backups;
      ended.reuses = settings_.reuses;
      ended.loads_server_state = settings_.loads_server_state;
    }
  }
  place_ = Place::nowhere;
}

void ProxySections::mark_used() {
  for (Peers& peers : reading_.config.peers) peers.used = peers.used || used_peers_.count(peers.name) != 0;
  for (Mailers& mailers : reading_.config.mailers) mailers.used = used_mailers_.count(mailers.name) != 0;
}

}  // namespace preflight::haproxy
