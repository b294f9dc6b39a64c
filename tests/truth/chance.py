# SPDX-License-Identifier: Apache-2.0
"""Seeded choices: the same seed makes the same pair, on every machine."""

import random


class Chance:
    def __init__(self, seed):
        self._random = random.Random(seed)

    def of(self, percent):
        """True in so many of a hundred cases."""
        return self._random.random() * 100 < percent

    def one(self, *choices):
        return self._random.choice(choices)

    def number(self, least, most):
        return self._random.randint(least, most)

    def some(self, most, *choices):
        """Up to `most` different ones, in random order."""
        return self._random.sample(choices, self.number(0, min(most, len(choices))))

    def different(self, count, *choices):
        """So many of them, in random order."""
        return self._random.sample(choices, count)

    def maybe(self, percent, text):
        """A list of that text, or an empty one."""
        return [text] if self.of(percent) else []
