# SPDX-License-Identifier: Apache-2.0
"""A scene's host, in namespaces of its own, and everything of it that could be torn."""

import os
import shutil
import signal
import stat
import subprocess
from pathlib import Path

from truth import place

from .bus_peer import BusPeer
from .service_manager import CONFIG, FRAGMENT, ServiceManager

STATE = Path("/var/lib/lbpreflight")
TREES = (Path("/etc/sysctl.d"), Path("/etc/modules-load.d"), Path("/etc/systemd/system"))
LEFTOVER = ".lbpreflight"
SECONDS = 60  # for one run of lbpreflight
NEVER_ENDED = "killed"  # instead of an exit code
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}


def path_of(setting):
    return Path("/proc/sys") / setting.replace(".", "/")


def attributes(path):
    names = os.listxattr(path, follow_symlinks=False)
    return tuple((name, os.getxattr(path, name, follow_symlinks=False)) for name in sorted(names))


def entry(path):
    """Everything of a file but its times."""
    status = path.lstat()
    content = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
    return (status.st_mode, status.st_uid, status.st_gid, attributes(path), content)


def run(command, wrapper=()):
    """The exit code and what was said; of its own session, so that nothing outlives a wrapper that is killed."""
    with subprocess.Popen((*wrapper, *command), env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True) as process:
        try:
            said, _ = process.communicate(timeout=SECONDS)
            return process.returncode, said
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return NEVER_ENDED, process.communicate()[0]


class Host:
    """Made of a scene, in a place where it is the only one."""

    def __init__(self, scene):
        self._scene = scene
        self._furnish()
        self._manager = ServiceManager(scene.runs) if scene.systemd else None
        if self._manager:
            BusPeer(self._manager)

    def _furnish(self):
        scene = self._scene
        for directory in "/etc", "/var/lib":
            place.mount("tmpfs", directory, "tmpfs", options="mode=755")
        for directory in (*TREES, Path("/etc/haproxy"), Path("/etc/security")):
            directory.mkdir(parents=True)
        Path("/etc/machine-id").write_text("0" * 32 + "\n", encoding="ascii")
        Path("/etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n", encoding="ascii")
        Path("/etc/group").write_text("root:x:0:\n", encoding="ascii")
        Path(CONFIG).write_text(scene.config, encoding="ascii")
        FRAGMENT.write_text(scene.unit, encoding="ascii")
        for path, content, mode in scene.files:
            Path(path).write_text(content, encoding="ascii")
            Path(path).chmod(mode)
        for directory, contents in scene.stand_ins:
            place.mount("tmpfs", directory, "tmpfs", options="mode=755")
            for name, content in contents:
                Path(directory, name).write_text(content + "\n", encoding="ascii")
        for setting, value in scene.values:
            path_of(setting).write_text(value + "\n", encoding="ascii")

    def snapshot(self):
        """What is there, by object: files and directories by path, settings by name, and what systemd made of them."""
        found = {str(path): entry(path) for tree in TREES for path in tree.rglob("*")}
        for setting in self._scene.settings:
            found[setting] = " ".join(path_of(setting).read_text(encoding="ascii").split())
        if self._manager:
            found.update(self._manager.standing())
        return found

    def asked_of_systemd(self):
        """How often to reload and to restart, since the host was brought back."""
        return (self._manager.reloads, self._manager.restarts) if self._manager else (0, 0)

    def bring_back(self, before):
        """To what it was, whatever happened, by means of our own."""
        shutil.rmtree(STATE, ignore_errors=True)
        self._bring_back_files(before)
        # Coupled settings: what bounds another one may have to be written after it.
        for _ in range(2):
            for setting in self._scene.settings:
                try:
                    path_of(setting).write_text(before[setting] + "\n", encoding="ascii")
                except OSError:
                    pass
        if self._manager:
            self._manager.begin_anew()

    def _bring_back_files(self, before):
        now = self.snapshot()
        for name in sorted(now, reverse=True):
            if name.startswith("/") and before.get(name) != now[name]:
                path = Path(name)
                path.rmdir() if path.is_dir() else path.unlink()
        for name in sorted(before):
            if not name.startswith("/") or now.get(name) == before[name]:
                continue
            mode, _, _, _, content = before[name]
            path = Path(name)
            if stat.S_ISDIR(mode):
                path.mkdir()
            else:
                path.write_bytes(content)
            path.chmod(stat.S_IMODE(mode))

    def keep_settings(self, before):
        """The kernel keeps a setting that was opened and not written; a file that stands for one was emptied."""
        for setting in self._scene.settings:
            if not path_of(setting).read_text(encoding="ascii").strip():
                path_of(setting).write_text(before[setting] + "\n", encoding="ascii")
