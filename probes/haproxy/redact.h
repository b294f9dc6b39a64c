// SPDX-License-Identifier: Apache-2.0
// Secrets leave a host only as stars: each is replaced by text of the same length, so that every line and column that a
// report names stays true.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "probes/host/bundle.h"

namespace preflight::haproxy {

/// What a reading for secrets learned of some configuration files.
struct Secrets {
  std::set<std::string, std::less<>> texts;       // as written and with quotes and escapes taken off
  std::set<std::string, std::less<>> variables;   // environment variables that stand where a secret stands
  std::set<std::string, std::less<>> referenced;  // every variable the files name
  std::set<std::string, std::less<>> keywords;    // the first word of each line: never a secret elsewhere

  /// Keeps a text to be searched elsewhere: six bytes or more, no expression, not redacted already.
  void keep(std::string_view text);
};

/// Replaces the secrets of one configuration file by '*': passwords of `stats auth` and userlists, keys
/// (dynamic-cookie-key, cluster-secret, jwt_verify, hmac), passphrases, credentials in headers, health checks and
/// conditions, secret-looking variables and parameters; in comments too, which often are last year's configuration.
/// `$VARIABLE`s and file names stay. Pure but for `text` and `secrets`, linear in the size of the text.
void redact_config(std::string& text, Secrets& secrets);

/// Redacts what a host answered: the files at `config_paths` (of a directory, those in it) by position, environments of
/// processes and units (only variables that the configuration or the unit uses are kept), environment files, unit
/// files, private keys and secret sysctls; then every other occurrence of what was found, in all answers. A password
/// that is also part of a path or a keyword of the configuration ("haproxy") stays where it is not by position a
/// secret.
void redact(Bundle& bundle, const std::vector<std::string>& config_paths);

}  // namespace preflight::haproxy
