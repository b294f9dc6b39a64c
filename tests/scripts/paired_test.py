#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The measuring of scripts/bench measures what it says: known times, memory and numbers of calls come out again."""

import shutil
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
from paired import Program, Unfit, compare, peak_rss, system_calls, wall  # noqa: E402


def python(code, good=(0,)):
    return Program("python", (sys.executable, "-I", "-S", "-c", code), good)


class Paired(unittest.TestCase):
    def test_wall_time_is_that_of_the_program(self):
        self.assertGreater(wall(Program("sleep", ("sleep", "0.2"))), 0.2)

    def test_a_ratio_says_how_much_longer_ours_takes(self):
        result = compare(Program("long", ("sleep", "0.3")), Program("short", ("sleep", "0.1")), runs=3)
        self.assertGreater(result.ours, result.theirs)
        self.assertAlmostEqual(result.ratio, 3, delta=1)

    def test_an_unexpected_end_is_no_measurement(self):
        for measure in wall, peak_rss:
            with self.assertRaisesRegex(Unfit, "ended with 3"):
                measure(python("raise SystemExit(3)"))
        self.assertGreater(wall(python("raise SystemExit(3)", good=(3,))), 0)

    def test_peak_memory_is_the_programs_own(self):
        idle = peak_rss(python("pass"))
        self.assertAlmostEqual(peak_rss(python("b'1' * 50_000_000")) - idle, 50e6, delta=5e6)
        # Neither what its children take nor what we hold ourselves counts.
        ballast = b"1" * 100_000_000
        grown = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'x = b\"1\" * 50_000_000'])"
        self.assertLess(peak_rss(python(grown)) - idle, 25e6)
        del ballast

    def test_system_calls_are_counted(self):
        if not shutil.which("strace"):
            self.skipTest("strace is not installed")
        few, many = (python(f"import os\nfor _ in range({count}): os.getppid()") for count in (0, 1000))
        self.assertAlmostEqual(system_calls(many) - system_calls(few), 1000, delta=50)
        failing = python("import os\nfor _ in range(1000): os.access('/nowhere', 0)")
        self.assertAlmostEqual(system_calls(failing) - system_calls(few), 1000, delta=50)


if __name__ == "__main__":
    unittest.main()
