#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""units_test.py LBPREFLIGHT: systemd finds nothing wrong with the units beside that program, and little exposed."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77
EXPOSURE = {"lbpreflight.service": 20, "lbpreflight-recover.service": 35}  # in tenths, at most


def analyze(*words):
    done = subprocess.run(("systemd-analyze", *words), capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def laid_out(program, directory):
    """The units as they are installed, but for the program, which verify wants to be there."""
    for unit in (program.parent / "agent").glob("lbpreflight*.*"):
        if unit.suffix in (".service", ".timer"):
            lines = unit.read_text(encoding="utf-8").splitlines(keepends=True)
            moved = (f"ExecStart={program}{line[line.index('/lbpreflight') + 12:]}" if line.startswith("ExecStart=")
                     else line for line in lines)
            (directory / unit.name).write_text("".join(moved), encoding="utf-8")
            yield directory / unit.name


def main():
    if not shutil.which("systemd-analyze"):
        print("systemd-analyze is not installed")
        return SKIPPED
    wrong = []
    with tempfile.TemporaryDirectory() as name:
        units = sorted(laid_out(Path(sys.argv[1]).resolve(), Path(name)))
        if len(units) != 3:
            wrong.append(f"units: {units}")
        code, said = analyze("verify", "--recursive-errors=one", "--man=no", *map(str, units))
        if code != 0 or said.strip():
            wrong.append(f"verify ended with {code}: {said}")
        for unit, most in EXPOSURE.items():
            code, said = analyze("security", "--offline=true", f"--threshold={most}", "--no-pager", f"{name}/{unit}")
            print(said.strip().splitlines()[-1])
            if code != 0:
                wrong.append(f"{unit} is exposed more than {most / 10}")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
