# SPDX-License-Identifier: Apache-2.0
"""Addresses in every form haproxy takes. All of them are loopback's, or of the nets kept for documentation."""

# What the unit's Environment= sets. LB_NONE is set nowhere, LB_LATE sometimes by the configuration itself.
ENVIRONMENT = (("LB_IP", "127.0.0.1"), ("LB_PORT", "18443"), ("LB_MAX", "321"), ("LB_EMPTY", ""))
SOCKETS = "/run/truth/sockets"  # a directory that every user may write to

V4 = ("127.0.0.1", "127.0.0.2", "127.1.2.3")
V6 = ("[::1]", "::1")
WILDCARDS = ("*", "", "0.0.0.0", "::", "[::]", "ipv6@*", "ipv4@*")
PREFIXES = ("ipv4@", "ipv4@", "tcp4@", "tcp@", "ip@")
NOT_OURS = ("192.0.2.7", "[2001:db8::7]")
NONE = ('"${LB_NONE}"', "${LB_NONE}")  # nothing stands there: a wildcard
FROM_ENVIRONMENT = ('"${LB_IP}"', *NONE, '"$LB_IP"', "${LB_IP}", '"${LB_LATE-127.0.0.2}"', "$LB_IP")


class Addresses:
    """Hands out addresses and remembers the ports, so that a host can occupy them."""

    def __init__(self, chance):
        self._chance = chance
        self._next = 18100
        self._made = 0
        self.ports = []
        self.prefixed = False  # whether `unix-bind prefix` names the directory
        self.relative = False  # whether haproxy is started with -C

    def port(self):
        """Mostly a new one."""
        if self.ports and self._chance.of(3):
            return self._chance.one(*self.ports)
        self._next += self._chance.number(1, 9)
        port = self._chance.number(1, 1023) if self._chance.of(4) else self._next
        self.ports.append(port)
        return port

    def _port_text(self):
        if self._chance.of(4):
            self.ports.append(18443)
            return self._chance.one('"${LB_PORT}"', '"$LB_PORT"', '"${LB_PORT-1}"')
        first = self.port()
        if not self._chance.of(10):
            return str(first)
        last = first + self._chance.number(0, 6)
        self._next = max(self._next, last)
        self.ports.extend(range(first + 1, last + 1))
        return f"{first}-{last}"

    def _host(self):
        kind = self._chance.number(1, 100)
        if kind <= 50:
            return self._chance.one(*V4)
        if kind <= 62:
            return self._chance.one(*V6)
        if kind <= 84:
            return self._chance.one(*WILDCARDS)
        if kind <= 90:
            return self._chance.one(*PREFIXES) + self._chance.one(*V4)
        if kind <= 99:
            return self._chance.one(*FROM_ENVIRONMENT)
        return self._chance.one(*NOT_OURS)

    def listening(self):
        """One word of a bind line with a port: an address, or a list of them."""
        count = 1 if self._chance.of(85) else self._chance.number(2, 4)
        return ",".join(f"{self._host()}:{self._port_text()}" for _ in range(count))

    def specific(self):
        """One address and one port, of this host."""
        return f"{self._chance.one(*V4)}:{self.port()}"

    def unix(self, stats=False):
        """A socket without a port, in the file system or out of it. The prefix is not for stats sockets."""
        self._made += 1
        form = self._chance.one("", "", "unix@", "uxst@", "abns@")
        if self.relative and form in ("unix@", "uxst@") and not self.prefixed:
            return f"{form}{SOCKETS.rpartition('/')[2]}/u{self._made}"
        directory = "" if form == "abns@" or (self.prefixed and not stats) else SOCKETS
        return f"{form}{directory}{'' if form == 'abns@' else '/'}u{self._made}"

    def remote(self):
        """Where a server may be: nothing listens there, and nothing leaves this host."""
        host = self._chance.one(*V4, "127.9.9.9", "[::1]", "localhost", "ipv4@127.0.0.1", '"${LB_IP}"', "${LB_IP}")
        return f"{host}:{self._chance.number(9000, 9020)}"
