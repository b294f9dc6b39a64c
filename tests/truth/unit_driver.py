# SPDX-License-Identifier: Apache-2.0
"""Runs below a systemd that has no other unit: lays a tree out, reloads, and tells what the bus says.

One question a line, {"units": [...], "entries": {...}}; one answer a line. Made to be run beside unit_layout.py alone.
"""

import json
import os
import shutil
import subprocess

from unit_layout import lay_out

KEPT = "/run/systemd/system/lab.service"
CLEARED = (
    "/opt", "/etc/systemd", "/usr/lib/systemd/system", "/usr/lib/systemd/system.conf.d", "/usr/local/lib/systemd",
    "/run/systemd/system", "/run/systemd/system.control", "/run/systemd/transient", "/run/systemd/system.attached",
    "/run/systemd/system.conf.d", "/var/generated",
)  # fmt: skip
GENERATED = {"/run/systemd/generator.early/": "early", "/run/systemd/generator.late/": "late", "/run/systemd/generator/": "normal"}
GENERATOR = "/usr/lib/systemd/system-generators/lab"


def clear():
    for directory in CLEARED:
        os.makedirs(directory, exist_ok=True)
        for each in os.scandir(directory):
            if each.path == KEPT:
                continue
            if each.is_dir(follow_symlinks=False):
                shutil.rmtree(each.path)
            else:
                os.unlink(each.path)


def real(path):
    """systemd empties the directories of generators at each reload: a generator puts there what stands elsewhere."""
    for directory, kind in GENERATED.items():
        if path.startswith(directory):
            return f"/var/generated/{kind}/{path[len(directory):]}"
    return path


def told(units):
    words = ("systemctl", "show", "-p", "Id,LoadState,LimitNOFILE,LimitNOFILESoft,FragmentPath,DropInPaths", *units)
    said = subprocess.run(words, capture_output=True, check=True).stdout.decode("latin-1")
    return [dict(line.split("=", 1) for line in each.splitlines()) for each in said.strip("\n").split("\n\n")]


def main():
    with open("/share/questions", encoding="ascii") as questions, open("/share/answers", "w", encoding="ascii") as out:
        os.makedirs(os.path.dirname(GENERATOR), exist_ok=True)
        with open(GENERATOR, "w", encoding="ascii") as script:
            script.write('#!/bin/sh\nfor each in normal early late; do\n'
                         'test -d /var/generated/$each && cp -a /var/generated/$each/. "$1"; shift; done; exit 0\n')
        os.chmod(GENERATOR, 0o755)
        for line in questions:
            question = json.loads(line)
            clear()
            lay_out(question["entries"], lambda path: real(path).encode("latin-1"))
            subprocess.run(("systemctl", "daemon-reload"), check=True)
            out.write(json.dumps(told(question["units"])) + "\n")
            out.flush()


main()
