# SPDX-License-Identifier: Apache-2.0
"""What the sections of one configuration share."""

from .addresses import Addresses


class Context:
    """`version` is haproxy's, as a tuple; `nofile` the hard limit it will be given."""

    def __init__(self, chance, version, nofile):
        self.chance = chance
        self.version = version
        self.nofile = nofile
        self.addresses = Addresses(chance)
        # One for all proxies, so that no frontend meets a backend of the other.
        self.mode = chance.one("tcp", "tcp", "http")
        self.threads = chance.number(1, 8) if chance.of(40) else 0  # 0: not written
        self.peers = []  # names of sections that a stick table wants
        self._count = 0

    def name(self, kind):
        self._count += 1
        return f"{kind}{self._count}"
