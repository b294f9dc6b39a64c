# SPDX-License-Identifier: Apache-2.0
"""A place of a pair's own: mount, network, process, host name and IPC namespaces, with nothing but loopback in them."""

import ctypes
import fcntl
import json
import os
import select
import signal
import socket
import struct
import time
from pathlib import Path

from .case import HOST_NAME

NEW_NAMESPACES = 0x00020000 | 0x40000000 | 0x20000000 | 0x04000000 | 0x08000000  # mount, net, pid, uts, ipc
MS_REC, MS_PRIVATE, MS_BIND = 0x4000, 0x40000, 0x1000
PR_SET_PDEATHSIG = 1
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
WORK = Path("/run/truth")
DIRECTORIES = (
    (WORK, 0o755),
    (WORK / "sockets", 0o777),
    (WORK / "empty", 0o755),
    (WORK / "roots", 0o755),
    (WORK / "closed", 0o700),
    (WORK / "sticky", 0o1777),
)

_libc = ctypes.CDLL(None, use_errno=True)


class Stuck(Exception):
    """What ran in the place did not end in time, or ended without an answer."""


def _check(status, what):
    if status != 0:
        raise OSError(ctypes.get_errno(), what)


def end_with_parent():
    """However it ends."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def mount(source, target, kind, flags=0, options=""):
    words = [word.encode() if word else None for word in (source, target, kind)]
    _check(_libc.mount(*words, ctypes.c_ulong(flags), options.encode()), f"mount {target}")


def _loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = bytearray(struct.pack("16sh14x", b"lo", 0))
        fcntl.ioctl(any_socket, SIOCGIFFLAGS, request)
        flags = struct.unpack_from("h", request, 16)[0]
        struct.pack_into("h", request, 16, flags | IFF_UP)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, request)


def _furnish():
    """An empty /run, a unit directory of our own, and /proc of these namespaces."""
    mount("", "/", "", MS_REC | MS_PRIVATE)
    mount("proc", "/proc", "proc")
    for directory in "/run", "/etc/systemd/system":
        mount("tmpfs", directory, "tmpfs", options="mode=755")
    for directory, mode in DIRECTORIES:
        directory.mkdir()
        directory.chmod(mode)
    (WORK / "plain").touch()
    _check(_libc.sethostname(HOST_NAME.encode(), len(HOST_NAME)), "sethostname")
    _loopback_up()


def _first_process(function, answer):
    """Process 1 of the namespaces: when it ends, everything in them does."""
    end_with_parent()
    _furnish()
    with os.fdopen(answer, "w", encoding="utf-8") as out:
        json.dump(function(), out)


def _outer_process(function, answer):
    end_with_parent()
    _check(_libc.unshare(NEW_NAMESPACES), "unshare")
    _in_child(_first_process, function, answer)


def _in_child(function, *arguments):
    """Runs the function in a child and waits for it; the child never returns from here."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            function(*arguments)
            status = 0
        except BaseException as reason:  # pylint: disable=broad-except
            os.write(2, f"truth: {type(reason).__name__}: {reason}\n".encode())
        finally:
            os._exit(status)
    os.waitpid(child, 0)


def inside(function, seconds):
    """What `function` returns (of JSON's types) when it is called in a place of its own."""
    incoming, outgoing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(incoming)
            _outer_process(function, outgoing)
        except OSError as reason:
            os.write(2, f"truth: {reason}\n".encode())
        finally:
            os._exit(0)
    os.close(outgoing)
    try:
        return json.loads(_read_all(incoming, seconds))
    except ValueError:
        raise Stuck("no answer from the place") from None
    finally:
        os.close(incoming)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _read_all(descriptor, seconds):
    until, pieces = time.monotonic() + seconds, []
    while True:
        ready, _, _ = select.select([descriptor], [], [], max(0, until - time.monotonic()))
        if not ready:
            raise Stuck(f"not done in {seconds} s")
        piece = os.read(descriptor, 1 << 16)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)


def why_not():
    """Why no place can be made here; empty when it can."""
    if os.geteuid() != 0:
        return "namespaces of its own need root"
    try:
        return "" if inside(lambda: True, 20) else "no namespaces"
    except Stuck as reason:
        return f"namespaces of its own: {reason}"
