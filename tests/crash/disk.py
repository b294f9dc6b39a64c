# SPDX-License-Identifier: Apache-2.0
"""The files of a host that survive a boot, as a value: read, and put back."""

import stat
from pathlib import Path

from .volume import Entry

ROOTS = (Path("/etc"), Path("/var/lib"))


def _entry(path):
    mode = path.lstat().st_mode
    return Entry(stat.S_IMODE(mode), None if stat.S_ISDIR(mode) else path.read_bytes())


def read():
    """Every file and directory below the roots, and what leads there, by path."""
    found = {}
    for root in ROOTS:
        for path in (*root.parents[:-1], root, *root.rglob("*")):
            found[str(path)] = _entry(path)
    return found


def put(tree):
    """Makes the host's files those of `tree`."""
    now = read()
    for name in sorted(now.keys() - tree.keys(), reverse=True):
        path = Path(name)
        path.unlink() if now[name].content is not None else path.rmdir()
    for name, entry in sorted(tree.items()):
        if now.get(name) == entry:
            continue
        path = Path(name)
        if entry.content is not None:
            path.write_bytes(entry.content)
        elif name not in now:
            path.mkdir()
        path.chmod(entry.mode)
