# SPDX-License-Identifier: Apache-2.0
"""Server lines to be loaded: shared and own destinations, bounds, source addresses, checks."""

from .traffic import SERVER_PORTS, SERVER_SOCKET

V4 = ("127.0.0.1", "127.0.0.11", "127.0.0.12")
V6 = "[::1]"
CHECKS = (
    "check inter 200ms",
    f"check inter 200ms port {SERVER_PORTS[-1]}",
    f"agent-check agent-inter 200ms agent-port {SERVER_PORTS[-1]}",
)
MOST_CHECKS = 2  # a port or a descriptor is kept back for each: of some sixty that must not be more than 2 %
FIRST_SOURCE_PORT = 30000
DESTINATIONS = {"source_ports": (1, 2), "file_descriptors": (4,)}  # few where their ports shall run out, else many


class Servers:
    """`theme` is the limit that shall mostly be the lowest."""

    def __init__(self, chance, theme):
        self._chance = chance
        self._theme = theme
        self._next_source = FIRST_SOURCE_PORT
        self._checks = 0

    def lines(self, hosts):
        """The lines of one backend."""
        chance = self._chance
        places = self._places(hosts)
        servers = [self._server(number, *each) for number, each in enumerate(zip(places, self._bounds(places)), 1)]
        if chance.of(6):
            return [f"{server} backup" for server in servers] + chance.maybe(50, "option allbackups")
        if chance.of(8):
            servers[0] = self._template(places[0])
        servers += chance.maybe(5, f"server unix unix@{SERVER_SOCKET}")
        servers += chance.maybe(8, f"server off {places[0]} disabled")
        return servers + chance.maybe(8, f"server spare {places[0]} backup")

    def _places(self, hosts):
        """One of them maybe twice."""
        count = self._chance.one(*DESTINATIONS.get(self._theme, (1, 2, 3)))
        places = self._chance.different(count, *(f"{host}:{port}" for host in hosts for port in SERVER_PORTS[:-1]))
        return places + self._chance.maybe(15, places[0])

    def _bounds(self, places):
        """For all servers, for some, or for none."""
        chance, count = self._chance, len(places)
        if self._theme == "server_maxconn":
            return [f" maxconn {chance.number(3, 60 // count)}{self._least()}" for _ in places]
        if chance.of(70) or self._theme == "file_descriptors":
            return [""] * count
        return [chance.one("", f" maxconn {chance.number(10, 80)}") for _ in places]

    def _least(self):
        """The bound grows with the load of the backend, then."""
        return f" minconn {self._chance.number(1, 20)}" if self._chance.of(15) else ""

    def _server(self, number, place, bound):
        source = self._source() if self._chance.of(20) and not place.startswith(V6) else ""
        return f"server s{number} {place}{self._check(1)}{bound}{source}"

    def _template(self, place):
        """With a range of its own it has no checks: these would move the servers' places in the range by chance."""
        count = self._chance.number(2, 3)
        source = self._source() if self._chance.of(20) and not place.startswith(V6) else ""
        return f"server-template t {count} {place}{'' if '-' in source else self._check(count)}{source}"

    def _check(self, servers):
        if self._checks + servers > MOST_CHECKS or self._chance.of(40):
            return ""
        self._checks += servers
        return f" {self._chance.one(*CHECKS)}"

    def _source(self):
        """One address for many destinations, or a range of its own."""
        if self._chance.of(60):
            return " source 127.0.0.5"
        first = self._next_source
        self._next_source += 100
        return f" source 127.0.0.5:{first}-{first + self._chance.number(9, 59)}"
