#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scripts/power-loss leaves what a disk may leave: everything fsynced, any part of the rest, and nothing else."""

import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from crash.operations import Operation, operations_of  # noqa: E402
from crash.volume import MOST_LOOSE, Entry, Volume, losses  # noqa: E402

OLD, NEW = Entry(0o644, b"old"), Entry(0o644, b"newer")
WRITE = Operation("write", "/d/.f", data=NEW.content)
SYNC_FILE, SYNC_DIRECTORY = Operation("fsync", "/d/.f"), Operation("fsync", "/d")
MAKE = (Operation("create", "/d/.f", mode=0o600), WRITE, Operation("chmod", "/d/.f", mode=0o644))
RENAME = Operation("rename", "/d/.f", "/d/f")


def volume_after(*operations, tree=None):
    volume = Volume({"/d": Entry(0o755, None), **(tree or {})})
    for operation in operations:
        volume.play(operation)
    return volume


def left(*operations, path="/d/f", tree=None):
    """What may be found under a path; None where nothing is."""
    return {found.get(path) for found, _ in volume_after(*operations, tree=tree).left_by_power_cut()}


def names_left(*operations):
    return {tuple(sorted(tree)) for tree, _ in volume_after(*operations).left_by_power_cut()}


class Left(unittest.TestCase):
    def test_a_file_that_was_not_fsynced_may_be_empty_or_half_or_of_another_mode(self):
        found = left(*MAKE, RENAME, SYNC_DIRECTORY)
        self.assertEqual({entry.content for entry in found}, {b"", b"ne", b"\0\0wer", b"newer"})
        self.assertEqual({entry.mode for entry in found}, {0o600, 0o644})

    def test_a_file_that_was_fsynced_before_its_name_was_is_whole_or_not_there(self):
        self.assertEqual(left(*MAKE, SYNC_FILE, RENAME), {None, NEW})
        self.assertEqual(left(*MAKE, SYNC_FILE, RENAME, SYNC_DIRECTORY), {NEW})

    def test_what_is_replaced_is_the_old_one_or_the_new_one(self):
        self.assertEqual(left(*MAKE, SYNC_FILE, RENAME, tree={"/d/f": OLD}), {OLD, NEW})
        self.assertIn(Entry(0o600, b""), left(*MAKE, RENAME, tree={"/d/f": OLD}))

    def test_a_rename_is_of_both_names(self):
        names = names_left(*MAKE, SYNC_FILE, SYNC_DIRECTORY, RENAME)
        self.assertEqual(names, {("/d", "/d/.f"), ("/d", "/d/f")})

    def test_an_fsync_is_of_what_came_before_it(self):
        self.assertIn(Entry(0o644, b""), left(SYNC_DIRECTORY, *MAKE[:1], SYNC_FILE, *MAKE[1:], RENAME, SYNC_DIRECTORY))

    def test_what_is_removed_may_be_back_until_its_directory_is_fsynced(self):
        unlink = Operation("unlink", "/d/f")
        self.assertEqual(left(unlink, tree={"/d/f": OLD}), {None, OLD})
        self.assertEqual(left(unlink, SYNC_DIRECTORY, tree={"/d/f": OLD}), {None})

    def test_a_file_is_lost_with_its_directory(self):
        inside = (Operation("mkdir", "/d/e", mode=0o755), Operation("create", "/d/e/f", mode=0o600))
        synced = (Operation("fsync", "/d/e/f"), Operation("fsync", "/d/e"))
        self.assertIn(None, left(*inside, *synced, path="/d/e/f"))
        self.assertEqual(left(*inside, *synced, SYNC_DIRECTORY, path="/d/e/f"), {Entry(0o600, b"")})

    def test_later_changes_may_outlast_earlier_ones_elsewhere(self):
        first, second = Operation("create", "/d/first", mode=0o600), Operation("create", "/second", mode=0o600)
        neither, one, other, both = ("/d",), ("/d", "/d/first"), ("/d", "/second"), ("/d", "/d/first", "/second")
        self.assertEqual(names_left(first, second), {neither, one, other, both})
        self.assertEqual(names_left(first, SYNC_DIRECTORY, second), {one, both})

    def test_programs_see_everything(self):
        self.assertEqual(volume_after(*MAKE, RENAME).tree(), {"/d": Entry(0o755, None), "/d/f": NEW})

    def test_of_many_changes_each_is_lost_alone_and_kept_alone(self):
        self.assertEqual(len(list(losses(range(MOST_LOOSE)))), 2**MOST_LOOSE)
        many = range(MOST_LOOSE + 30)
        lost = list(losses(many))
        self.assertLess(len(lost), len(many) ** 2 + len(many) + 3)
        self.assertTrue(all((each,) in lost and tuple(x for x in many if x != each) in lost for each in many))


class Trace(unittest.TestCase):
    def test_bytes_come_out_as_they_were_written(self):
        line = r'write(6</etc/f>, "a\"\\\n\t\0\33[<7>\3422\n", 14) = 14'
        (operation,) = operations_of(line, ["/etc"], 0o022)
        self.assertEqual(operation, Operation("write", "/etc/f", data=b'a"\\\n\t\0\x1b[<7>\xe22\n'))

    def test_of_a_short_write_the_part_counts_that_was_written(self):
        (operation,) = operations_of('write(6</etc/f>, "abc", 3) = 2', ["/etc"], 0)
        self.assertEqual(operation.data, b"ab")
        with self.assertRaises(ValueError):
            list(operations_of('write(6</etc/f>, "abc"..., 9) = 9', ["/etc"], 0))

    def test_calls_become_operations_on_paths(self):
        trace = """mkdirat(4</etc>, "d", 0755) = 0
openat(3</etc/d>, ".f", O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0666) = 5</etc/d/.f>
fchmod(5</etc/d/.f>, 0640)              = 0
fsync(5</etc/d/.f>)                     = 0
renameat2(3</etc/d>, ".f", 3</etc/d>, "f", RENAME_NOREPLACE) = 0
unlinkat(4</etc>, "d", AT_REMOVEDIR)    = 0
"""
        self.assertEqual(list(operations_of(trace, ["/etc"], 0o027)), [
            Operation("mkdir", "/etc/d", mode=0o750),
            Operation("create", "/etc/d/.f", mode=0o640),
            Operation("chmod", "/etc/d/.f", mode=0o640),
            Operation("fsync", "/etc/d/.f"),
            Operation("rename", "/etc/d/.f", "/etc/d/f"),
            Operation("unlink", "/etc/d"),
        ])

    def test_what_failed_or_was_killed_or_is_elsewhere_was_not_done(self):
        trace = """mkdirat(4</etc>, "d", 0755) = -1 EEXIST (File exists)
fsync(5</etc/f>)                        = ?
write(1<pipe:[7]>, "said", 4)           = 4
fsync(5</etcetera/f>)                   = 0
openat(3</etc>, "f", O_RDONLY|O_CLOEXEC) = 5</etc/f>
+++ killed by SIGKILL +++
"""
        self.assertEqual(list(operations_of(trace, ["/etc"], 0)), [])


if __name__ == "__main__":
    unittest.main()
