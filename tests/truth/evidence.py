# SPDX-License-Identifier: Apache-2.0
"""What broke, in haproxy's own words and figures: its log tells what ran out, its statistics which bound is reached."""

import ipaddress
import re
from dataclasses import dataclass

from . import observed
from .service import ERRORS

RAN_OUT = (
    (r"no free ports|[Cc]an(no|')t bind to source address|local source (ports|address)", "source_ports"),
    (r"reached process FD limit|Too many (sockets on the process|open files)", "file_descriptors"),
)


@dataclass(frozen=True)
class Break:
    """`held` connections found room, and then that limit was met."""

    limit: str  # as the ladder names it, or "unexplained"
    held: int
    subject: str = ""  # where it has one, as the ladder names it; of a bind line nothing: the road tells it
    road: object = None
    used: int = 0  # ports of the tuple that was told first

    def __str__(self):
        way = f"{self.road.source} > {self.road.address}:{self.road.port} > {self.road.backend}"
        return f"{self.limit} {self.subject} at {self.held} ({way})".replace("  ", " ")


def ran_out():
    """The limit that the log names first."""
    with open(ERRORS, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            for pattern, limit in RAN_OUT:
                if re.search(pattern, line):
                    return limit
    return None


def _is_full(row):
    return 0 < int(row["slim"] or 0) <= int(row["scur"])


def _listens_at(row, address, port):
    host, _, own = row["addr"].rpartition(":")
    return own == str(port) and str(ipaddress.ip_address(host.strip("[]"))) == address


class Figures:
    """haproxy's statistics of one moment."""

    def __init__(self, road):
        self._info = dict(line.split(": ", 1) for line in observed.ask("show info").splitlines() if ": " in line)
        self._rows = list(observed.statistics())
        self._road = road
        ours = [row for row in self._rows if row["type"] == "3" and _listens_at(row, road.address, road.port)]
        self._listeners = ours
        self._front = next((row["pxname"] for row in ours), "")

    def accepted(self):
        """The connections that are neither in an accept queue nor the stats socket's."""
        return int(self._info.get("CurrConns", 0))

    def _kind(self, name):
        parts = {row["svname"] for row in self._rows if row["pxname"] == name}
        return "listen" if {"FRONTEND", "BACKEND"} <= parts else "frontend" if "FRONTEND" in parts else "backend"

    def at_the_door(self):
        """(limit, subject) that keeps a connection from being accepted, in the order in which haproxy looks."""
        if self._info and self.accepted() >= int(self._info["Maxconn"]):
            return "maxconn", "instance"
        for row in self._rows:
            if row["pxname"] == self._front and row["svname"] == "FRONTEND" and _is_full(row):
                return "frontend_maxconn", f"{self._kind(self._front)}:{self._front}"
        if self._listeners and all(map(_is_full, self._listeners)):
            return "bind_maxconn", ""
        return None

    def is_unlucky(self):
        """The kernel gave the connection to a shard that is full, and others are not."""
        return any(map(_is_full, self._listeners)) and not all(map(_is_full, self._listeners))

    def in_the_queue(self):
        """(limit, subject) that keeps an accepted connection from a server."""
        backend = self._road.backend
        queued = [int(row["qcur"] or 0) for row in self._rows if row["pxname"] == backend]
        return ("server_maxconn", f"{self._kind(backend)}:{backend}") if any(queued) else None
