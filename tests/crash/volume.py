# SPDX-License-Identifier: Apache-2.0
"""What a power cut may leave of files: of everything that was not yet fsynced, any part, in any order.

A change is one of an inode: of its data, its mode or, of a directory, its names. It is sure to last once that inode was
fsynced after it; until then it may be lost or kept, whatever becomes of the changes around it. A rename is one change,
both names at once; a write is two, because pages are written one by one, and what is lost before what is kept reads as
zeros. What no name leads to is not there.
"""

from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import PurePosixPath
from typing import Callable, NamedTuple

from .operations import Operation

MOST_LOOSE = 10  # changes of which every subset is lost; of more, those with at most MOST_APART lost, or kept
MOST_APART = 2
ROOT = 0


class Entry(NamedTuple):
    """A file, or a directory, which has no content."""

    mode: int
    content: bytes | None


@dataclass(frozen=True)
class Inode:
    mode: int
    data: bytes = b""
    names: dict[str, int] | None = None  # of a directory

    def with_mode(self, mode):
        return replace(self, mode=mode)

    def with_data(self, offset, data):
        before, after = self.data[:offset].ljust(offset, b"\0"), self.data[offset + len(data):]
        return replace(self, data=before + data + after)

    def with_names(self, names):
        merged = {**self.names, **names}
        return replace(self, names={name: inode for name, inode in merged.items() if inode is not None})


@dataclass
class Change:
    """What an operation made of one inode."""

    inode: int
    made: Callable[[Inode], Inode]
    operation: Operation
    lasts: bool = False


def losses(loose):
    """Which of these may be lost together, the fewest first."""
    sizes = range(len(loose) + 1)
    if len(loose) > MOST_LOOSE:
        sizes = (size for size in sizes if not MOST_APART < size < len(loose) - MOST_APART)
    for size in sizes:
        yield from combinations(loose, size)


class Volume:
    """Files as programs see them, and what of that has not reached the disk for certain."""

    def __init__(self, tree):
        """`tree`: entries by absolute path, which all last."""
        self._now = {ROOT: Inode(0o755, names={})}
        self._first = dict(self._now)
        self._changes = []
        for path, entry in sorted(tree.items()):
            self.play(Operation("create" if entry.content is not None else "mkdir", path, mode=entry.mode))
            if entry.content:
                self.play(Operation("write", path, data=entry.content))
        self._first = dict(self._now)
        self._changes = []

    def play(self, operation):
        getattr(self, f"_{operation.kind}")(operation)

    def tree(self):
        """As programs see it."""
        return _tree_of(self._now)

    def left_by_power_cut(self):
        """Every tree that may be found after the next boot, and the operations of which something was lost."""
        for lost in losses([number for number, change in enumerate(self._changes) if not change.lasts]):
            inodes = dict(self._first)
            for number, change in enumerate(self._changes):
                if number not in lost:
                    inodes[change.inode] = change.made(inodes[change.inode])
            yield _tree_of(inodes), [self._changes[number].operation for number in lost]

    def _find(self, path):
        inode = ROOT
        for name in PurePosixPath(path).parts[1:]:
            inode = self._now[inode].names[name]
        return inode

    def _place(self, path):
        """The directory, and the name in it."""
        pure = PurePosixPath(path)
        return self._find(pure.parent), pure.name

    def _change(self, operation, inode, made):
        self._changes.append(Change(inode, made, operation))
        self._now[inode] = made(self._now[inode])

    def _enter(self, operation, new):
        """A new inode under a name; its mode comes with it."""
        directory, name = self._place(operation.path)
        inode = len(self._now)
        self._now[inode] = self._first[inode] = new
        self._change(operation, directory, lambda it: it.with_names({name: inode}))

    def _mkdir(self, operation):
        self._enter(operation, Inode(operation.mode, names={}))

    def _create(self, operation):
        directory, name = self._place(operation.path)
        if name not in self._now[directory].names:
            self._enter(operation, Inode(operation.mode))

    def _write(self, operation):
        inode, data = self._find(operation.path), operation.data
        end, half = len(self._now[inode].data), len(data) // 2
        for offset, part in ((end, data[:half]), (end + half, data[half:])):
            self._change(operation, inode, lambda it, offset=offset, part=part: it.with_data(offset, part))

    def _chmod(self, operation):
        self._change(operation, self._find(operation.path), lambda it: it.with_mode(operation.mode))

    def _rename(self, operation):
        directory, name = self._place(operation.path)
        there, target = self._place(operation.target)
        if there != directory:
            raise NotImplementedError(f"{operation}: from one directory into another")
        inode = self._now[directory].names[name]
        self._change(operation, directory, lambda it: it.with_names({name: None, target: inode}))

    def _unlink(self, operation):
        directory, name = self._place(operation.path)
        self._change(operation, directory, lambda it: it.with_names({name: None}))

    def _fsync(self, operation):
        inode = self._find(operation.path)
        for change in self._changes:
            change.lasts |= change.inode == inode


def _tree_of(inodes):
    found, waiting = {}, [("", ROOT)]
    while waiting:
        path, directory = waiting.pop()
        for name, number in inodes[directory].names.items():
            inode = inodes[number]
            found[f"{path}/{name}"] = Entry(inode.mode, inode.data if inode.names is None else None)
            if inode.names is not None:
                waiting.append((f"{path}/{name}", number))
    return found
