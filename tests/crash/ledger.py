# SPDX-License-Identifier: Apache-2.0
"""What has been tried, a line each, so that a run that was stopped can be gone on with."""

import hashlib
import json
import os


class OtherProgram(Exception):
    """The results are of another program than the one to be tried."""


class Ledger:
    """A file that several processes append to, or none: then nothing is known and nothing is kept."""

    def __init__(self, path, program):
        self._file, self._known = None, {}
        if path is None:
            return
        # A line is one write(2), which O_APPEND puts at the end as a whole.
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        with open(program, "rb") as binary:
            digest = hashlib.sha256(binary.read()).hexdigest()
        with open(path, encoding="utf-8") as lines:
            self._read([json.loads(line) for line in lines if line.endswith("\n")], digest)

    def _read(self, entries, digest):
        if not entries:
            self._append({"program": digest})
        elif entries[0] != {"program": digest}:
            raise OtherProgram("these results are of another program")
        for entry in entries[1:]:
            self._known[entry["scene"], entry["trial"]] = entry

    def _append(self, entry):
        os.write(self._file, json.dumps(entry).encode() + b"\n")

    def find(self, scene, trial):
        """What came of it: whether the cut was met, and what was wrong."""
        entry = self._known.get((scene, trial))
        return entry and (entry["met"], entry["wrong"])

    def add(self, scene, trial, met, wrong):
        if self._file is not None:
            self._append({"scene": scene, "trial": trial, "met": met, "wrong": wrong})
