# SPDX-License-Identifier: Apache-2.0
"""Runs one verb in one scene, cut off at one point, and says whether anything is torn."""

from dataclasses import dataclass
from pathlib import Path

from truth.place import Stuck

from .host import LEFTOVER, NEVER_ENDED, Host, run
from .points import Cut, cuts_of, injecting, points_of, tracing

TRACE = Path("/run/trace")
KILLED = (-9, 137)
DONE, ROLLED_BACK = 0, 4
FELL_SHORT = (1, 3)  # what could not be looked at is not planned for; what was planned is done
UNTOUCHED = (2, 6)
TOLD = "exit code"


@dataclass(frozen=True)
class Trial:
    """A verb, on a host where apply was cut off at `prelude`, itself cut off."""

    verb: str
    prelude: Cut | None
    cut: Cut

    def key(self):
        before = f" after {self.prelude.injection()}" if self.prelude else ""
        return f"{self.verb}{before}: {self.cut.injection()}"

    def __str__(self):
        before = f" after apply {self.prelude}" if self.prelude else ""
        return f"{self.verb}{before}, {self.cut}"


class Bench:
    """A scene with the host before and after, and the commands that lead from one to the other."""

    def __init__(self, scene, program):
        self.scene, self.program = scene, program
        self.host = Host(scene)
        self.before = self.host.snapshot()
        code, said = run(self.command("apply"))
        self.after, self.asked = self.host.snapshot(), self.host.asked_of_systemd()
        if code != DONE or self.after == self.before:
            raise Stuck(f"{scene.name}: apply ended with {code}: {said[-400:]}")
        code, said = run(self.command("revert"))
        if code != DONE or self.host.snapshot() != self.before:
            raise Stuck(f"{scene.name}: revert ended with {code}: {said[-400:]}")

    def command(self, verb):
        how = ("--yes", "--quiet", "--only", ",".join(self.scene.checks)) if verb == "apply" else ()
        return (self.program, verb, *how, *(("--allow-restart",) if self.scene.runs else ()))

    def reset(self, verb, prelude):
        """The host as `verb` finds it: untouched, applied, or cut off at `prelude`."""
        self.host.bring_back(self.before)
        if verb == "revert":
            run(self.command("apply"))
        if prelude is not None:
            run(self.command("apply"), injecting(TRACE, prelude))
            self.host.keep_settings(self.before)

    def points(self, verb, prelude=None):
        self.reset(verb, prelude)
        run(self.command(verb), tracing(TRACE))
        return points_of(TRACE.read_text(encoding="utf-8", errors="replace"))

    def trials(self):
        """recover is examined after an apply that was killed at its end, and one in its middle."""
        points = self.points("apply")
        killed = [next(cuts_of(point)) for point in (points[len(points) // 2], points[-1])]
        for verb, prelude in ("apply", None), ("revert", None), *(("recover", cut) for cut in killed):
            for point in self.points(verb, prelude):
                yield from (Trial(verb, prelude, cut) for cut in cuts_of(point))

    def halves(self, now):
        """Objects that are neither as before nor as after."""
        for name in sorted(set(now) | set(self.before) | set(self.after)):
            if not name.endswith(LEFTOVER) and now.get(name) not in (self.before.get(name), self.after.get(name)):
                yield name

    def examine(self, trial):
        """Whether the cut was met, and what is wrong."""
        self.reset(trial.verb, trial.prelude)
        begin = self.host.snapshot()
        code, _ = run(self.command(trial.verb), injecting(TRACE, trial.cut))
        met = "(INJECTED)" in TRACE.read_text(encoding="utf-8", errors="replace") or code in KILLED
        self.host.keep_settings(self.before)
        now = self.host.snapshot()
        if trial.verb == "apply" and code in FELL_SHORT and not self.is_whole(now):
            wrong = list(self.left_by_smaller_plan(code, now))
        else:
            wrong = [f"{name} is torn" for name in self.halves(now)]
            wrong.extend(self.lies(trial.verb, code, begin, now))
            wrong.extend(self.left_by_recover())
        return met, [f"{self.scene.name}: {trial}: {each}" for each in wrong]

    def is_whole(self, now):
        return now in (self.before, self.after)

    def halves(self, now):
        """Objects that are neither as before nor as after."""
        for name in sorted(set(now) | set(self.before) | set(self.after)):
            if not name.endswith(LEFTOVER) and now.get(name) not in (self.before.get(name), self.after.get(name)):
                yield name

    def lies(self, verb, code, begin, now):
        """Success that is none, a rollback that was none, and what was asked of systemd more or less than needed."""
        wanted = self.after if verb == "apply" else self.before
        if code == NEVER_ENDED:
            yield "it does not end"
        if code == DONE and verb != "recover" and now != wanted:
            yield f"{TOLD} {code}: success, and it is not so"
        if code == ROLLED_BACK and now != self.before:
            yield f"{TOLD} {code}: rolled back, and it is not so"
        if code in UNTOUCHED and now != begin:
            yield f"{TOLD} {code}: nothing was changed, and it is not so"
        if code in FELL_SHORT and not self.is_whole(now):
            yield f"{TOLD} {code}: it is between two states"
        asked = self.host.asked_of_systemd()
        if code == DONE and verb == "apply" and asked != self.asked:
            yield f"{TOLD} {code}: after {asked} reloads and restarts instead of {self.asked}"

    def left_by_smaller_plan(self, code, now):
        """It was carried out as a whole, if it comes off as a whole."""
        ended, _ = run(self.command("recover"))
        if ended != 0 or self.host.snapshot() != now:
            yield f"{TOLD} {code}: what was planned is done, and there is something to recover"
        ended, said = run(self.command("revert"))
        if ended != 0 or self.host.snapshot() != self.before:
            yield f"what was planned does not come off, revert ended with {ended}: {said[-300:]}"

    def left_by_recover(self):
        """The whole host as before or as after; and once more it changes nothing."""
        ended, said = run(self.command("recover"))
        if ended != 0:
            yield f"recover ended with {ended}: {said[-300:]}"
        now = self.host.snapshot()
        if not self.is_whole(now):
            different = [name for name in set(now) | set(self.before) if now.get(name) != self.before.get(name)]
            yield f"after recover: {sorted(different)}"
        ended, _ = run(self.command("recover"))
        if ended != 0 or self.host.snapshot() != now:
            yield f"a second recover ended with {ended} or changed something"
