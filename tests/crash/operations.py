# SPDX-License-Identifier: Apache-2.0
"""What a run asked of the disk: the successful calls of a trace (strace -y) that change files or make them last."""

import codecs
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from .points import CALLS

LONGEST = 1 << 20  # bytes of one write that a trace shows
_CALL = re.compile(r"^(\w+)\((.*)\) += (\d+)(?:<.*>)?$")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_DESCRIPTOR = re.compile(r"(?:\d+|AT_FDCWD)<([^>]*)>")
_MODE = re.compile(r"\b(0[0-7]*)$")


@dataclass(frozen=True)
class Operation:
    """kind: create, mkdir, write, chmod, rename, unlink (of a directory as well), fsync."""

    kind: str
    path: str
    target: str = ""
    mode: int = 0
    data: bytes = b""

    def __str__(self):
        return f"{self.kind} {self.path}{' to ' + self.target if self.target else ''}"


def _decoded(text):
    return codecs.escape_decode(text.encode("ascii"))[0]


def _descriptors(arguments):
    return _DESCRIPTOR.findall(_STRING.sub('""', arguments))


def _paths(arguments):
    """Those that pairs of a directory's descriptor and a name in it mean."""
    names = (_decoded(name).decode() for name in _STRING.findall(arguments))
    return [str(PurePosixPath(directory, name)) for directory, name in zip(_descriptors(arguments), names)]


def _written(arguments, count):
    data = _decoded(_STRING.search(arguments)[1])[:count]
    if len(data) != count:
        raise ValueError(f"the trace shows {len(data)} of {count} bytes")
    return data


def _operation(call, arguments, result, umask):
    mode = _MODE.search(arguments)
    if call == "openat" and "O_CREAT" in arguments:
        return Operation("create", _paths(arguments)[0], mode=int(mode[1], 8) & ~umask)
    if call == "mkdirat":
        return Operation("mkdir", _paths(arguments)[0], mode=int(mode[1], 8) & ~umask)
    if call == "write":
        return Operation("write", _descriptors(arguments)[0], data=_written(arguments, result))
    if call == "fchmod":
        return Operation("chmod", _descriptors(arguments)[0], mode=int(mode[1], 8))
    if call in ("renameat", "renameat2"):
        return Operation("rename", *_paths(arguments))
    if call == "unlinkat":
        return Operation("unlink", _paths(arguments)[0])
    if call in ("fsync", "fdatasync"):
        return Operation("fsync", _descriptors(arguments)[0])
    return None


def watching(file, cut=None):
    """The command that writes a trace with every byte in it, of a run that may be cut off."""
    trace = ("strace", "-qq", "-y", "-s", str(LONGEST), "-o", str(file), "-e",
             "trace=" + ",".join(f"?{call}" for call in (*CALLS, "umask")))
    return (*trace, "-e", f"inject={cut.injection()}") if cut else trace


def operations_of(trace, roots, umask):
    """Those on paths below `roots`, in order; calls of other kinds are passed over."""
    for line in trace.splitlines():
        match = _CALL.match(line)
        if match and match[1] == "umask":
            umask = int(match[2], 8)
        found = match and _operation(match[1], match[2], int(match[3]), umask)
        if found and any(PurePosixPath(found.path).is_relative_to(root) for root in roots):
            yield found
