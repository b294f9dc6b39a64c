# SPDX-License-Identifier: Apache-2.0
"""Where the ladder and what broke differ: a defect of the ladder until proven otherwise."""

from .compare import difference


def tolerance(connections):
    """What the ladder may be off by: 2 %, and one connection, which a check's port or descriptor may be."""
    return max(1, connections * 2 // 100)


def bounds(first):
    """The fewest and the most connections with which the limit is met where it was told. Over several servers the
    spread is even only after a whole round, and whose turn is last is not told."""
    off, round_left = tolerance(first.connections), first.servers - 1
    return first.connections - max(off, round_left), first.connections + max(off, round_left)


def _is_same(broken, first):
    """The limit that was told, of the object that was told."""
    if broken.limit != first.limit:
        return False
    if first.limit == "bind_maxconn":
        return first.is_bind(broken.road.address, broken.road.port)
    if first.limit == "source_ports":
        off = tolerance(first.room)
        return first.room - off <= broken.used <= first.room + first.checks + off
    return first.limit == "file_descriptors" or broken.subject == first.subject


def _counts(broken):
    """A bound on a side road stops nothing else."""
    return not (broken.road.aside and broken.limit == "server_maxconn")


def compare_ways(first, breaks):
    """The lowest break is the one that was told; the others come no earlier."""
    met = [broken for broken in breaks if _counts(broken)]
    told = f"told: {first}; met: {', '.join(map(str, met)) or 'nothing'}"
    early = [broken for broken in met if broken.held < bounds(first)[0]]
    if early:
        return [difference(f"{early[0].limit} before {first.limit}", told)]
    if not any(_is_same(broken, first) for broken in met):
        return [difference(f"{first.limit} not met", told)]
    return []


def compare_start(rung, starts):
    """Of a haproxy that does not start: with that maxconn it would, and with one more it would not."""
    if starts == (True, False):
        return []
    text = f"told: {rung}; with that maxconn and with one more it starts: {starts}"
    return [difference("highest maxconn", text)]


def compare_bursts(said, bursts):
    """Each queue, exactly."""
    return [
        difference("accept_queue", f"told: {rung}; {count} waited at {address}:{port}")
        for address, port, count in bursts
        for rung in said.of("accept_queue")
        if rung.is_bind(address, port) and rung.connections != count
    ]


def compare_running(before, after):
    """A start changes no limit; one connection, which a check may hold just now, is no difference."""
    first, again = before.first(), after.first()
    same = (first.limit, first.subject) == (again.limit, again.subject)
    if same and abs(first.connections - again.connections) <= 1:
        return []
    return [difference("running", f"told before: {first}; while it runs: {again}")]


def ends_with_a_round(first, breaks):
    """Whether it takes the round of the servers to find them agree, beyond the 2 %."""
    same = [abs(broken.held - first.connections) for broken in breaks if _is_same(broken, first)]
    return min(same, default=0) > tolerance(first.connections)
