# SPDX-License-Identifier: Apache-2.0
"""The real systemd, booted in namespaces of its own, asked about one tree after the other."""

import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from multiprocessing.util import Finalize
from pathlib import Path

from .place import Stuck

BOOT = Path(__file__).resolve().parent.parent / "lab" / "boot"
DRIVER = Path(__file__).resolve().parent / "unit_driver.py"
LAYOUT = DRIVER.with_name("unit_layout.py")
SECONDS = 60  # for one answer, on a busy machine


class Manager:
    """Started with the first question; ended with this process."""

    def __init__(self):
        self._share = Path(tempfile.mkdtemp(prefix="units-"))
        for fifo in "questions", "answers":
            os.mkfifo(self._share / fifo)
        shutil.copy(DRIVER, self._share / "driver.py")
        shutil.copy(LAYOUT, self._share)
        (self._share / "bare").touch()
        inside = self._share / "inside"
        inside.write_text("#!/bin/sh\nexec python3 -B /share/driver.py\n", encoding="ascii")
        inside.chmod(0o755)
        self._process = subprocess.Popen((BOOT, self._share), start_new_session=True)
        self._end = Finalize(self, _end, (self._process, self._share), exitpriority=10)
        # Opened for both directions, a FIFO waits for nobody.
        self._questions = os.open(self._share / "questions", os.O_RDWR | os.O_CLOEXEC)
        self._answers = os.open(self._share / "answers", os.O_RDWR | os.O_CLOEXEC)
        self._rest = b""

    def ask(self, units, entries):
        """What the bus says about each unit, as systemctl shows it."""
        line = json.dumps({"units": units, "entries": entries}) + "\n"
        view = memoryview(line.encode("ascii"))
        while view:
            view = view[os.write(self._questions, view) :]
        until = time.monotonic() + SECONDS
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self._answers], [], [], 0.5)
            if ready:
                self._rest += os.read(self._answers, 1 << 16)
            elif self._process.poll() is not None or time.monotonic() > until:
                self._end()
                raise Stuck(f"systemd gave no answer: {self._process.poll()}")
        answer, _, self._rest = self._rest.partition(b"\n")
        return json.loads(answer)


def _end(process, share):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(share, ignore_errors=True)
