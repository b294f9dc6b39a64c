# SPDX-License-Identifier: Apache-2.0
"""Lays a tree of unit files out. Imports nothing of ours: the driver below systemd uses it too."""

import os


def lay_out(entries, place):
    """Each entry where `place(path)` says, in bytes: a link, a directory, or a file of any bytes."""
    for path, entry in entries.items():
        path = place(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if "link" in entry:
            os.symlink(entry["link"], path)
        elif "directory" in entry:
            os.makedirs(path, exist_ok=True)
        else:
            with open(path, "wb") as out:
                out.write(entry["text"].encode("latin-1"))
