# SPDX-License-Identifier: Apache-2.0
"""The same line in other clothes: quotes, escapes, comments glued to words, blanks that are not spaces."""

import re

PLAIN_WORD = re.compile(r"[A-Za-z0-9_.:/@*+,\[\]-]+")
COMMENTS = ("#glued to the word", " # apart", ' # with "an open quote', "#'", "\t#")


class Disguise:
    """Changes how lines are written and nothing of what they say."""

    def __init__(self, chance):
        self._chance = chance

    def line(self, text):
        """Directives are left alone, and so are words that hold quotes or variables already."""
        if text.lstrip().startswith((".", "#")):
            return text
        indent = text[: len(text) - len(text.lstrip())]
        blank = self._chance.one(" ", " ", " ", " ", "  ", "\t", " \t ")
        words = [self._word(word) if self._chance.of(6) else word for word in text.split()]
        written = indent + blank.join(words)
        if self._chance.of(6):
            written += self._chance.one(*COMMENTS)
        return written + ("\r" if self._chance.of(2) else "")

    def _word(self, word):
        if not PLAIN_WORD.fullmatch(word) or word.startswith("["):
            return word
        at = self._chance.number(0, len(word))
        before, after = word[:at], word[at:]
        escaped = f"{before[:-1]}\\x{ord(before[-1]):02x}{after}" if before else f'""{word}'
        return self._chance.one(
            f'"{word}"', f"'{word}'", f'{before}"{after}"', f"'{before}'{after}", f'{before}""{after}', escaped
        )
