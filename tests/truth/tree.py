# SPDX-License-Identifier: Apache-2.0
"""A tree of files, as a value that can be written down, made small and run again."""

import base64
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from .shrink import fewest


@dataclass(frozen=True)
class Entry:
    """A file of the tree. Content is bytes, of any kind; a link has its target instead; a directory has neither."""

    path: str
    content: bytes | None = None
    target: str | None = None

    def make(self):
        path = Path(self.path)
        if self.target is not None:
            path.symlink_to(self.target)
        elif self.content is None:
            path.mkdir()
        else:
            path.write_bytes(self.content)


@dataclass(frozen=True)
class Tree:
    entries: tuple[Entry, ...]


def save(tree, path):
    def plain(value):
        return {"base64": base64.b64encode(value).decode()}

    Path(path).write_text(json.dumps(asdict(tree), indent=1, default=plain) + "\n", encoding="utf-8")


def load(path):
    """The tree of a file that `save` wrote."""

    def entry(value):
        content = value["content"]
        return Entry(value["path"], base64.b64decode(content["base64"]) if content else None, value["target"])

    return Tree(tuple(entry(each) for each in json.loads(Path(path).read_text(encoding="utf-8"))["entries"]))


def text_of(tree):
    """For people."""
    pieces = []
    for each in tree.entries:
        kind = f"-> {each.target}" if each.target is not None else "directory" if each.content is None else ""
        pieces.append(f"{each.path} {kind}\n")
        lines = (each.content or b"").split(b"\n") if len(each.content or b"") < 5000 else [b"(long)"]
        pieces.extend(f"    {repr(line)[2:-1]}\n" for line in lines)
    return "".join(pieces)


def smaller(tree, stays, attempts):
    """The smallest tree found that `stays` still holds for: without files, then without lines."""
    left = [attempts]

    def asked(candidate):
        left[0] -= 1
        return left[0] >= 0 and stays(candidate)

    tree = Tree(tuple(fewest(tree.entries, lambda few: asked(Tree(tuple(few))))))
    for number, entry in enumerate(tree.entries):

        def with_lines(lines, number=number, entry=entry):
            changed = replace(entry, content=b"".join(lines))
            return Tree((*tree.entries[:number], changed, *tree.entries[number + 1 :]))

        if entry.content:
            lines = fewest(entry.content.splitlines(keepends=True), lambda few, make=with_lines: asked(make(few)))
            tree = with_lines(lines)
    return tree
