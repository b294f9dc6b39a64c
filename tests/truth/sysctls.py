# SPDX-License-Identifier: Apache-2.0
"""Runs one tree of sysctl.d: what lbpreflight says of every key, and what the two loaders then really set."""

import ctypes
import json
import os
import subprocess
from pathlib import Path

from . import compare, place
from .sysctl_trees import CREDENTIAL, CREDENTIALS, DIRECTORIES, GLOBAL, INTERFACE, KEYS

SECONDS = 120  # for one tree, on a busy machine
NEW_NETWORK = 0x40000000
LOADERS = {"systemd": ("/lib/systemd/systemd-sysctl",), "procps": ("/usr/sbin/sysctl", "--system")}
IP = ("/usr/sbin/ip", "link", "add", INTERFACE, "type", "veth", "peer", "name", "other")
SYS = Path("/proc/sys")

_libc = ctypes.CDLL(None, use_errno=True)


def why_not():
    """Why nothing can be compared here; empty when it can."""
    missing = [command[0] for command in (*LOADERS.values(), IP) if not os.access(command[0], os.X_OK)]
    return f"{', '.join(missing)} not installed" if missing else ""


def _path(key):
    return SYS / "".join("/" if c == "." else "." if c == "/" else c for c in key)


def furnish(case):
    """The tree of the case, and plain files in the place of the settings that all namespaces share."""
    for directory in "/etc", "/usr/local/lib", "/usr/lib/sysctl.d":
        place.mount("tmpfs", directory, "tmpfs", options="mode=755")
    for directory in (*DIRECTORIES, CREDENTIALS):
        Path(directory).mkdir(parents=True, exist_ok=True)
    for each in case.entries:
        each.make()
    for directory in SYS.iterdir():
        if directory.name not in ("net", "kernel"):
            place.mount("tmpfs", str(directory), "tmpfs", options="mode=755")


def new_network():
    """The settings of a network namespace as the kernel makes them."""
    if _libc.unshare(NEW_NETWORK) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(IP, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    for key in GLOBAL:
        _path(key).write_text("", encoding="ascii")


def values():
    return {key: " ".join(_path(key).read_text(encoding="ascii").split()) for key in KEYS}


def load(loader):
    """What the keys hold before and after the loader ran, in a network namespace of its own."""
    new_network()
    before = values()
    environment = {"PATH": "/usr/sbin:/usr/bin", "LC_ALL": "C"}
    if os.path.exists(CREDENTIAL):
        environment["CREDENTIALS_DIRECTORY"] = CREDENTIALS
    subprocess.run(LOADERS[loader], env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
    return before, values()


def ask(program):
    """lbpreflight's answer by key."""
    new_network()
    command = (program, "why", "--format", "json", *KEYS)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
    try:
        return {each["key"]: each for each in json.loads(done.stdout)["keys"]}
    except (ValueError, KeyError):
        raise place.Stuck(f"no answer: {done.stderr.strip()[:200]}") from None


def differences(loader, answers, before, after):
    found, unknown = [], {}
    for key in KEYS:
        said = answers[key][loader]
        if "error" in said:
            unknown[loader] = said["error"]
            continue
        expected = before[key] if said["value"] is None else " ".join(said["value"].split())
        if expected != after[key]:
            text = f"{key}: {expected!r} expected, {after[key]!r} set; it was {before[key]!r}"
            found.append(compare.difference(f"{loader} {key}", text))
    return found, unknown


def initial_differences(answers, before):
    """What a new network namespace holds where it is said to be known without reading it."""
    found = []
    for key in KEYS:
        said = answers[key]["initial"]
        if key in GLOBAL or said is None or " ".join(said.split()) == before[key]:
            continue
        found.append(compare.difference(f"initial {key}", f"{key}: {said!r} expected, {before[key]!r} found"))
    return found


def _apart(function, *arguments):
    """What a function returns that changes its network namespace."""
    incoming, outgoing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with os.fdopen(outgoing, "w", encoding="utf-8") as out:
                json.dump(function(*arguments), out)
        except BaseException as reason:  # pylint: disable=broad-except
            os.write(2, f"truth: {type(reason).__name__}: {reason}\n".encode())
        finally:
            os._exit(0)
    os.close(outgoing)
    with os.fdopen(incoming, encoding="utf-8") as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return json.loads(text)


def _examine(case, program):
    furnish(case)
    answers = _apart(ask, program)
    verdict = {"outcome": "resolved", "differences": [], "unknown": {}, "reasons": []}
    for loader in LOADERS:
        before, after = _apart(load, loader)
        verdict["differences"].extend(initial_differences(answers, before))
        changed = sum(before[key] != after[key] for key in KEYS)
        verdict["reasons"].extend([f"values set by {loader}"] * changed)
        found, unknown = differences(loader, answers, before, after)
        verdict["differences"].extend(found)
        verdict["unknown"].update(unknown)
    return verdict


def examine(case, programs):
    """{"outcome", "differences": [{"kind", "text"}], "unknown", "reasons"} of the case."""
    return place.inside(lambda: _examine(case, programs.lbpreflight), SECONDS)
