# SPDX-License-Identifier: Apache-2.0
"""Cuts the power at every step of what lbpreflight does in one scene, and says what is torn after the next boot.

A story is a row of runs, all but the last of which may be killed. Power is cut during the last one, when the disk still
lacks whatever nobody has fsynced since the first one began.
"""

import os
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from truth import place

from . import disk
from .bench import Bench
from .host import run as started
from .operations import operations_of, watching
from .points import Cut
from .volume import Volume

TRACE = Path("/run/trace")
BOOT_ID = Path("/run/boot_id")
THIS_BOOT, NEXT_BOOT = (f"{digit * 8}-{digit * 4}-4{digit * 3}-8{digit * 3}-{digit * 12}\n" for digit in "12")
UMASK = 0o077  # the strictest in use: a mode that matters is then set by a call of its own, which can be lost
SECONDS = 3600


@dataclass(frozen=True)
class Run:
    """One run of lbpreflight, to its end or until it is killed."""

    verb: str
    cut: Cut | None = None

    def __str__(self):
        return f"{self.verb} ({self.cut.injection()})" if self.cut else self.verb


def files_of(snapshot):
    return {name: entry for name, entry in snapshot.items() if name.startswith("/")}


class Mains:
    """A scene whose power can be cut."""

    def __init__(self, scene, program, ignoring_fsync):
        self.ignoring_fsync = ignoring_fsync
        self.bench = Bench(scene, program)
        self.host = self.bench.host
        self.before, self.after = files_of(self.bench.before), files_of(self.bench.after)
        os.umask(UMASK)
        BOOT_ID.touch()
        place.mount(str(BOOT_ID), "/proc/sys/kernel/random/boot_id", "", place.MS_BIND)
        self.host.bring_back(self.bench.before)
        self.blank = disk.read()
        self.seen, self.cuts, self.torn = set(), 0, []

    def stories(self):
        """Kills matter for what they leave without an fsync: where none counts, they add nothing."""
        yield (Run("apply"),)
        yield Run("apply"), Run("revert")
        if self.ignoring_fsync:
            return
        for point in self.bench.points("apply"):
            yield Run("apply", Cut(point)), Run("recover")
            yield Run("apply", Cut(point)), Run("apply")
        for point in self.bench.points("revert"):
            yield Run("apply"), Run("revert", Cut(point)), Run("recover")

    def examine(self, story):
        name = ", ".join(map(str, story))
        (*earlier, last), promised = self.tell(story)
        volume = Volume(self.blank)
        for operation in chain.from_iterable(earlier):
            volume.play(operation)
        self.cut(volume, f"{name}: power cut at its beginning")
        for operation in last:
            volume.play(operation)
            self.cut(volume, f"{name}: power cut after {operation}")
        if promised is not None:
            self.cut(volume, f"{name}: power cut after its success", promised)

    def tell(self, story):
        """What each run asked of the disk, and the files there were when the last one said that it succeeded."""
        self.boot(self.blank, THIS_BOOT)
        volume, told, code = Volume(self.blank), [], None
        for run in story:
            code, _ = started(self.bench.command(run.verb), watching(TRACE, run.cut))
            self.host.keep_settings(self.bench.before)
            asked = list(operations_of(TRACE.read_text(encoding="ascii"), disk.ROOTS, UMASK))
            for operation in asked:
                volume.play(operation)
            told.append([each for each in asked if each.kind != "fsync" or not self.ignoring_fsync])
        if volume.tree() != disk.read():
            raise place.Stuck(f"{', '.join(map(str, story))}: files were changed by calls that are not understood")
        return told, self.files() if code == 0 else None

    def boot(self, tree, boot_id):
        """The host with these files; no running value outlives a boot."""
        self.host.bring_back(self.bench.before)
        disk.put(tree)
        BOOT_ID.write_text(boot_id, encoding="ascii")

    def files(self):
        return files_of(self.host.snapshot())

    def cut(self, volume, moment, promised=None):
        """Every disk that may be left at this moment and that was not seen before."""
        self.cuts += 1
        for tree, lost in volume.left_by_power_cut():
            found = hash((frozenset(tree.items()), promised is not None and frozenset(promised.items())))
            if found in self.seen:
                continue
            self.seen.add(found)
            faults = list(self.faults(tree, promised))
            if faults:
                what = ", ".join(map(str, lost)) or "nothing"
                self.torn.append(f"{moment}, lost: {what}: {'; '.join(faults)}")

    def faults(self, tree, promised):
        """What is wrong with the host that boots with this disk; `promised`: the files there were at a success."""
        self.boot(tree, NEXT_BOOT)
        yield from self.halves("before recover")
        code, said = started(self.bench.command("recover"))
        if code != 0:
            yield f"recover ended with {code}: {said[-300:].strip()}"
            return
        yield from self.halves("after recover")
        files, settled = self.files(), disk.read()
        if files not in (self.before, self.after):
            yield "the host is neither as before nor as after"
        if promised is not None and files != promised:
            yield "the success did not last"
        code, said = started(self.bench.command("recover"))
        if code != 0 or disk.read() != settled:
            yield f"a second recover ended with {code} or changed something: {said[-300:].strip()}"
        code, said = started(self.bench.command("revert"))
        if code != 0 or self.files() != self.before:
            yield f"revert ended with {code} and does not lead back: {said[-300:].strip()}"

    def halves(self, when):
        return (f"{name} is torn {when}" for name in self.bench.halves(self.host.snapshot()))


def _run(scene, program, ignoring_fsync):
    mains = Mains(scene, program, ignoring_fsync)
    for story in mains.stories():
        mains.examine(story)
    return {"cuts": mains.cuts, "disks": len(mains.seen), "torn": mains.torn}


def run(scene, program, ignoring_fsync):
    """The number of power cuts and of different disks after them, and which of these are torn, and how."""
    return place.inside(lambda: _run(scene, program, ignoring_fsync), SECONDS)
