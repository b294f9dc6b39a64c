# SPDX-License-Identifier: Apache-2.0
"""Trees of unit files: what lbpreflight makes of them, and what systemd says on the bus after daemon-reload."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import unit_trees
from .compare import difference
from .place import Stuck
from .unit_layout import lay_out
from .unit_manager import Manager

CONFIG = "defaults\n  mode http\n  timeout client 1s\n  timeout server 1s\n  timeout connect 1s\n"
REFUSED = ("masked", "not-found", "error", "bad-setting")
_manager = None  # of this process


def manager():
    global _manager  # pylint: disable=global-statement
    if _manager is None:
        _manager = Manager()
    return _manager


def number(limit):
    return "infinity" if limit == "unlimited" else str(limit)


def predicted(lbpreflight, root, unit):
    """What lbpreflight says of one unit, in systemctl's words; nothing where it knows none of that name."""
    words = (lbpreflight, "facts", "--format", "json", "--root", root, "--instance", unit)
    done = subprocess.run(words, capture_output=True, timeout=60, check=False)
    if done.returncode != 0 and b"no such instance" in done.stderr:
        return None
    if done.returncode not in (0, 3):
        raise Stuck(f"facts --instance {unit}: exit code {done.returncode}: {done.stderr!r}")
    facts = json.loads(done.stdout)
    limit = facts["instances"][0]["unit_limit"]
    if "error" in limit:
        raise Stuck(f"facts --instance {unit}: {limit['error']}")
    nofile = limit["reloaded"]["nofile"]
    said = facts["units"][0]
    return {
        "Id": limit["id"],
        "LimitNOFILE": number(nofile["hard"]),
        "LimitNOFILESoft": number(nofile["soft"]),
        "FragmentPath": said["fragment_path"],
        "DropInPaths": " ".join(said["drop_in_paths"]),
    }


def compare(unit, ours, real):
    if ours is None:
        return [] if real["LoadState"] in REFUSED else [difference("load", f"{unit} is {real['LoadState']}, not to us")]
    if real["LoadState"] != "loaded":
        return [difference("load", f"{unit} is {real['LoadState']}, to us {ours}")]
    real = {**real, "FragmentPath": re.sub(r"^/lib/", "/usr/lib/", real["FragmentPath"])}
    real["DropInPaths"] = real["DropInPaths"].encode("latin-1").decode("utf-8", "replace")
    names = [name for name in ours if ours[name] != real[name]]
    return [difference(name, f"{unit}: {name}={real[name]}, to us {ours[name]}") for name in names]


class UnitTrees:
    """Which limit the files of a unit give."""

    noun, count, reasons = "trees", 500, "also met"

    def case_of(self, seed):
        units, entries = unit_trees.tree(seed)
        return {"units": units, "entries": entries}

    def examine(self, case, programs):
        root = tempfile.mkdtemp(prefix="tree-")
        verdict = {"outcome": "compared", "differences": [], "unknown": {}, "reasons": []}
        base = {"/lib": {"link": "usr/lib"}, "/etc/haproxy/haproxy.cfg": {"text": CONFIG}}
        try:
            lay_out({**base, **case["entries"]}, lambda path: os.fsencode(root) + path.encode("latin-1"))
            real = manager().ask(case["units"], case["entries"])
            for unit, each in zip(case["units"], real):
                verdict["reasons"].append(each["LoadState"])
                verdict["differences"] += compare(unit, predicted(programs.lbpreflight, root, unit), each)
        except Stuck as reason:
            global _manager  # pylint: disable=global-statement
            _manager = None
            verdict["outcome"] = "stuck"
            verdict["differences"].append(difference("stuck", str(reason)))
        finally:
            shutil.rmtree(root)
        return verdict

    def smaller(self, case, stays, attempts):
        """Units, then files, then lines that can be left out while the disagreement stays are left out."""
        for make in one_unit, one_file_less, one_line_less:
            changed = True
            while changed and attempts > 0:
                changed = False
                for candidate in make(case):
                    attempts -= 1
                    if attempts > 0 and stays(candidate):
                        case, changed = candidate, True
                        break
        return case

    def keep(self, case, stem):
        text = json.dumps(case, indent=1)
        Path(f"{stem}.json").write_text(text + "\n", encoding="ascii")
        return text

    def load(self, path):
        return json.loads(Path(path).read_text(encoding="utf-8"))


def one_unit(case):
    for unit in case["units"] if len(case["units"]) > 1 else ():
        yield {**case, "units": [unit]}


def one_file_less(case):
    for path in case["entries"]:
        yield {**case, "entries": {other: entry for other, entry in case["entries"].items() if other != path}}


def one_line_less(case):
    for path, entry in case["entries"].items():
        lines = entry.get("text", "").splitlines(keepends=True)
        for number in range(len(lines)):
            fewer = {"text": "".join(lines[:number] + lines[number + 1 :])}
            yield {**case, "entries": {**case["entries"], path: fewer}}
