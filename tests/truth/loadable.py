# SPDX-License-Identifier: Apache-2.0
"""Random configurations that a few hundred connections bring to their first limit, and the ways through them."""

from .case import Case, Host, Occupant
from .chance import Chance
from .configurations import STATS_SOCKET
from .loadable_proxies import Proxies

THEMES = {  # which limit is mostly the lowest, and how many of a hundred cases
    "maxconn": 12,
    "automatic": 10,
    "frontend_maxconn": 12,
    "bind_maxconn": 12,
    "server_maxconn": 14,
    "source_ports": 22,
    "file_descriptors": 10,
    "refused": 8,
}
SHORT_OF_DESCRIPTORS = ("file_descriptors", "refused")
PORTS = 60
OF_GLOBAL = ("tune.bufsize 16384", "tune.maxaccept 3", "spread-checks 5", "stats maxconn 5", "maxpipes 3")


class Loadable:
    """One case. A theme only makes numbers small: which limit is the first one nobody says here."""

    def __init__(self, chance):
        self._chance = chance
        self._theme = chance.one(*(theme for theme, share in THEMES.items() for _ in range(share)))
        self._first_port = chance.one(40000, 40001, chance.number(41000, 50000))
        self._nofile = self._hard_limit()

    def case(self):
        sections, roads = Proxies(self._chance, self._theme, self._first_port).sections()
        lines = [line for section in [self._global(), *sections] for line in indented(section)]
        return Case(
            files=("".join(line + "\n" for line in lines),),
            arguments=self._arguments(),
            named=self._chance.of(50),
            host=self._host(),
            roads=tuple(roads),
        )

    def _hard_limit(self):
        if self._theme == "source_ports":
            return self._chance.number(300, 400)
        return self._chance.number(150, 230 if self._theme in SHORT_OF_DESCRIPTORS else 400)

    def _maxconn(self):
        """The automatic one, when there is none, is somewhat less than half of the descriptors."""
        chance, half = self._chance, self._nofile // 2
        if self._theme == "automatic":
            return []
        if self._theme == "maxconn":
            return [f"maxconn {chance.number(3, 60)}"]
        if self._theme in SHORT_OF_DESCRIPTORS:
            return [f"maxconn {chance.number(half, 400)}"]
        return chance.maybe(50, f"maxconn {chance.number(min(100, half - 45), half - 45)}")

    def _global(self):
        """haproxy's log tells what ran out."""
        chance = self._chance
        lines = [f"stats socket {STATS_SOCKET} level admin", "log stderr format raw local0", *self._maxconn()]
        lines += ["no strict-limits"] if self._theme == "file_descriptors" else []
        lines += chance.maybe(60, f"nbthread {chance.number(1, 4)}")
        lines += chance.maybe(8, f"fd-hard-limit {self._nofile - chance.number(-20, 20)}")
        lines += chance.maybe(6, f"ulimit-n {self._nofile - chance.number(0, 20)}")
        lines += chance.maybe(10, "stats socket 127.0.0.3:18030")
        return ["global", *lines, *chance.some(2, *OF_GLOBAL)]

    def _arguments(self):
        """-n wins over what is written."""
        wanted = self._theme == "maxconn" and self._chance.of(25)
        return ("-n", str(self._chance.number(5, 70))) if wanted else ()

    def _host(self):
        chance, first, hard = self._chance, self._first_port, self._nofile
        soft = chance.one(hard, hard, chance.number(100, hard))
        sysctls = [("net.core.somaxconn", str(chance.one(5, 5, 5, chance.number(1, 12))))]
        sysctls.append(("net.ipv4.ip_local_port_range", f"{first} {first + PORTS - 1}"))
        sysctls += chance.maybe(15, ("net.ipv4.ip_local_reserved_ports", f"{first + 3}-{first + chance.number(3, 20)}"))
        bound = self._theme in SHORT_OF_DESCRIPTORS or chance.of(85)
        return Host(
            limit_nofile=f"{soft}:{hard}" if soft != hard else str(hard),
            dropped=("cap_sys_resource",) if bound else (),
            sysctls=tuple(sysctls),
            occupants=tuple(self._occupant() for _ in range(chance.number(1, 3) if chance.of(15) else 0)),
        )

    def _occupant(self):
        """A listener takes a port of the range, a socket of UDP none. That a client bound its port nobody can see."""
        kind = self._chance.one("listener", "listener", "datagram")
        address = self._chance.one("127.0.0.1", "0.0.0.0", "127.0.0.9")
        return Occupant(kind, address, self._first_port + self._chance.one(25, 36, 37, 48, 59))


def indented(section):
    head, *lines = section
    return [head, *("  " + line for line in lines)]


def case_of(seed):
    """The configuration of that seed."""
    return Loadable(Chance(seed)).case()
