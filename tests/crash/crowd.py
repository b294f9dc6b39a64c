# SPDX-License-Identifier: Apache-2.0
"""Many at once: whoever says that something was applied or undone has done it, once, and nothing of anybody is lost."""

import json
import random
import subprocess
from collections import Counter
from dataclasses import dataclass

from truth import place

from .host import ENVIRONMENT, SECONDS, Host, path_of, run
from .scene import Scene, configuration

PLACE_SECONDS = 3600
ROUNDS_IN_A_PLACE = 20  # everyone reads the whole journal: one of thousands of transactions is another question
APPLY, REVERT = "apply", "revert"
SCENE = Scene(
    "crowd",
    configuration(30000, "bind 192.0.2.7:40080", 500, backlog="  backlog 30000\n"),
    (),
    ("net.core.somaxconn", "net.ipv4.ip_nonlocal_bind", "net.ipv4.ip_local_reserved_ports"),
)
CURES = (
    "somaxconn_covers_backlog,sysctls_survive_boot",
    "bind_addresses_are_local",
    "port_range_spares_listeners",
    "somaxconn_covers_backlog,bind_addresses_are_local,port_range_spares_listeners",
)


@dataclass(frozen=True)
class Said:
    """What one of the crowd said of itself: how it ended, and which transactions it began or undid."""

    verb: str
    end: str
    transactions: tuple[int, ...]


def _commands(program, count, chance):
    for _ in range(count):
        if chance.random() < 0.5:
            yield (program, REVERT, "--wait", "60s", "--format", "json")
        else:
            yield (program, APPLY, "--yes", "--only", chance.choice(CURES), "--wait", "60s", "--format", "json")


def _all_at_once(commands):
    running = [subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL) for command in commands]
    for process in running:
        document = json.loads(process.communicate(timeout=2 * SECONDS)[0])
        yield Said(document["verb"], document["end"], tuple(document["transactions"]))


def _values():
    return {setting: " ".join(path_of(setting).read_text(encoding="ascii").split()) for setting in SCENE.settings}


def _expected(before, history):
    """The settings when exactly the transactions that are said to be in force are."""
    values = dict(before)
    for transaction in history:
        if transaction["state"] != "applied":
            continue
        for change in transaction["diff"]:
            if change["object"] in values:
                values[change["object"]] = change["after"]
    return values


def _wrong(said, history, known, before):
    """What does not fit together: the words of the crowd, the journal, and the host."""
    states = {one["id"]: one["state"] for one in history}
    begun = [one for each in said if each.end == "applied" for one in each.transactions]
    undone = [one for each in said if each.end == "undone" for one in each.transactions]
    if sorted(begun) != sorted(set(states) - known):
        yield f"applied {sorted(begun)}, and the journal has {sorted(set(states) - known)} more"
    if len(set(undone)) != len(undone):
        yield f"undone more than once: {sorted(undone)}"
    if any(states.get(one) != "undone" for one in undone):
        yield f"said to be undone, and is not: {sorted(undone)}"
    if any(state not in ("applied", "undone") for state in states.values()):
        yield f"cut off: {states}"
    if any(one["state"] == "applied" and one["standing"] != "in force" for one in history):
        yield "applied, and overtaken by one of us"
    if _values() != _expected(before, history):
        yield f"the host has {_values()}"
    strange = [each for each in said if each.end not in ("applied", "undone", "nothing to do")]
    if strange:
        yield f"ended otherwise: {strange[:3]}"


def _run(program, rounds, crowd, seed):
    Host(SCENE)
    chance, before = random.Random(seed), _values()
    known, wrong, ends = set(), [], {}
    for number in rounds:
        said = list(_all_at_once(_commands(program, crowd, chance)))
        history = json.loads(run((program, "history", "--format", "json"))[1])["transactions"]
        wrong.extend(f"round {number}: {each}" for each in _wrong(said, history, known, before))
        known = {one["id"] for one in history}
        for each in said:
            ends[f"{each.verb}: {each.end}"] = ends.get(f"{each.verb}: {each.end}", 0) + 1
    return ends, wrong


def examine(program, rounds, crowd, seed):
    """How often each end was said, and what did not fit together."""
    ends, wrong = Counter(), []
    for first in range(0, rounds, ROUNDS_IN_A_PLACE):
        few = range(first, min(first + ROUNDS_IN_A_PLACE, rounds))
        found = place.inside(lambda: _run(program, few, crowd, f"{seed}/{first}"), PLACE_SECONDS)
        ends.update(found[0])
        wrong.extend(found[1])
    return ends, wrong
