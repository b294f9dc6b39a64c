# SPDX-License-Identifier: Apache-2.0
"""The ladder as lbpreflight tells it: which limit comes first, of which object, at how many connections."""

import re
from dataclasses import dataclass

from .predicted import Unusable, endpoints_of, run, term


@dataclass(frozen=True)
class Rung:
    limit: str
    subject: str
    connections: int  # None: not known
    kind: str  # "waits", "fails" or "burst"
    aside: bool
    room: int  # the sum of its terms, in the limit's own unit
    checks: int = 0  # of that unit, kept back for health checks, which take it now and then
    servers: int = 1  # over which the connections are assumed to spread evenly

    def __str__(self):
        return f"{self.limit} of {self.subject} at {self.connections}"

    def is_met(self):
        """A small bound on a side road stops nothing else, and is never told first."""
        return self.kind != "burst" and self.connections is not None and not (self.aside and self.kind == "waits")

    def is_bind(self, address, port):
        return (address, port) in endpoints_of(self.subject)

    def tuple(self):
        """(source, destination address, destination port) of source ports; the source is "*" where none is written."""
        source, _, destination = self.subject.removeprefix("tuple:").partition(">")
        address, _, port = destination.rpartition(":")
        return source, address.strip("[]"), int(port)


@dataclass(frozen=True)
class Ladder:
    rungs: tuple[Rung, ...]

    def first(self):
        return next((rung for rung in self.rungs if rung.is_met()), None)

    def of(self, limit):
        return [rung for rung in self.rungs if rung.limit == limit]


def ladder(lbpreflight, where):
    """`where` as predict() has it."""
    report = run(lbpreflight, ["check", *where])
    if not report["ladder"]:
        raise Unusable("it tells no ladder")
    rungs = []
    for each in report["ladder"]:
        values = [each[name] for name in ("limit", "subject", "connections", "kind", "aside")]
        values[1] = re.sub("^instance:.*", "instance", values[1])  # it is named otherwise once it runs
        room, checks = term(each, ""), -term(each, "^for health checks$")
        spread = re.search(r"its ([\d,]+) servers, evenly", each["assumes"] or "")
        rungs.append(Rung(*values, room, checks, int(spread[1].replace(",", "")) if spread else 1))
    return Ladder(tuple(rungs))
