# SPDX-License-Identifier: Apache-2.0
"""scripts/truth in parts: random configurations and hosts, what lbpreflight says of them, what haproxy then does."""
