# SPDX-License-Identifier: Apache-2.0
"""The points of a scene, as many as are asked for, and what came of them."""

import time
from dataclasses import dataclass, field

from truth import place

from .bench import Bench

SECONDS = 86400  # for all points of a scene


@dataclass
class Tally:
    """What came of the trials; `known` are those that an earlier run had made."""

    all: int = 0
    wanted: int = 0
    tried: int = 0
    known: int = 0
    missed: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, met, wrong):
        self.missed += not met
        self.wrong.extend(wrong)


def _run(scene, program, share, ledger, until):
    bench = Bench(scene, program)
    trials = list(bench.trials())
    chosen = share.of(trials)
    tally = Tally(all=len(trials), wanted=len(chosen))
    for trial in chosen:
        outcome = ledger.find(scene.name, trial.key())
        if outcome:
            tally.known += 1
        elif time.monotonic() < until:
            outcome = bench.examine(trial)
            ledger.add(scene.name, trial.key(), *outcome)
            tally.tried += 1
        if outcome:
            tally.add(*outcome)
    return vars(tally)


def examine(scene, program, share, ledger, seconds):
    """The share's points, as far as the seconds reach."""
    until = time.monotonic() + seconds
    return Tally(**place.inside(lambda: _run(scene, program, share, ledger, until), SECONDS))
