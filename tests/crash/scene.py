# SPDX-License-Identifier: Apache-2.0
"""A host that needs a remedy, in namespaces of its own, and everything of it that could be torn."""

import os
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from truth import place

STATE = Path("/var/lib/lbpreflight")
TREES = (Path("/etc/sysctl.d"), Path("/etc/modules-load.d"), Path("/etc/systemd/system"))
LEFTOVER = ".lbpreflight"
SECONDS = 60  # for one run of lbpreflight
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
UNIT = """[Unit]
Description=HAProxy
[Service]
Type=notify
ExecStart=/usr/sbin/haproxy -Ws -f /etc/haproxy/haproxy.cfg
"""
TIMEOUTS = "defaults\n  mode http\n  timeout client 9s\n  timeout connect 9s\n  timeout server 9s\n"


@dataclass(frozen=True)
class Scene:
    """What the configuration asks, which checks are to be cured, and which settings are watched."""

    name: str
    config: str
    checks: tuple[str, ...]
    settings: tuple[str, ...]
    files: tuple[tuple[str, str, int], ...] = ()  # path, content, mode: there before


LONG_QUEUE = f"""global
  maxconn 30000
{TIMEOUTS}frontend web
  bind 127.0.0.1:8080
  backlog 30000
  default_backend app
backend app
  server a 127.0.0.1:9001 maxconn 500
"""
MANY = f"""global
  maxconn 300000
{TIMEOUTS}frontend web
  bind 127.0.0.1:8080
  default_backend app
backend app
  server a 127.0.0.1:9001 maxconn 500
"""
FAR_SERVERS = f"""global
  maxconn 90000
{TIMEOUTS}frontend web
  bind 127.0.0.1:20080
  default_backend app
backend app
  server a 127.0.0.1:9001 maxconn 40000
"""
ELSEWHERE = f"""global
  maxconn 100
{TIMEOUTS}frontend web
  bind 192.0.2.7:8080
  default_backend app
backend app
  server a 127.0.0.1:9001 maxconn 50
"""
INSIDE = f"""global
  maxconn 100
{TIMEOUTS}frontend web
  bind 127.0.0.1:40080
  default_backend app
backend app
  server a 127.0.0.1:9001 maxconn 50
"""
QUEUES = ("somaxconn_covers_backlog", "sysctls_survive_boot")

SCENES = (
    Scene("raise_sysctl", LONG_QUEUE, QUEUES, ("net.core.somaxconn",)),
    Scene(
        "raise_sysctl_over_a_file",
        LONG_QUEUE,
        QUEUES,
        ("net.core.somaxconn",),
        (("/etc/sysctl.d/zz-lbpreflight.conf", "# ours\nnet.core.somaxconn = 8192", 0o640),),
    ),
    Scene("raise_nofile", MANY, ("nofile_covers_maxconn",), ("fs.nr_open",)),
    Scene("widen_port_range", FAR_SERVERS, ("port_range_covers_backends",),
          ("net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports")),
    Scene("reserve_ports", INSIDE, ("port_range_spares_listeners",), ("net.ipv4.ip_local_reserved_ports",)),
    Scene("enable_nonlocal_bind", ELSEWHERE, ("bind_addresses_are_local",), ("net.ipv4.ip_nonlocal_bind",)),
)


def furnish(scene):
    """The host before anything is done to it."""
    for directory in "/etc", "/var/lib":
        place.mount("tmpfs", directory, "tmpfs", options="mode=755")
    for directory in (*TREES, Path("/etc/haproxy"), Path("/etc/security")):
        directory.mkdir(parents=True)
    Path("/etc/machine-id").write_text("0" * 32 + "\n", encoding="ascii")
    Path("/etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n", encoding="ascii")
    Path("/etc/group").write_text("root:x:0:\n", encoding="ascii")
    Path("/etc/haproxy/haproxy.cfg").write_text(scene.config, encoding="ascii")
    Path("/etc/systemd/system/haproxy.service").write_text(UNIT, encoding="ascii")
    for path, content, mode in scene.files:
        Path(path).write_text(content, encoding="ascii")
        Path(path).chmod(mode)
    if "fs.nr_open" in scene.settings:
        place.mount("tmpfs", "/proc/sys/fs", "tmpfs", options="mode=755")
        Path("/proc/sys/fs/nr_open").write_text("1048576\n", encoding="ascii")
        Path("/proc/sys/fs/file-max").write_text("9223372036854775807\n", encoding="ascii")
        Path("/proc/sys/fs/file-nr").write_text("1000\t0\t9223372036854775807\n", encoding="ascii")


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


def snapshot(scene):
    """What is there, by object: files and directories by path, settings by name."""
    found = {}
    for tree in TREES:
        for path in tree.rglob("*"):
            found[str(path)] = entry(path)
    for setting in scene.settings:
        found[setting] = " ".join(path_of(setting).read_text(encoding="ascii").split())
    return found


def restore(scene, before):
    """Back to `before`, whatever happened, by means of our own."""
    shutil.rmtree(STATE, ignore_errors=True)
    now = snapshot(scene)
    for name in sorted(now, reverse=True):
        if name.startswith("/") and before.get(name) != now[name]:
            path = Path(name)
            path.rmdir() if path.is_dir() else path.unlink()
    for name in sorted(before):
        if now.get(name) == before[name]:
            continue
        if name.startswith("/"):
            mode, _, _, _, content = before[name]
            path = Path(name)
            if stat.S_ISDIR(mode):
                path.mkdir()
            else:
                path.write_bytes(content)
            path.chmod(stat.S_IMODE(mode))
    # Coupled settings: what bounds another one may have to be written after it.
    for _ in range(2):
        for setting in scene.settings:
            try:
                path_of(setting).write_text(before[setting] + "\n", encoding="ascii")
            except OSError:
                pass


def keep_settings(scene, known):
    """The kernel keeps a setting that was opened and not written; a file that stands for one was emptied."""
    for setting in scene.settings:
        if not path_of(setting).read_text(encoding="ascii").strip():
            path_of(setting).write_text(known + "\n", encoding="ascii")


def run(command, wrapper=()):
    """The exit code and what was said."""
    done = subprocess.run((*wrapper, *command), env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", timeout=SECONDS, check=False)
    return done.returncode, done.stdout
