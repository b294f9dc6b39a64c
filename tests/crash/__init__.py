# SPDX-License-Identifier: Apache-2.0
"""Kills, failing calls and power cuts, at every point of what lbpreflight does to a host."""
