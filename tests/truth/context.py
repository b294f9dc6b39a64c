# SPDX-License-Identifier: Apache-2.0
"""What the sections of one configuration share."""

from .addresses import Addresses
from .obstacles import Obstacle

HERE = "/run/truth"
CERTIFICATE = "site.pem"
HAS_DEFAULT_PATH = (2, 5)


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
        # A master that waits wants a maxconn of 100 for itself, whatever the configuration says: 224 descriptors.
        self.may_wait = nofile >= 300
        self.master = self.may_wait and chance.of(12)  # haproxy is started with -W
        self.peers = []  # names of sections that a stick table wants
        self.obstacle = Obstacle(chance)
        self.certificate = False  # whether a line names it
        # Whether names are relative: to -C, or to what `default-path` says.
        self.relative = self.addresses.relative = chance.of(5)
        self.default_path = not self.relative and version >= HAS_DEFAULT_PATH and chance.of(5)
        self._count = 0

    @property
    def certificate_path(self):
        return CERTIFICATE if self.relative or self.default_path else f"{HERE}/{CERTIFICATE}"

    def name(self, kind):
        self._count += 1
        return f"{kind}{self._count}"
