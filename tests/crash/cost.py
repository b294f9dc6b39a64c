# SPDX-License-Identifier: Apache-2.0
"""How long apply takes that writes a sysctl and a drop-in, where systemd and haproxy answer at once."""

import statistics
import subprocess
import time
from pathlib import Path

from truth import place

from .host import Host, run
from .scene import LIMITED_UNIT, LOCAL, QUEUES, Scene, configuration
from .service_manager import PROGRAM

PLACE_SECONDS = 600
SCENE = Scene(
    "cost",
    configuration(3000, LOCAL, 500, backlog="  backlog 30000\n"),
    (*QUEUES, "nofile_covers_maxconn"),
    ("net.core.somaxconn",),
    unit=LIMITED_UNIT,
    systemd=True,
)
ANSWERS = Path("/run/haproxy-vv")
STAND_IN = Path("/run/haproxy")
COUNT = Path("/run/haproxy-runs")


def _answer_at_once():
    """haproxy -vv as it was, haproxy -c without reading, each counted: its own time is not ours."""
    ANSWERS.write_bytes(subprocess.run((PROGRAM, "-vv"), stdout=subprocess.PIPE, check=True).stdout)
    STAND_IN.write_text(f"#!/bin/sh\necho >>{COUNT}\ncase $1 in -vv) exec cat {ANSWERS} ;; esac\n", encoding="ascii")
    STAND_IN.chmod(0o755)
    place.mount(str(STAND_IN), PROGRAM, "", place.MS_BIND)


def _timed(command):
    began = time.perf_counter()
    code, said = run(command)
    if code != 0:
        raise place.Stuck(f"{' '.join(command)} ended with {code}: {said[-400:]}")
    return time.perf_counter() - began


def _run(program, runs):
    Host(SCENE)
    _answer_at_once()
    apply, haproxy = [], []
    for _ in range(runs):
        COUNT.write_bytes(b"")
        apply.append(_timed((program, "apply", "--yes", "--quiet", "--only", ",".join(SCENE.checks))))
        executed = COUNT.stat().st_size
        haproxy.append(executed * _timed((PROGRAM, "-vv")))
        _timed((program, "revert", "--quiet"))
    return statistics.median(apply), statistics.median(haproxy), executed


def measure(program, runs):
    """Median seconds of apply, those of them in the stand-in for haproxy, and how often it ran."""
    return place.inside(lambda: _run(program, runs), PLACE_SECONDS)
