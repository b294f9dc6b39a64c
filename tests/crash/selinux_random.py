# SPDX-License-Identifier: Apache-2.0
"""Edits of many ports and booleans at random, really committed: what libsemanage lists afterwards is what was planned,
and the way back is exact."""

import random
import time
from dataclasses import dataclass, field

from truth import place

from . import libsemanage
from .host import run
from .selinux_store import HTTP, Store, boolean, port

SECONDS = 86400
TYPES = ("http_port_t", "http_cache_port_t", "redis_port_t", "unreserved_port_t", "port_t")
BOOLEANS = ("haproxy_connect_any", "haproxy_bind_any", "httpd_can_network_relay")
MOST_PORTS = 12
WIDEST = 400


@dataclass
class Tally:
    """What came of the edits; parts are ports and booleans."""

    edits: int = 0
    reverted: int = 0
    parts: int = 0
    wrong: list[str] = field(default_factory=list)


def _context(chance):
    return HTTP.replace("http_port_t", chance.choice(TYPES))


def _is_free(ports, protocol, low, high):
    """libsemanage refuses ranges of this host's own that overlap."""
    return all(other != protocol or high < first or last < low for other, first, last in ports)


def _new_port(chance, ports):
    while True:
        protocol, low = chance.choice(("tcp", "udp", "sctp", "dccp")), chance.randint(1, 65535)
        high = min(65535, low + chance.choice((0, 0, 0, chance.randint(1, WIDEST))))
        if _is_free(ports, protocol, low, high):
            return protocol, low, high


def edit(chance, booleans, ports):
    """The parts of an edit of these lists, and the lists as they are then."""
    booleans, ports = dict(booleans), dict(ports)
    changed_ports = []
    for key in chance.sample(sorted(ports), min(len(ports), chance.randint(0, MOST_PORTS // 2))):
        after = chance.choice((None, _context(chance)))
        changed_ports.append(port(*key, ports[key], after))
        ports[key] = after
    for _ in range(chance.randint(1, MOST_PORTS)):
        key, after = _new_port(chance, [key for key in ports if ports[key]]), _context(chance)
        if key not in ports:
            changed_ports.append(port(*key, None, after))
            ports[key] = after
    changed_booleans = []
    for name in chance.sample(BOOLEANS, chance.randint(0, len(BOOLEANS))):
        after = chance.choice([value for value in (None, True, False) if value != booleans.get(name)])
        changed_booleans.append(boolean(name, booleans.get(name), after))
        booleans[name] = after
    there = {name: value for name, value in booleans.items() if value is not None}
    return changed_booleans, changed_ports, (there, {key: value for key, value in ports.items() if value})


def _listed(store):
    with libsemanage.Store(store.name) as listing:
        return listing.booleans(), listing.ports()


def _step(store, chance, lists, tally):
    """One edit, and sometimes its way back; the lists that are there then."""
    before = store.meaning()
    booleans, ports, expected = edit(chance, *lists)
    store.plan(booleans, ports)
    tally.edits += 1
    tally.parts += len(booleans) + len(ports)
    code, said = run(store.command("apply"))
    listed = _listed(store)
    if code != 0 or listed != expected or not store.is_installed():
        tally.wrong.append(f"edit {tally.edits}: apply ended with {code}: {said[-300:]}; listed {listed}")
    if chance.random() < 0.5:
        return expected
    tally.reverted += 1
    code, said = run(store.command("revert"))
    now = store.meaning()
    if code != 0 or now != before:
        different = [name for name in {**now, **before} if now.get(name) != before.get(name)]
        tally.wrong.append(f"edit {tally.edits}: revert ended with {code}: {said[-300:]}; {different}")
    return _listed(store)


def _run(program, count, seconds, seed):
    store, chance, tally = Store(program), random.Random(seed), Tally()
    lists = _listed(store)
    until = time.monotonic() + seconds
    while tally.edits < count and time.monotonic() < until and len(tally.wrong) < 20:
        lists = _step(store, chance, lists, tally)
    return vars(tally)


def examine(program, count, seconds, seed):
    """So many edits, as far as the seconds reach."""
    return Tally(**place.inside(lambda: _run(program, count, seconds, seed), SECONDS))
