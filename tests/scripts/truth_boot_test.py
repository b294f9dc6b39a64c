#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/truth --sysctls agrees where lbpreflight is right, and sees it where lbpreflight says something else.

    truth_boot_test.py LBPREFLIGHT
"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from truth import sysctl_trees, sysctls, tree  # noqa: E402
from truth.chance import Chance  # noqa: E402
from truth.place import why_not  # noqa: E402
from truth.tree import Entry, Tree  # noqa: E402

program = "lbpreflight"

# Starts lbpreflight, and takes away what systemd-sysctl sets somaxconn to.
LIAR = """#!{python} -ISB
import json, subprocess, sys
run = subprocess.run([{program!r}, *sys.argv[1:]], capture_output=True)
document = json.loads(run.stdout)
for key in document["keys"]:
    if key["key"] == "net.core.somaxconn":
        key["systemd"]["value"] = None
print(json.dumps(document))
"""


def made(seed):
    return sysctl_trees.case_of(Chance(seed))


class Trees(unittest.TestCase):
    def test_a_seed_is_a_tree(self):
        self.assertEqual([made(seed) for seed in range(20)], [made(seed) for seed in range(20)])
        self.assertEqual(len({made(seed) for seed in range(20)}), 20)

    def test_a_tree_can_be_written_down(self):
        whole = Tree((Entry("/a", b"\xff\0\n"), Entry("/b", target="a"), Entry("/c"), Entry("/d", b"")))
        with tempfile.TemporaryDirectory() as directory:
            tree.save(whole, Path(directory, "tree.json"))
            self.assertEqual(tree.load(Path(directory, "tree.json")), whole)

    def test_what_does_not_matter_is_left_out(self):
        def stays(candidate):
            return any(b"b = 2" in (each.content or b"") for each in candidate.entries)

        whole = Tree((Entry("/x", b"a = 1\n"), Entry("/y", b"a = 1\nb = 2\nc = 3\n"), Entry("/z", target="x")))
        self.assertEqual(tree.smaller(whole, stays, 100), Tree((Entry("/y", b"b = 2\n"),)))


class Real(unittest.TestCase):
    """With both loaders, in namespaces."""

    def setUp(self):
        if reason := why_not() or sysctls.why_not():
            self.skipTest(reason)
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)

    def truth(self, *arguments, ours=None):
        words = [ROOT / "scripts" / "truth", "--lbpreflight", ours or program, "--keep", self.scratch.name, *arguments]
        return subprocess.run(words, capture_output=True, text=True, timeout=280, check=False)

    def test_they_agree(self):
        done = self.truth("--sysctls", "--count", "12", "--jobs", "2", "--shrink", "0")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("12 trees, 0 disagreements", done.stdout)

    def test_a_wrong_value_is_seen(self):
        liar = Path(self.scratch.name, "liar")
        liar.write_text(LIAR.format(python=sys.executable, program=program), encoding="utf-8")
        liar.chmod(0o755)
        files = (Entry("/etc/sysctl.d/10-a.conf", b"# x\nnet.core.somaxconn = 77\n"), Entry("/etc/sysctl.conf", b"#\n"))
        tree.save(Tree(files), Path(self.scratch.name, "given.json"))
        given = Path(self.scratch.name, "given.json")
        self.assertEqual(self.truth("--case", given).stdout, "truth: resolved, 0 disagreements\n")
        done = self.truth("--case", given, ours=liar)
        self.assertEqual(done.returncode, 1)
        self.assertIn("net.core.somaxconn: '4096' expected, '77' set", done.stdout)


if __name__ == "__main__":
    program = os.path.abspath(sys.argv.pop(1))
    unittest.main()
