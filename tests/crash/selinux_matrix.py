# SPDX-License-Identifier: Apache-2.0
"""A commit of libsemanage cut off at one point after another, and what `recover` makes of it."""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from truth import place

from .host import run
from .order import well_spread
from .selinux_points import Point, after_swap, injecting, points_of, tracing
from .selinux_store import HTTP, Store, boolean, port

TRACE = Path("/run/trace")
SECONDS = 86400  # for all points
APPLIED, ROLLED_BACK, TORN = 0, 4, 5
KILLED = (-9, 137)
MENDED = 0


@dataclass(frozen=True)
class Trial:
    """A verb, on a host where apply was cut off at `prelude`, itself cut off: the process at that point, and ours with
    it or, `alone`, not: then it has to find its own way."""

    verb: str
    prelude: Point | None
    point: Point
    alone: bool

    def __str__(self):
        before = f" after apply was killed at {self.prelude}" if self.prelude else ""
        return f"{self.verb}{before}, {'one' if self.alone else 'all'} killed at {self.point}"


@dataclass
class Tally:
    """What came of the trials."""

    all: int = 0
    tried: int = 0
    missed: int = 0
    renames: int = 0
    after_swap: int = 0
    wrong: list[str] = field(default_factory=list)


def edit_of(store):
    """Booleans and ports, new ones and one that has a label already."""
    store.plan([], [port("tcp", 9000, 9010, None, HTTP)])
    code, said = run(store.command("apply"))
    if code != APPLIED:
        raise place.Stuck(f"apply ended with {code}: {said}")
    store.keep()
    names = ("haproxy_connect_any", "haproxy_bind_any") if store.name == "balancer" else ("httpd_can_network_connect",)
    cache = HTTP.replace("http_port_t", "http_cache_port_t")
    store.plan(
        [boolean(name, None, True) for name in names],
        [port("tcp", 8888, 8888, None, HTTP), port("udp", 8443, 8443, None, HTTP),
         port("tcp", 9000, 9010, HTTP, cache)],
    )


def reap():
    """Whom we killed left children behind, and here they are ours."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


class Bench:
    """A store before and after an edit, and the commands that lead from one to the other."""

    def __init__(self, program, tree):
        self.store = Store(program, tree)
        edit_of(self.store)
        self.store.bring_back()
        self.before = self.store.snapshot()
        self._run("apply", APPLIED)
        self.after = self.store.snapshot()
        self._run("revert", MENDED)
        if self.store.snapshot() != self.before or self.after == self.before:
            raise place.Stuck("apply and revert are not each other's way back")

    def _run(self, verb, wanted):
        code, said = run(self.store.command(verb))
        if code != wanted:
            raise place.Stuck(f"{verb} ended with {code}: {said[-400:]}")

    def reset(self, verb, prelude):
        """The host as `verb` finds it: untouched, applied, or cut off at `prelude`."""
        self.store.bring_back()
        if verb == "revert":
            self._run("apply", APPLIED)
        if prelude is not None:
            run(self.store.command("apply"), injecting(TRACE, prelude, parent=True))

    def points(self, verb, prelude=None):
        self.reset(verb, prelude)
        run(self.store.command(verb), tracing(TRACE))
        return points_of(TRACE.read_text(encoding="utf-8", errors="replace"))

    def preludes(self):
        """Apply killed without a store, before the policy is installed, and at the end of the commit."""
        late = after_swap(self.points("apply"))
        renames = [point for point in late if point.call == "rename"]
        installs = [point for point in renames if "/policy/policy." in point.text and "/etc/" in point.text]
        removals = [point for point in late if point.call in ("unlink", "rmdir")]
        return renames[1], installs[0], removals[len(removals) // 2]

    def trials(self, late):
        for verb, prelude in ("apply", None), ("revert", None), *(("recover", one) for one in self.preludes()):
            points = self.points(verb, prelude)
            for point in after_swap(points) if late else points:
                yield Trial(verb, prelude, point, alone=True)
                if not point.path:
                    yield Trial(verb, prelude, point, alone=False)

    def examine(self, trial):
        """Whether the cut was met, and what is wrong."""
        self.reset(trial.verb, trial.prelude)
        code, said = run(self.store.command(trial.verb), injecting(TRACE, trial.point, parent=not trial.alone))
        met = "+++ killed by SIGKILL +++" in TRACE.read_text(encoding="utf-8", errors="replace") or code in KILLED
        wrong = [*self._lies(trial.verb, code, said), *self._left_by_recover()]
        reap()
        return met, [f"{trial}: {each}" for each in wrong]

    def _lies(self, verb, code, said):
        now = self.store.snapshot()
        if code == APPLIED and now != (self.after if verb == "apply" else self.before):
            yield f"ended with {code}, and it is not so"
        if code == ROLLED_BACK and now != self.before:
            yield f"ended with {code}, rolled back, and it is not so"
        if code not in (APPLIED, ROLLED_BACK, TORN, *KILLED):
            yield f"ended with {code}: {said[-200:]}"

    def _left_by_recover(self):
        """Store and installed policy as before or as after; and once more it changes nothing."""
        code, said = run(self.store.command("recover"))
        now = self.store.snapshot()
        if code != MENDED:
            yield f"recover ended with {code}: {said[-300:]}"
        if now not in (self.before, self.after):
            different = [name for name in {**now, **self.before} if now.get(name) != self.before.get(name)]
            yield f"after recover: {sorted(different)}"
        code, _ = run(self.store.command("recover"))
        if code != MENDED or self.store.snapshot() != now:
            yield f"a second recover ended with {code} or changed something"


def _run(program, tree, late, every, seconds):
    bench = Bench(program, tree)
    trials = list(bench.trials(late))
    applied = [trial.point for trial in trials if trial.verb == "apply" and trial.alone]
    tally = Tally(all=len(trials), renames=sum(point.call.startswith("rename") for point in applied),
                  after_swap=len(after_swap(applied)))
    chosen = well_spread(trials)[: -(-len(trials) // every)]
    until = time.monotonic() + seconds
    for trial in chosen:
        if time.monotonic() >= until:
            break
        met, wrong = bench.examine(trial)
        tally.tried += 1
        tally.missed += not met
        tally.wrong.extend(wrong)
    return vars(tally)


def examine(program, tree, late, every, seconds):
    """One of `every` points, of the `late` ones or of all, as far as the seconds reach."""
    return Tally(**place.inside(lambda: _run(program, tree, late, every, seconds), SECONDS))
