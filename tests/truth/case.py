# SPDX-License-Identifier: Apache-2.0
"""One pair: a configuration and the host that shall carry it, as values that can be written down and run again."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

HOST_NAME = "lb07"


@dataclass(frozen=True)
class Occupant:
    """A socket that was there before haproxy."""

    kind: str  # "listener", "client" or "datagram"
    address: str
    port: int


@dataclass(frozen=True)
class Road:
    """A way that clients' connections may take: where they come from and where they go to decides on the backend."""

    source: str  # the clients' address
    address: str  # of the listener, as bound
    port: int
    backend: str
    aside: bool = False  # only a rule beside a default_backend leads here


@dataclass(frozen=True)
class Host:
    """What differs from a stock host. Sysctls are of the network namespace; capabilities are taken from the unit."""

    limit_nofile: str = "4096"  # of the unit, as written
    user: str = ""
    dropped: tuple[str, ...] = ()  # capabilities the unit's bounding set lacks
    ambient: tuple[str, ...] = ()
    sysctls: tuple[tuple[str, str], ...] = ()
    occupants: tuple[Occupant, ...] = ()
    cpus: int = 0  # 0: all
    left: tuple[tuple[str, int], ...] = ()  # sockets of an earlier start: path, and who made them
    runtime_directory: str = ""  # of the unit: the service manager makes it below /run


@dataclass(frozen=True)
class Case:
    files: tuple[str, ...]  # the text of each configuration file, in order
    arguments: tuple[str, ...] = ()  # of haproxy, besides -f
    environment: tuple[tuple[str, str], ...] = ()
    directory: bool = False  # the files are given as the directory they are in
    certificate: bool = False  # a self-signed one is there
    named: bool = True  # lbpreflight is told the files with --config, else it reads the unit's command line
    host: Host = field(default_factory=Host)
    roads: tuple[Road, ...] = ()  # of a configuration that is to be loaded


def save(case, path):
    Path(path).write_text(json.dumps(asdict(case), indent=1) + "\n", encoding="utf-8")


def load(path):
    """The case of a file that `save` wrote."""
    value = json.loads(Path(path).read_text(encoding="utf-8"))
    host = value.pop("host")
    roads = tuple(Road(**each) for each in value.pop("roads", ()))
    occupants = tuple(Occupant(**each) for each in host.pop("occupants"))
    host = Host(**{name: frozen(each) for name, each in host.items()}, occupants=occupants)
    return Case(**{name: frozen(each) for name, each in value.items()}, host=host, roads=roads)


def frozen(value):
    return tuple(frozen(each) for each in value) if isinstance(value, list) else value
