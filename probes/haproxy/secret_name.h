// SPDX-License-Identifier: Apache-2.0
// Names that people give to secrets: of variables, headers, parameters. A guess, on the careful side.
#pragma once

#include <string_view>

namespace preflight::haproxy {

/// Whether what is called so is likely a secret: PASSWORD, api-key, txn.token, Authorization; but not KEYCLOAK_PORT,
/// AUTH_URL or PASSWORD_FILE, which say where something is.
[[nodiscard]] bool names_secret(std::string_view name);

}  // namespace preflight::haproxy
