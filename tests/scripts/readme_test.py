#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The output shown in README.md is what lbpreflight prints: each marked block is made again and compared.

    readme_test.py LBPREFLIGHT             compare
    readme_test.py LBPREFLIGHT --update    write the blocks into README.md

A block stands between `<!-- output: NAME -->` and `<!-- end -->`; readme_outputs says which command makes NAME.
"""

import re
import shlex
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
OUTPUTS = Path(__file__).with_name("readme_outputs")
BLOCK = re.compile(r"^<!-- output: (\S+) -->\n.*?^<!-- end -->$", re.M | re.S)
MARKER = re.compile(r"^<!-- output:", re.M)
EXAMINED = (0, 1, 3)  # exit codes of a run that has something to show
program = "lbpreflight"


def commands(text):
    """NAME -> command of each line that is neither empty nor a comment."""
    lines = (line.strip() for line in text.splitlines())
    return dict(line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))


def output(command):
    """What the command prints, run from the root of the repository; `lbpreflight` is the program under test."""
    words = shlex.split(command)
    words[0] = program if words[0] == "lbpreflight" else words[0]
    run = subprocess.run(
        words,
        cwd=ROOT,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode not in EXAMINED:
        raise AssertionError(f"`{command}` ended with {run.returncode}: {run.stderr}")
    return run.stdout


def rendered(text, known):
    """The text with every block made anew."""

    def block(match):
        name = match[1]
        if name not in known:
            raise AssertionError(f"{OUTPUTS.name} has no command for the block {name}")
        return f"<!-- output: {name} -->\n```console\n$ {known[name]}\n{output(known[name])}```\n<!-- end -->"

    return BLOCK.sub(block, text)


class Readme(unittest.TestCase):
    maxDiff = None

    def test_shows_what_the_program_prints(self):
        text = README.read_text(encoding="utf-8")
        self.assertEqual(text, rendered(text, commands(OUTPUTS.read_text(encoding="utf-8"))))

    def test_every_command_has_its_block(self):
        shown = {match[1] for match in BLOCK.finditer(README.read_text(encoding="utf-8"))}
        self.assertEqual(shown, set(commands(OUTPUTS.read_text(encoding="utf-8"))))

    def test_every_marker_belongs_to_a_block(self):
        text = README.read_text(encoding="utf-8")
        self.assertEqual(len(MARKER.findall(text)), len(BLOCK.findall(text)))


class Rendering(unittest.TestCase):
    """On a text of its own, whatever README.md shows today."""

    KNOWN = {"greeting": "echo hello"}

    def test_makes_a_block_from_its_command(self):
        text = "a\n<!-- output: greeting -->\nold\n<!-- end -->\nb\n"
        made = "a\n<!-- output: greeting -->\n```console\n$ echo hello\nhello\n```\n<!-- end -->\nb\n"
        self.assertEqual(rendered(text, self.KNOWN), made)
        self.assertEqual(rendered(made, self.KNOWN), made)

    def test_refuses_a_block_without_a_command(self):
        with self.assertRaisesRegex(AssertionError, "no command for the block other"):
            rendered("<!-- output: other -->\n<!-- end -->", self.KNOWN)

    def test_refuses_a_command_that_examined_nothing(self):
        with self.assertRaisesRegex(AssertionError, "ended with 2"):
            output("ls --no-such-option")

    def test_reads_the_list_of_commands(self):
        self.assertEqual(commands("# words\n\n  greeting  echo hello \n"), {"greeting": "echo hello"})


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments and not arguments[0].startswith("-"):
        program = str(Path(arguments.pop(0)).resolve())
    if arguments == ["--update"]:
        known = commands(OUTPUTS.read_text(encoding="utf-8"))
        README.write_text(rendered(README.read_text(encoding="utf-8"), known), encoding="utf-8")
    else:
        unittest.main(argv=[sys.argv[0], *arguments])
