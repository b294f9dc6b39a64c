# SPDX-License-Identifier: Apache-2.0
"""One connection after the other, all of them held, until the first that finds no room."""

import subprocess
from collections import Counter

from .evidence import Break, Figures, ran_out
from .service import ERRORS

PROMPT = 0.25  # seconds in which a connection arrives where nothing is in its way
PATIENCE = 12  # and where the machine is busy
MOST_UNLUCKY = 200
CHECK_PERIOD = 0.45  # two intervals of the cases' checks


def ports_in_use(source, destination, port):
    """How many connections go there, from that address or, of "*", from the busiest; seen from haproxy's end, where the
    destination is the peer."""
    lines = subprocess.run(("ss", "-Htna"), capture_output=True, text=True, check=True).stdout.splitlines()
    used = Counter()
    for _, _, _, local, peer, *_ in map(str.split, lines):
        address, _, own = peer.rpartition(":")
        if (address.strip("[]"), own) == (destination, str(port)):
            used.update([local.rpartition(":")[0].strip("[]")])
    return max(used.values(), default=0) if source == "*" else used[source]


class Climb:
    """`careful` says from which number of connections on health checks are given the time to find no room."""

    def __init__(self, traffic, road, careful=None):
        self._traffic = traffic
        self._road = road
        self._careful = careful
        self._last = 0
        self._unlucky = 0

    def until(self, most):
        """The break, or nothing when so many connections find room."""
        while len(self._traffic.arrived) < most:
            self._last += 1
            self._traffic.connect(self._last, self._road)
            if broken := self._settle():
                return broken
        return None

    def _broken(self, held, limit, subject=""):
        return Break(limit, held, subject, self._road)

    def _settle(self):
        """What the newest connection broke; nothing when it arrived."""
        traffic, before = self._traffic, len(self._traffic.arrived)
        for _ in range(int(PATIENCE / PROMPT)):
            traffic.run(PROMPT, lambda: self._last in traffic.arrived | traffic.failed)
            if self._last in traffic.arrived and self._careful is not None and before >= self._careful:
                traffic.run(CHECK_PERIOD)
            if limit := ran_out():
                return self._broken(before, limit)
            if self._last in traffic.arrived:
                return None
            if self._last in traffic.failed:
                break
            met = self._in_the_way(before)
            if met == "unlucky":
                return None
            if met:
                return self._broken(before, *met)
        with open(ERRORS, encoding="utf-8", errors="replace") as log:
            return self._broken(before, "unexplained", " / ".join(log.read().splitlines()[-3:]))

    def _in_the_way(self, before):
        figures = Figures(self._road)
        accepted = figures.accepted()
        if accepted > before:
            return figures.in_the_queue()
        met = figures.at_the_door()
        if not met and figures.is_unlucky() and self._unlucky < MOST_UNLUCKY:
            self._unlucky += 1
            return "unlucky"
        return met
