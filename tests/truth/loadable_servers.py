# SPDX-License-Identifier: Apache-2.0
"""Server lines to be loaded: shared and own destinations, bounds, source addresses, checks."""

from .traffic import SERVER_PORTS

HOSTS = ("127.0.0.1", "127.0.0.11", "127.0.0.12", "[::1]")
CHECK = "check inter 200ms"
ELSEWHERE = f"check inter 200ms port {SERVER_PORTS[-1]}"
AGENT = f"agent-check agent-inter 200ms agent-port {SERVER_PORTS[-1]}"
FIRST_SOURCE_PORT = 30000


MOST_CHECKS = 2  # each is kept back a port or a descriptor, and two are what 2 % of some hundred allow


class Servers:
    def __init__(self, chance, theme):
        self._chance = chance
        self._theme = theme
        self._next_source = FIRST_SOURCE_PORT
        self._checks = 0

    def lines(self, only_v4=False):
        """The lines of one backend: few destinations where their ports shall run out, many where they shall not."""
        chance = self._chance
        places = chance.number(1, 2) if self._theme == "source_ports" else chance.one(1, 2, 3)
        if self._theme == "file_descriptors":
            places = 4
        taken = chance.different(places, *self._places(HOSTS[:-1] if only_v4 else HOSTS))
        taken += chance.maybe(15, taken[0])
        bounds = self._bounds(len(taken))
        lines = [self._line(number, place, bounds[number - 1]) for number, place in enumerate(taken, 1)]
        lines += chance.maybe(8, f"server off {taken[0]} disabled") + chance.maybe(8, f"server spare {taken[0]} backup")
        return lines

    def _places(self, hosts):
        return [f"{host}:{port}" for host in hosts for port in SERVER_PORTS[:-1]]

    def _bounds(self, count):
        """For all servers, for some, or for none."""
        chance = self._chance
        if self._theme == "server_maxconn":
            return [f" maxconn {chance.number(3, 60 // count)}{self._least()}" for _ in range(count)]
        if chance.of(70) or self._theme == "file_descriptors":
            return [""] * count
        return [chance.one("", f" maxconn {chance.number(10, 80)}") for _ in range(count)]

    def _least(self):
        """A bound that grows with the load of the backend."""
        return f" minconn {self._chance.number(1, 20)}" if self._chance.of(12) else ""

    def _line(self, number, place, bound):
        chance = self._chance
        source = self._source() if chance.of(20) and not place.startswith("[") else ""
        if chance.of(8):
            # checks would move their places in a common range by chance
            count = chance.number(2, 3)
            check = "" if ":3" in source else self._check(count)
            return f"server-template s{number}- {count} {place}{check}{bound}{source}"
        return f"server s{number} {place}{self._check(1)}{bound}{source}"

    def _check(self, servers):
        if self._checks + servers > MOST_CHECKS:
            return ""
        check = self._chance.one("", "", f" {CHECK}", f" {ELSEWHERE}", f" {AGENT}")
        self._checks += servers if check else 0
        return check

    def _source(self):
        """One address for many destinations, or a range of its own."""
        if self._chance.of(60):
            return f" source {self._chance.one('127.0.0.5', '127.0.0.5', '127.0.0.1')}"
        first = self._next_source
        self._next_source += 100
        return f" source 127.0.0.5:{first}-{first + self._chance.number(9, 59)}"
