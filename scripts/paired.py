# SPDX-License-Identifier: Apache-2.0
"""Measures programs against each other: alternating runs, so that a noisy machine is noisy to both; medians."""

import ctypes
import os
import re
import signal
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass

PTRACE_TRACEME, PTRACE_CONT, PTRACE_SETOPTIONS = 0, 7, 0x4200
PTRACE_O_TRACEEXIT, PTRACE_EVENT_EXIT = 0x40, 6

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


class Unfit(Exception):
    """A run that cannot be compared: it ended otherwise than it should."""


@dataclass(frozen=True)
class Program:
    """A command line, and the exit codes with which it has done its work."""

    name: str
    argv: tuple[str, ...]
    good: tuple[int, ...] = (0,)

    def check(self, status):
        if status not in self.good:
            raise Unfit(f"{self.name}: `{' '.join(self.argv)}` ended with {status}")


def wall(program):
    """Seconds from the start of the program to its end, its output thrown away."""
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    began = time.perf_counter()
    pid = os.posix_spawnp(program.argv[0], program.argv, os.environ, file_actions=actions)
    _, status, _ = os.wait4(pid, 0)
    took = time.perf_counter() - began
    program.check(os.waitstatus_to_exitcode(status))
    return took


@dataclass(frozen=True)
class Comparison:
    ours: float  # seconds, median
    theirs: float  # seconds, median
    ratio: float  # median of the ratios of neighbouring runs


def compare(ours, theirs, runs):
    """Runs both `runs` times in turn, who begins alternating; one run each beforehand warms the caches."""
    wall(ours), wall(theirs)
    pairs = []
    for number in range(runs):
        if number % 2:
            pairs.append((wall(ours), wall(theirs)))
        else:
            pairs.append((wall(theirs), wall(ours))[::-1])
    return Comparison(
        ours=statistics.median(pair[0] for pair in pairs),
        theirs=statistics.median(pair[1] for pair in pairs),
        ratio=statistics.median(pair[0] / pair[1] for pair in pairs),
    )


def median_wall(program, runs):
    wall(program)
    return statistics.median(wall(program) for _ in range(runs))


def peak_rss(program):
    """Peak resident memory in bytes of the program itself, without the programs it runs: VmHWM as it exits.

    ru_maxrss will not do: it also counts reaped children, and the parent's own memory before exec.
    """

    def trace_me():
        _libc.ptrace(PTRACE_TRACEME, 0, None, None)

    child = subprocess.Popen(
        program.argv,
        preexec_fn=trace_me,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.waitpid(child.pid, 0)  # stopped by its own exec
    _libc.ptrace(PTRACE_SETOPTIONS, child.pid, None, PTRACE_O_TRACEEXIT)
    peak, deliver = 0, 0
    while True:
        _libc.ptrace(PTRACE_CONT, child.pid, None, deliver)
        _, status = os.waitpid(child.pid, 0)
        if not os.WIFSTOPPED(status):
            child.returncode = os.waitstatus_to_exitcode(status)
            program.check(child.returncode)
            return peak
        exiting = status >> 8 == signal.SIGTRAP | PTRACE_EVENT_EXIT << 8
        deliver = 0 if exiting else os.WSTOPSIG(status)
        if exiting:
            with open(f"/proc/{child.pid}/status", encoding="ascii", errors="replace") as lines:
                peak = int(re.search(r"^VmHWM:\s+(\d+) kB", lines.read(), re.M)[1]) * 1024


def system_calls(program, follow=True):
    """How many system calls the program makes, with those of the programs it runs if `follow`."""
    with tempfile.NamedTemporaryFile("r") as counts:
        tracer = ("strace", *(["-f"] if follow else []), "-c", "-o", counts.name, *program.argv)
        run = subprocess.run(
            tracer, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )
        program.check(run.returncode)
        # % time, seconds, usecs/call, calls, errors (may be blank), "total"
        return int(counts.read().splitlines()[-1].split()[3])
