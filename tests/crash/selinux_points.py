# SPDX-License-Identifier: Apache-2.0
"""Where a run that commits to a SELinux store can be cut off: every rename, write and removal of each process."""

import re
from dataclasses import dataclass
from pathlib import Path

CALLS = (
    "rename", "renameat", "renameat2", "write", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "fsync", "syncfs",
    "flock", "fchmod", "chmod", "openat", "execve", "waitid",
)
_LINE = re.compile(r"^(\d+) +(\w+)\((.*)$")
_PATH = re.compile(r"^\d+<([^>]*)>")
_OPENS_TO_WRITE = re.compile(r"O_(CREAT|TRUNC|WRONLY|RDWR)")
_BY_DESCRIPTOR = ("write", "fsync")
# strace kills in the process that comes first to the number; the paths of others are none that two processes write.
_SHARED = ("/var/lib/lbpreflight", "/dev/null", "pipe:")


@dataclass(frozen=True)
class Point:
    """The `number`-th call of that name in a process, of those on `path` where there is one; `text` is for people."""

    call: str
    number: int
    text: str
    path: str = ""

    def injection(self):
        return f"{self.call}:signal=SIGKILL:when={self.number}"

    def __str__(self):
        return f"{self.call} {self.number}: {self.text[:90]}"


def tracing(file):
    """The command that lists the calls of a run and all its children."""
    return ("strace", "-f", "-y", "-qq", "-s", "16", "-o", str(file), "-e",
            "trace=" + ",".join(f"?{call}" for call in CALLS))


def injecting(file, point, parent=False):
    """The same, killed there; with `parent`, lbpreflight dies as well, when it learns of it."""
    path = ("-P", point.path) if point.path else ()
    # With a path only calls on it are seen: that of the parent, which is on none, is not.
    also = ("-e", "inject=waitid:signal=SIGKILL:when=1") if parent and not path else ()
    return (*tracing(file), *path, "-e", f"inject={point.injection()}", *also)


def _changes(call, arguments):
    if call == "openat":
        return bool(_OPENS_TO_WRITE.search(arguments)) and "/dev/null" not in arguments
    return not (call == "write" and arguments.startswith(("1<", "2<")))


def _path(call, arguments):
    found = _PATH.match(arguments) if call in _BY_DESCRIPTOR else None
    return found[1] if found and not found[1].startswith(_SHARED) and Path(found[1]).is_absolute() else ""


def points_of(trace):
    """In order, each once: of the calls on a path the number is among those on it in one process."""
    counts, met, found = {}, set(), []
    for line in trace.splitlines():
        match = _LINE.match(line)
        if not match:
            continue
        process, call, arguments = match.groups()
        path = _path(call, arguments)
        number = counts[process, call, path] = counts.get((process, call, path), 0) + 1
        plain = counts[process, call] = counts.get((process, call), 0) + 1
        number = number if path else plain
        if (call, path, number) not in met and _changes(call, arguments):
            met.add((call, path, number))
            found.append(Point(call, number, " ".join(arguments.split()), path))
    return found


def after_swap(points):
    """Those from the exchange of the stores on; all where none are exchanged."""
    exchange = (place for place, point in enumerate(points) if point.call == "rename" and "/active" in point.text)
    return points[next(exchange, 0) :]
