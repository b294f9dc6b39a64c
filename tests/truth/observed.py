# SPDX-License-Identifier: Apache-2.0
"""What haproxy and the kernel show once it was started: its own figures, its listeners, or why it gave up."""

import csv
import io
import ipaddress
import re
import socket
import subprocess
import time
from dataclasses import dataclass, field

from .configurations import STATS_SOCKET
from .service import ERRORS

SECONDS = 20

# What haproxy says when it cannot start, and the check that should have said so before.
REASONS = (
    (r"Cannot raise FD limit|FD limit \(-?\d+\) too low", "nofile_covers_maxconn"),
    (r"Address already in use", "bind_ports_are_free"),
    (r"Cannot assign requested address", "bind_addresses_are_local"),
    (r"cannot bind socket \(Permission denied", "privileged_ports_are_bindable"),
    (r"UNIX socket", "unix_sockets_are_bindable"),
    (r"[Cc]annot chroot", "chroot_is_complete"),
    (r"Cannot set [ug]id", "privileges_can_be_dropped"),
)
UNIX_SOCKET = re.compile(r"UNIX socket.*\[(/.*)\]")
CANNOT_BIND = re.compile(r"(cannot bind socket \(.*?\)).*\[(.+):(\d+)\]")


@dataclass
class Observed:
    started: bool = False
    status: int = None  # how it ended when it did not start
    said: list = field(default_factory=list)  # its alerts
    reasons: list = field(default_factory=list)  # checks that should have predicted them
    refused: dict = field(default_factory=dict)  # check -> (address, port) that could not be bound
    refused_sockets: list = field(default_factory=list)  # paths that could not be bound
    info: dict = field(default_factory=dict)  # `show info`
    proxies: dict = field(default_factory=dict)  # name -> "frontend", "backend" or "listen"
    servers: dict = field(default_factory=dict)  # name -> how many
    checked: int = 0  # servers that show a check
    hidden: int = 0  # servers in maintenance, which show none
    queues: dict = field(default_factory=dict)  # (address, port) -> Send-Q of its listeners


def ask(command):
    """What the stats socket answers; empty while there is none."""
    answer = b""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.settimeout(SECONDS)
            client.connect(STATS_SOCKET)
            client.sendall(command.encode() + b"\n")
            while piece := client.recv(1 << 16):
                answer += piece
        except OSError:
            return ""
    return answer.decode(errors="replace")


def queues():
    """(address, port, Recv-Q, Send-Q) of every TCP listener of this network namespace."""
    found = []
    for family, everything in ("-4", "0.0.0.0"), ("-6", "::"):
        lines = subprocess.run(("ss", "-Hltn", family), capture_output=True, text=True, check=True).stdout
        for line in lines.splitlines():
            _, waiting, length, local, *_ = line.split()
            address, _, port = local.rpartition(":")
            address = address.split("%")[0].strip("[]")
            address = everything if address == "*" else str(ipaddress.ip_address(address))
            found.append((address, int(port), int(waiting), int(length)))
    return found


def listeners():
    """(address, port, Send-Q) of the same."""
    return [(address, port, length) for address, port, _, length in queues()]


def wait(process):
    """`show info` once it answers, or empty when the process has ended."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        lines = [line.partition(": ") for line in ask("show info").splitlines()]
        if lines:
            return {name: value for name, _, value in lines}
        if process.poll() is not None:
            return {}
        time.sleep(0.004)
    raise TimeoutError(f"haproxy neither started nor gave up in {SECONDS} s")


def _read_failure(process, observed):
    observed.status = process.wait()
    with open(ERRORS, encoding="utf-8", errors="replace") as errors:
        observed.said = [line.strip() for line in errors if line.startswith(("[ALERT]", "[WARNING]"))]
    text = "\n".join(line for line in observed.said if line.startswith("[ALERT]"))
    observed.reasons = [check for pattern, check in REASONS if re.search(pattern, text)]
    observed.refused_sockets = UNIX_SOCKET.findall(text)
    for words, address, port in CANNOT_BIND.findall(text):
        check = next((check for pattern, check in REASONS if re.search(pattern, words)), "unexplained")
        observed.refused.setdefault(check, []).append((str(ipaddress.ip_address(address)), int(port)))


def statistics():
    """The rows of `show stat`, by the names of its columns."""
    return csv.DictReader(io.StringIO(ask("show stat").removeprefix("# ")))


def _read_statistics(observed):
    for row in statistics():
        name, part = row["pxname"], row["svname"]
        if name.startswith("<"):  # haproxy's own
            continue
        if row["type"] in ("0", "1"):
            kind = part.lower()
            observed.proxies[name] = kind if observed.proxies.get(name, kind) == kind else "listen"
        elif row["type"] == "2":
            observed.servers[name] = observed.servers.get(name, 0) + 1
            observed.checked += row["check_status"] != ""
            observed.hidden += row["status"].startswith("MAINT")


def observe(process, before):
    """Waits until haproxy serves or has ended; `before` are the listeners that were there already."""
    observed = Observed(info=wait(process))
    observed.started = bool(observed.info)
    if not observed.started:
        _read_failure(process, observed)
        return observed
    _read_statistics(observed)
    there = listeners()
    for each in before:
        there.remove(each)
    for address, port, queue in there:
        observed.queues.setdefault((address, port), []).append(queue)
    return observed
