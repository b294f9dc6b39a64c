# SPDX-License-Identifier: Apache-2.0
"""Where a run can be cut off: each of its calls that changes something, by name and number, from one trace."""

import re
from dataclasses import dataclass

CALLS = (
    "openat", "write", "fsync", "fdatasync", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat",
    "chmod", "fchmod", "fchmodat", "chown", "fchown", "fchownat", "setxattr", "fsetxattr", "removexattr",
    "fremovexattr", "mkdir", "mkdirat", "rmdir", "ftruncate", "futimens", "utimensat", "flock", "sendmsg",
)
ERRORS = ("ENOSPC", "EIO", "EACCES", "EROFS", "EINTR")
# Of a socket that does not block; full for ever would be a systemd that does not answer, for which it waits a minute.
SOCKET_ERRORS = ("EPIPE", "ECONNRESET", "ENOBUFS")
FULL = "EAGAIN"
_LINE = re.compile(r"^(?:\d+ +)?(\w+)\((.*)$")
_METHOD = re.compile(r"\\3\\1s\\0\S+?\\0\\0\\0(\w+)")  # the header field of a D-Bus call that names it
_OPENS_TO_WRITE = re.compile(r"O_(CREAT|TRUNC|WRONLY|RDWR)")


@dataclass(frozen=True)
class Point:
    """The `number`-th call of that name, from 1; `text` tells a person which it is."""

    call: str
    number: int
    text: str


@dataclass(frozen=True)
class Cut:
    """What happens at a point: death on entry, or an error, once or from then on."""

    point: Point
    error: str = ""  # empty: SIGKILL
    lasting: bool = False

    def injection(self):
        which = f"{self.point.number}{'+' if self.lasting else ''}"
        what = f"error={self.error}" if self.error else "signal=SIGKILL"
        return f"{self.point.call}:{what}:when={which}"

    def __str__(self):
        how = f"{self.error} {'from then on' if self.lasting else 'once'}" if self.error else "killed"
        return f"{how} at {self.point.call} {self.point.number}: {self.point.text[:80]}"


def _changes(call, arguments):
    if call == "openat":
        return bool(_OPENS_TO_WRITE.search(arguments)) and "/dev/null" not in arguments
    if call == "write":
        return not arguments.startswith(("1,", "2,"))
    return True


def _told(call, arguments):
    if call != "sendmsg":
        return " ".join(f"{call}({arguments}".split())
    method = _METHOD.search(arguments)
    return method[1] if method else "authentication"


def tracing(file):
    """The command that lists a run's calls, with as much of each as the header of a D-Bus call is long."""
    return ("strace", "-qq", "-s", "200", "-o", str(file), "-e", "trace=" + ",".join(f"?{call}" for call in CALLS))


def injecting(file, cut):
    return (*tracing(file), "-e", f"inject={cut.injection()}")


def points_of(trace):
    """Those that change something, in order."""
    numbers, found = {}, []
    for line in trace.splitlines():
        match = _LINE.match(line)
        if not match:
            continue
        call, arguments = match.groups()
        numbers[call] = numbers.get(call, 0) + 1
        if _changes(call, arguments):
            found.append(Point(call, numbers[call], _told(call, arguments)))
    return found


def cuts_of(point):
    yield Cut(point)
    on_bus = point.call == "sendmsg"
    for error in SOCKET_ERRORS if on_bus else ERRORS:
        yield Cut(point, error)
        yield Cut(point, error, lasting=True)
    if on_bus:
        yield Cut(point, FULL)
