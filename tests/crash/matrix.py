# SPDX-License-Identifier: Apache-2.0
"""Runs one verb in one scene, cut off at one point, and says whether anything is torn."""

from pathlib import Path

from truth import place

from . import scene as scenes
from .points import cuts_of, injecting, points_of, tracing

TRACE = Path("/run/trace")
SECONDS = 3600
APPLIED, ROLLED_BACK, TORN = 0, 4, 5


class Bench:
    """A scene with the host before and after, and the commands that lead from one to the other."""

    def __init__(self, scene, program):
        self.scene, self.program = scene, program
        scenes.furnish(scene)
        self.before = scenes.snapshot(scene)
        code, said = scenes.run(self.command("apply"))
        if code != APPLIED:
            raise place.Stuck(f"{scene.name}: apply ended with {code}: {said[-400:]}")
        self.after = scenes.snapshot(scene)
        if self.after == self.before:
            raise place.Stuck(f"{scene.name}: apply changed nothing: {said[-400:]}")
        code, said = scenes.run(self.command("revert"))
        if code != APPLIED or scenes.snapshot(scene) != self.before:
            raise place.Stuck(f"{scene.name}: revert ended with {code}: {said[-400:]}")

    def command(self, verb):
        if verb == "apply":
            return (self.program, "apply", "--yes", "--quiet", "--only", ",".join(self.scene.checks))
        return (self.program, verb)

    def reset(self, verb, prelude=None):
        """The host as `verb` finds it: untouched, applied, or cut off at `prelude`."""
        scenes.restore(self.scene, self.before)
        if verb == "revert":
            scenes.run(self.command("apply"))
        if prelude is not None:
            scenes.run(self.command("apply"), injecting(TRACE, prelude))
            self.emulate()

    def emulate(self):
        for setting in self.scene.settings:
            if not scenes.path_of(setting).read_text(encoding="ascii").strip():
                scenes.keep_settings(self.scene, self.before[setting])

    def points(self, verb, prelude=None):
        self.reset(verb, prelude)
        scenes.run(self.command(verb), tracing(TRACE))
        return points_of(TRACE.read_text(encoding="utf-8", errors="replace"))

    def halves(self, now):
        """Objects that are neither as before nor as after."""
        for name in sorted(set(now) | set(self.before) | set(self.after)):
            if name.endswith(scenes.LEFTOVER):
                continue
            if now.get(name) not in (self.before.get(name), self.after.get(name)):
                yield name

    def whole(self, now):
        return now in (self.before, self.after)

    def examine(self, verb, cut, prelude=None):
        """(whether the cut was met, what is wrong)."""
        self.reset(verb, prelude)
        code, said = scenes.run(self.command(verb), injecting(TRACE, cut))
        met = "(INJECTED)" in TRACE.read_text(encoding="utf-8", errors="replace") or code in (-9, 137)
        self.emulate()
        wrong = [f"{name} is torn" for name in self.halves(scenes.snapshot(self.scene))]
        wrong.extend(self.lies(verb, code))
        code, said = scenes.run(self.command("recover"))
        if code != 0:
            wrong.append(f"recover ended with {code}: {said[-300:]}")
        now = scenes.snapshot(self.scene)
        if not self.whole(now):
            different = [name for name in set(now) | set(self.before) if now.get(name) != self.before.get(name)]
            wrong.append(f"after recover: {sorted(different)}")
        code, said = scenes.run(self.command("recover"))
        if code != 0 or scenes.snapshot(self.scene) != now:
            wrong.append(f"a second recover ended with {code} or changed something")
        return met, [f"{verb} {cut}: {each}" for each in wrong]

    def lies(self, verb, code):
        """Success that is none, and a rollback that was none."""
        now = scenes.snapshot(self.scene)
        wanted = self.after if verb == "apply" else self.before
        if code == APPLIED and verb != "recover" and now != wanted:
            yield "silent: exit code 0, and it is not so"
        if code == ROLLED_BACK and now != self.before:
            yield "silent: said to be rolled back, and it is not"


def verbs_of(bench):
    """(verb, prelude): recover is examined after an apply that was killed at its end, and one in its middle."""
    points = bench.points("apply")
    yield "apply", None
    yield "revert", None
    for point in (points[len(points) // 2], points[-1]):
        yield "recover", next(iter(cuts_of(point)))


def _run(scene, program, wanted):
    bench = Bench(scene, program)
    tried, missed, wrong, number = 0, 0, [], 0
    for verb, prelude in verbs_of(bench):
        for point in bench.points(verb, prelude):
            for cut in cuts_of(point):
                number += 1
                if not wanted(number):
                    continue
                met, found = bench.examine(verb, cut, prelude)
                tried, missed = tried + met, missed + (not met)
                wrong.extend(f"{scene.name}: {each}" for each in found)
    return {"tried": tried, "missed": missed, "wrong": wrong, "all": number}


def run(scene, program, wanted):
    """Every point that `wanted` (a function of its number) picks."""
    return place.inside(lambda: _run(scene, program, wanted), SECONDS)
