# SPDX-License-Identifier: Apache-2.0
"""What systemd knows of one unit: its files as of the last reload, and the haproxy it has started from them."""

import os
import re
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

from truth import place

NAME = "haproxy.service"
FRAGMENT = Path("/etc/systemd/system") / NAME
DROP_INS = Path(f"{FRAGMENT}.d")
PROGRAM = "/usr/sbin/haproxy"
CONFIG = "/etc/haproxy/haproxy.cfg"
COMMAND = (PROGRAM, "-Ws", "-f", CONFIG)
STANDARD_LIMIT = 524288
UNBOUNDED = 2**64 - 1
CAP_SYS_RESOURCE = 1 << 24
_LIMIT = re.compile(r"^LimitNOFILE=(\d+)$", re.MULTILINE)
_READY = "/run/ready"
_GROUP = Path("/run/cgroup")
SECONDS = 20  # for haproxy to say that it is ready, or to end


class ServiceManager:
    """Reads the files of the unit when it is told to, starts haproxy with what it has read, and counts both."""

    def __init__(self, runs):
        self.reloads = self.restarts = 0
        self._runs, self._process = runs, None
        self._read()
        if runs:
            self._prepare()
            self._start()

    def reload(self):
        self.reloads += 1
        self._read()

    def restart(self):
        self.restarts += 1
        if self._runs:
            self._stop()
            self._start()

    def begin_anew(self):
        """As after a boot with the files that are there now."""
        self._read()
        if self._runs and self._limit_of_haproxy() != self._limit:
            self._stop()
            self._start()
        self.reloads = self.restarts = 0

    def standing(self):
        """By name, what a remedy may change here."""
        standing = {"the limit systemd has read": self._limit}
        if self._runs:
            standing["the limit haproxy was started with"] = self._limit_of_haproxy()
        return standing

    def _limit_of_haproxy(self):
        limits = Path(f"/proc/{self._process.pid}/limits").read_text(encoding="ascii")
        return int(re.search(r"Max open files +\d+ +(\d+)", limits)[1])

    def _read(self):
        """The last assignment counts."""
        self._drop_ins = [str(path) for path in sorted(DROP_INS.glob("*.conf"))]
        said = [Path(path).read_text(encoding="ascii") for path in (FRAGMENT, *self._drop_ins)]
        self._limit = int((_LIMIT.findall("\n".join(said)) or [STANDARD_LIMIT])[-1])

    def _stop(self):
        number = self._process.pid
        workers = Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii").split()
        self._process.terminate()
        self._process.wait(SECONDS)
        # A master may end before it has seen its workers end: then they are left to us, the first process.
        for worker in workers:
            with suppress(ChildProcessError):
                os.waitpid(int(worker), 0)

    def _prepare(self):
        _GROUP.write_text(f"0::/system.slice/{NAME}\n", encoding="ascii")
        self._ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._ready.settimeout(SECONDS)
        self._ready.bind(_READY)

    def _start(self):
        """Without the capability that would let haproxy raise the limit itself: the unit's is the one that counts."""
        limited = ("prlimit", f"--nofile={self._limit}", "setpriv", "--bounding-set=-sys_resource")
        self._process = subprocess.Popen((*limited, *COMMAND), env={"NOTIFY_SOCKET": _READY}, cwd="/",
                                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL)
        while b"READY=1" not in self._ready.recv(4096):
            pass
        # A process tells its unit by its control group, and there is none of our own to put it in.
        place.mount(str(_GROUP), f"/proc/{self._process.pid}/cgroup", "", place.MS_BIND)

    def unit_properties(self):
        return (
            ("Id", ("s", NAME)),
            ("LoadState", ("s", "loaded")),
            ("ActiveState", ("s", "active" if self._runs else "inactive")),
            ("UnitFileState", ("s", "enabled")),
            ("ConditionTimestampMonotonic", ("t", 1 if self._runs else 0)),
            ("FragmentPath", ("s", str(FRAGMENT))),
            ("DropInPaths", ("as", self._drop_ins)),
        )

    def service_properties(self):
        return (
            ("RuntimeDirectory", ("as", ())),
            ("StateDirectory", ("as", ())),
            ("CacheDirectory", ("as", ())),
            ("LogsDirectory", ("as", ())),
            ("Result", ("s", "success")),
            ("User", ("s", "")),
            ("Group", ("s", "")),
            ("SupplementaryGroups", ("as", ())),
            ("UMask", ("u", 0o022)),
            ("BindPaths", ("a(ssbt)", ())),
            ("BindReadOnlyPaths", ("a(ssbt)", ())),
            ("MainPID", ("u", self._process.pid if self._runs else 0)),
            ("LimitNOFILE", ("t", self._limit)),
            ("LimitNOFILESoft", ("t", self._limit)),
            ("CapabilityBoundingSet", ("t", UNBOUNDED & ~CAP_SYS_RESOURCE)),
            ("AmbientCapabilities", ("t", 0)),
            ("MemoryMax", ("t", UNBOUNDED)),
            ("CPUQuotaPerSecUSec", ("t", UNBOUNDED)),
            ("Slice", ("s", "system.slice")),
            ("Environment", ("as", ())),
            ("EnvironmentFiles", ("a(sb)", ())),
            ("ExecStartPre", ("a(sasbttttuii)", ())),
            ("ExecStart", ("a(sasbttttuii)", ((PROGRAM, COMMAND, False, 0, 0, 0, 0, 0, 0, 0),))),
        )
