# SPDX-License-Identifier: Apache-2.0
"""Which of many things are tried, and in what order: whoever stops early has seen some of every kind."""

from dataclasses import dataclass

GOLDEN = (5**0.5 - 1) / 2


def well_spread(things):
    """The same order each time; what is next to each other in it stands far apart in `things`, evenly so."""
    return [things[place] for place in sorted(range(len(things)), key=lambda place: place * GOLDEN % 1)]


@dataclass(frozen=True)
class Share:
    """One of `every`, and of those the `part`-th, from 0, of `parts`."""

    every: int = 1
    part: int = 0
    parts: int = 1

    def of(self, things):
        some = well_spread(things)[: -(-len(things) // self.every)]
        return some[self.part :: self.parts]

    def split(self, number, of):
        return Share(self.every, self.part + number * self.parts, self.parts * of)
