# SPDX-License-Identifier: Apache-2.0
"""Runs one configuration under load: every way through it, until the first limit of the ladder should be behind us."""

from dataclasses import asdict, replace

from . import place, service
from .burst import overflow
from .climb import Climb, ports_in_use
from .compare_ladder import bounds, compare_bursts, compare_running, compare_start, compare_ways, ends_with_a_round
from .evidence import Break
from .observed import wait
from .pair import stuck
from .predicted import Unusable
from .rungs import Ladder, Rung, ladder
from .traffic import Traffic

SECONDS = 240  # for one way, on a busy machine
CAREFUL = 3  # connections before the limit, from where on checks are given time


def _enter(case, programs):
    """A host of the case with servers on it; what must be kept, and the arguments that name the configuration."""
    traffic = Traffic()
    paths, held = service.prepare(case, programs.haproxy)
    where = [word for path in paths for word in ("--config", path)] if case.named else []
    return traffic, paths, where, held


class Refused(Exception):
    """haproxy does not start, and its last words."""


def _start(case, paths):
    process = service.start(case, paths)
    if wait(process):
        return process
    raise Refused(service.ERRORS.read_text(encoding="utf-8", errors="replace")[-300:])


def _starts(case, paths):
    """Whether it may have the descriptors it wants; nothing else may keep it from starting."""
    try:
        return bool(_start(case, paths))
    except Refused as said:
        if "FD limit" not in str(said):
            raise
        return False


def _question(case, programs):
    """What is said before haproxy runs, and while it does; nothing of the latter where it does not start."""
    _, paths, where, _held = _enter(case, programs)
    before = ladder(programs.lbpreflight, where)
    after = ladder(programs.lbpreflight, []) if _starts(case, paths) else None
    return {"before": asdict(before), "after": asdict(after) if after else None}


def _way(case, road, first, programs):
    """The break on that way, or nothing when it takes more than the first rung says."""
    traffic, paths, _, _held = _enter(case, programs)
    _start(case, paths)
    runs_out = first.limit in ("source_ports", "file_descriptors") and " check" in "".join(case.files)
    climb = Climb(traffic, road, first.connections - CAREFUL if runs_out else None)
    broken = climb.until(bounds(first)[1] + 1)
    if not broken:
        return None
    used = ports_in_use(*first.tuple()) if first.limit == "source_ports" else 0
    return asdict(replace(broken, road=None, used=used))


def _with_maxconn(case, maxconn):
    return replace(case, arguments=(*case.arguments, "-n", str(maxconn)))


def _starts_with(case, maxconn, programs):
    _, paths, _, _held = _enter(case, programs)
    return _starts(_with_maxconn(case, maxconn), paths)


def _burst(case, endpoints, programs):
    traffic, paths, _, _held = _enter(case, programs)
    return [[*key, count] for key, count in overflow(traffic, _start(case, paths), endpoints).items()]


def _inside(function, *arguments):
    """The answer of the function in a place of its own, and what stood in its way as a refusal."""

    def attempt():
        try:
            return {"answer": function(*arguments)}
        except (Unusable, TimeoutError, Refused) as reason:
            return {"refusal": str(reason)}

    told = place.inside(attempt, SECONDS)
    if "refusal" in told:
        raise place.Stuck(told["refusal"])
    return told["answer"]


def _ladder_of(value):
    return Ladder(tuple(Rung(**each) for each in value["rungs"]))


def _refused(case, said, programs):
    """The case as it starts, and the differences about that."""
    rung = said.of("file_descriptors")[0]
    highest = rung.connections
    starts = tuple(_inside(_starts_with, case, maxconn, programs) for maxconn in (highest, highest + 1))
    return _with_maxconn(case, highest), compare_start(rung, starts)


def _climb_all(case, first, programs):
    breaks = [(road, _inside(_way, case, road, first, programs)) for road in case.roads]
    return [Break(**(each | {"road": road})) for road, each in breaks if each]


def _compare_levels(case, said, programs):
    """The differences, and what else was met."""
    first = said.first()
    breaks = _climb_all(case, first, programs)
    differences = compare_ways(first, breaks)
    late = not differences and ends_with_a_round(first, breaks)
    return differences, ["a round of servers"] * late


def _compare_queues(case, said, programs):
    endpoints = sorted({(road.address, road.port) for road in case.roads})
    bursts = _inside(_burst, case, endpoints, programs)
    return compare_bursts(said, bursts), ["accept_queue"] * len(bursts)


def _examine(case, programs):
    told = _inside(_question, case, programs)
    said = _ladder_of(told["before"])
    first = said.first().limit
    if told["after"]:
        parts = [(compare_running(said, _ladder_of(told["after"])), [])]
    else:
        case, differences = _refused(case, said, programs)
        parts = [(differences, ["highest maxconn"])]
    if told["after"] or first != "file_descriptors":
        parts.append(_compare_levels(case, said, programs))
    parts.append(_compare_queues(case, said, programs))
    differences, met = (sum(each, []) for each in zip(*parts))
    return {"outcome": first, "differences": differences, "unknown": {}, "reasons": met}


def examine(case, programs):
    """As pair.examine() answers; the outcome is the first limit."""
    try:
        return _examine(case, programs)
    except place.Stuck as reason:
        return stuck(reason)
