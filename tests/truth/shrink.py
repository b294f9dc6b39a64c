# SPDX-License-Identifier: Apache-2.0
"""Makes a disagreement small: what can be left out while it stays is left out."""

from dataclasses import replace

from .case import Host


def _without(items, size):
    """The list without each run of so many items, one at a time."""
    for begin in range(0, len(items), size):
        yield items[:begin] + items[begin + size :]


def fewest(items, stays):
    """Fewer items: large runs are left out first, then smaller ones, while `stays(items)` holds."""
    size = max(1, len(items) // 2)
    while size:
        for fewer in _without(items, size):
            if stays(fewer):
                items = fewer
                break
        else:
            size //= 2
    return items


class Shrinker:
    """`stays(case)` tells whether a case still shows the disagreement; it is asked so many times."""

    def __init__(self, stays, attempts):
        self._asked = stays
        self._left = attempts

    def _stays(self, case):
        """Attempts are counted and not seconds: a busy machine finds the same small case."""
        self._left -= 1
        return self._left >= 0 and self._asked(case)

    def _reduce(self, items, with_items):
        """Fewer items; `with_items` makes the case that has them."""
        return fewest(items, lambda few: self._stays(with_items(few)))

    def _text(self, case):
        """Sections, then lines, then words."""
        for split, join in ((_sections, "".join), (_lines, "".join)):
            items = self._reduce(split(case.files[0]), lambda few, join=join: replace(case, files=(join(few),)))
            case = replace(case, files=(join(items),))
        lines = _lines(case.files[0])
        for number, line in enumerate(lines):

            def with_words(words, number=number):
                changed = "  " * line.startswith((" ", "\t")) + " ".join(words) + "\n"
                return replace(case, files=("".join([*lines[:number], changed, *lines[number + 1 :]]),))

            if len(line.split()) > 2 and (words := self._reduce(line.split(), with_words)) != line.split():
                case = with_words(words)
                lines = _lines(case.files[0])
        return case

    def _host(self, case):
        """What does not matter is as on any other host."""
        plain = Host()
        for name in vars(plain):
            calm = replace(case, host=replace(case.host, **{name: getattr(plain, name)}))
            if calm != case and self._stays(calm):
                case = calm
        return case

    def _one_road(self, case):
        """Each takes seconds to load: one that is enough is looked for first."""
        for road in case.roads if len(case.roads) > 1 else ():
            alone = replace(case, roads=(road,))
            if self._stays(alone):
                return alone
        return case

    def smaller(self, case):
        """The smallest case found."""
        case = self._one_road(case)
        plain = {"arguments": (), "environment": (), "named": True, "directory": False}
        for name, value in {"files": ("".join(case.files),), **plain}.items():
            simpler = replace(case, **{name: value})
            if simpler != case and self._stays(simpler):
                case = simpler
        case = self._host(case)
        return self._text(case) if len(case.files) == 1 else case


def _lines(text):
    return text.splitlines(keepends=True)


def _sections(text):
    """Each begins with a line that is not indented; a directive belongs to the section it stands in."""
    sections = []
    for line in _lines(text):
        if not sections or not line.startswith((" ", "\t", ".", "#", "[", "\n")):
            sections.append("")
        sections[-1] += line
    return sections
