# SPDX-License-Identifier: Apache-2.0
"""The hosts that need a remedy: what is configured, what the kernel has, and which checks are to be cured."""

from dataclasses import dataclass

TIMEOUTS = "defaults\n  mode http\n  timeout client 9s\n  timeout connect 9s\n  timeout server 9s\n"
UNIT = """[Unit]
Description=HAProxy
[Service]
Type=notify
ExecStart=/usr/sbin/haproxy -Ws -f /etc/haproxy/haproxy.cfg
"""
LIMITED_UNIT = f"{UNIT}LimitNOFILE=4096\nCapabilityBoundingSet=~CAP_SYS_RESOURCE\n"


@dataclass(frozen=True)
class Scene:
    """`settings` are watched; those that a network namespace lacks or may not write are files of `stand_ins`."""

    name: str
    config: str
    checks: tuple[str, ...]
    settings: tuple[str, ...]
    files: tuple[tuple[str, str, int], ...] = ()  # path, content, mode: there before
    values: tuple[tuple[str, str], ...] = ()  # settings that are not the kernel's own
    stand_ins: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()  # directory; names and contents
    unit: str = UNIT
    systemd: bool = False  # answers on its private socket
    runs: bool = False  # haproxy does, and a remedy may restart it


def configuration(maxconn, bind, server_maxconn, backlog=""):
    return f"""global
  maxconn {maxconn}
{TIMEOUTS}frontend web
  {bind}
{backlog}  default_backend app
backend app
  server a 127.0.0.1:9001 maxconn {server_maxconn}
"""


def _descriptors(nr_open):
    unlimited = "9223372036854775807"
    return ("/proc/sys/fs", (("nr_open", nr_open), ("file-max", unlimited), ("file-nr", f"1000\t0\t{unlimited}")))


NEARLY_FULL = (
    "/proc/sys/net/netfilter",
    (("nf_conntrack_max", "65536"), ("nf_conntrack_buckets", "16384"), ("nf_conntrack_count", "60000")),
)
NOT_BUILT_IN = ("/sys/module", ())
CONNTRACK = ("net.netfilter.nf_conntrack_max", "net.netfilter.nf_conntrack_buckets")
LOCAL = "bind 127.0.0.1:8080"
LONG_QUEUE = configuration(30000, LOCAL, 500, backlog="  backlog 30000\n")
BUSY = configuration(3000, LOCAL, 500)
QUEUES = ("somaxconn_covers_backlog", "sysctls_survive_boot")

SCENES = (
    Scene("raise_sysctl", LONG_QUEUE, QUEUES, ("net.core.somaxconn",)),
    Scene(
        "raise_sysctl_over_a_file",
        LONG_QUEUE,
        QUEUES,
        ("net.core.somaxconn",),
        files=(("/etc/sysctl.d/zz-lbpreflight.conf", "# ours\nnet.core.somaxconn = 8192", 0o640),),
    ),
    Scene(
        "raise_nofile",
        configuration(300000, LOCAL, 500),
        ("nofile_covers_maxconn",),
        ("fs.nr_open",),
        stand_ins=(_descriptors("1048576"),),
    ),
    Scene(
        "raise_nofile_and_reload",
        BUSY,
        ("nofile_covers_maxconn",),
        ("fs.nr_open",),
        stand_ins=(_descriptors("5000"),),
        unit=LIMITED_UNIT,
        systemd=True,
    ),
    Scene(
        "restart",
        # It runs with too few descriptors: where limits are strict it would not.
        BUSY.replace("global\n", "global\n  no strict-limits\n"),
        ("nofile_covers_maxconn",),
        (),
        unit=LIMITED_UNIT,
        systemd=True,
        runs=True,
    ),
    Scene(
        "widen_port_range",
        configuration(90000, "bind 127.0.0.1:20080", 40000),
        ("port_range_covers_backends",),
        ("net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports"),
    ),
    Scene(
        "reserve_ports",
        configuration(100, "bind 127.0.0.1:40080", 50),
        ("port_range_spares_listeners",),
        ("net.ipv4.ip_local_reserved_ports",),
    ),
    Scene(
        "enable_nonlocal_bind",
        configuration(100, "bind 192.0.2.7:8080", 50),
        ("bind_addresses_are_local",),
        ("net.ipv4.ip_nonlocal_bind",),
    ),
    Scene(
        "raise_conntrack",
        configuration(100, LOCAL, 50),
        ("conntrack_covers_maxconn",),
        CONNTRACK,
        # The module has to be loaded early where a file sets what comes with it.
        files=(("/etc/sysctl.d/50-ours.conf", "net.netfilter.nf_conntrack_max = 65536\n", 0o644),),
        stand_ins=(NEARLY_FULL, NOT_BUILT_IN),
    ),
    Scene(
        "everything",
        configuration(3000, "bind 192.0.2.7:40080", 2900, backlog="  backlog 30000\n"),
        (
            *QUEUES,
            "nofile_covers_maxconn",
            "port_range_covers_backends",
            "port_range_spares_listeners",
            "bind_addresses_are_local",
            "conntrack_covers_maxconn",
        ),
        (
            "net.core.somaxconn",
            "fs.nr_open",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.ip_local_reserved_ports",
            "net.ipv4.ip_nonlocal_bind",
            *CONNTRACK,
        ),
        values=(("net.ipv4.ip_local_port_range", "40000 42047"),),
        stand_ins=(_descriptors("5000"), NEARLY_FULL),
        unit=LIMITED_UNIT,
        systemd=True,
    ),
)
