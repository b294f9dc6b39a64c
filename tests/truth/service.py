# SPDX-License-Identifier: Apache-2.0
"""Plays the service manager: writes the unit that lbpreflight reads, and starts haproxy as systemd would start it."""

import os
import pwd
import resource
import shutil
import socket
import subprocess
from pathlib import Path

from .place import MS_BIND, WORK, mount

UNIT = Path("/etc/systemd/system/haproxy.service")
ERRORS = WORK / "stderr"
# Where the program under test is put, so that root may trust it: nobody else can write there.
PROGRAM = "/usr/sbin/haproxy"


def write_files(case):
    """The paths of the configuration: its files, or the directory they are in."""
    paths = []
    directory = WORK / "conf.d" if case.directory else WORK
    directory.mkdir(exist_ok=True)
    for number, text in enumerate(case.files, 1):
        paths.append(str(directory / f"{number}.cfg"))
        Path(paths[-1]).write_text(text, encoding="utf-8", newline="")
    if case.certificate:
        make_certificate(WORK / "site.pem")
    return [str(directory)] if case.directory else paths


def make_certificate(path):
    """One file with the key and the certificate it signs."""
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=lb -days 2 -out"
    key = Path(f"{path}.only")
    subprocess.run((*words.split(), path, "-keyout", key), check=True, stderr=subprocess.DEVNULL)
    with open(path, "a", encoding="ascii") as together:
        together.write(key.read_text(encoding="ascii"))
    key.unlink()
    path.chmod(0o644)


def arguments(case, paths):
    return [*case.arguments, *(word for path in paths for word in ("-f", path))]


def unit(case, paths):
    """The text of haproxy.service."""
    host = case.host
    lines = ["[Service]", f"ExecStart={PROGRAM} {' '.join(arguments(case, paths))}", f"LimitNOFILE={host.limit_nofile}"]
    lines += [f'Environment="{name}={value}"' for name, value in case.environment]
    lines += [f"User={host.user}"] if host.user else []
    lines += [f"RuntimeDirectory={host.runtime_directory}"] if host.runtime_directory else []
    lines += [f"CapabilityBoundingSet=~{' '.join(host.dropped).upper()}"] if host.dropped else []
    lines += [f"AmbientCapabilities={' '.join(host.ambient).upper()}"] if host.ambient else []
    return "\n".join(lines) + "\n"


def nofile_of(host):
    """LimitNOFILE= as setrlimit(2) takes it."""
    soft, _, hard = host.limit_nofile.partition(":")
    return int(soft), int(hard or soft)


def _account(host):
    return pwd.getpwuid(int(host.user)) if host.user.isdigit() else pwd.getpwnam(host.user or "root")


def _make_runtime_directory(host):
    if host.runtime_directory:
        directory = Path("/run", host.runtime_directory)
        directory.mkdir(exist_ok=True)
        directory.chmod(0o755)
        os.chown(directory, _account(host).pw_uid, _account(host).pw_gid)


def _as_user(host):
    """setpriv(1) and its options, or nothing when haproxy is started with all that we have."""
    bare = [name.removeprefix("cap_") for name in host.ambient]
    words = []
    if host.dropped:
        words.append("--bounding-set=" + ",".join("-" + name.removeprefix("cap_") for name in host.dropped))
    if host.user:
        user = _account(host)
        words += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    if bare:
        listed = ",".join("+" + name for name in bare)
        words += [f"--inh-caps={listed}", f"--ambient-caps={listed}"]
    return [shutil.which("setpriv"), *words] if words else []


def start(case, paths):
    """The process of haproxy, in the foreground."""
    _make_runtime_directory(case.host)
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **dict(case.environment)}
    with open(ERRORS, "wb") as errors:
        return subprocess.Popen(
            [*_as_user(case.host), PROGRAM, "-db", *arguments(case, paths)],
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
            env=environment,
            cwd="/",
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, nofile_of(case.host)),
        )


def occupy(occupant):
    """The sockets to keep open, so that the port is taken."""
    family = socket.AF_INET6 if ":" in occupant.address else socket.AF_INET
    kind = socket.SOCK_DGRAM if occupant.kind == "datagram" else socket.SOCK_STREAM
    held = socket.socket(family, kind)
    try:
        held.bind((occupant.address, occupant.port))
    except OSError:  # taken by the occupant before
        return []
    if occupant.kind == "listener":
        held.listen(5)
    if occupant.kind != "client":
        return [held]
    peer = socket.create_server(("127.0.0.9", 0))
    held.connect(peer.getsockname())
    return [held, peer]


def prepare(case, haproxy):
    """Makes the host of the case out of the empty place we are in; returns the configuration's paths and what must be
    kept open."""
    host = case.host
    if haproxy != PROGRAM:
        mount(haproxy, PROGRAM, "", MS_BIND)
    for key, value in host.sysctls:
        Path("/proc/sys", *key.split(".")).write_text(value, encoding="ascii")
    if host.cpus:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: host.cpus])
    for path, owner in host.left:
        with socket.socket(socket.AF_UNIX) as old:
            old.bind(path)
        os.chown(path, owner, owner)
    paths = write_files(case)
    UNIT.write_text(unit(case, paths), encoding="utf-8")
    return paths, [held for occupant in host.occupants for held in occupy(occupant)]
