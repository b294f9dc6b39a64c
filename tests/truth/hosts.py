# SPDX-License-Identifier: Apache-2.0
"""Random hosts for a configuration: limits about what it needs, and obstacles on the ports it wants."""

import os
import resource

from .case import Host, Occupant

SOMAXCONN = ("5", "64", "128", "1024", "4096", "65535")
PORT_RANGES = ((1024, 65535), (32768, 60999), (10000, 18099), (40000, 40059))


CAPABILITIES = ("cap_net_bind_service", "cap_sys_resource", "cap_net_admin", "cap_net_raw", "cap_sys_chroot", "cap_chown")
MOST_NOFILE = 20000


def nofile(chance):
    """A soft and a hard limit that can be given here: raising our own hard one may be forbidden."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    top = MOST_NOFILE if hard == resource.RLIM_INFINITY else min(hard, MOST_NOFILE)
    hard = chance.one(top, top, min(top, 1024), min(top, 4096), chance.number(150, min(top, 6000)))
    return chance.one(hard, hard, min(hard, 1024), chance.number(100, hard)), hard


def host(chance, soft, hard, context):
    """For the ports and the capabilities that the configuration asks for."""
    sysctls = [("net.core.somaxconn", chance.one(*SOMAXCONN))]
    first, last = chance.one(*PORT_RANGES)
    sysctls.append(("net.ipv4.ip_local_port_range", f"{first} {last}"))
    for key in "net.ipv4.ip_nonlocal_bind", "net.ipv6.ip_nonlocal_bind", "net.ipv6.bindv6only":
        sysctls += chance.maybe(15, (key, "1"))
    sysctls += chance.maybe(15, ("net.ipv4.ip_unprivileged_port_start", chance.one("0", "80", "500")))
    user = chance.one("nobody", "65534") if chance.of(10) else ""
    wanted = context.obstacle.wanted
    ambient = ("cap_net_bind_service",) if user and chance.of(40) else ()
    ambient += tuple(name for name in wanted if chance.of(50)) if user else ()
    # What is not in the bounding set cannot be given: systemd does not start such a service.
    others = [name for name in CAPABILITIES if name not in ambient]
    dropped = chance.some(2, *others) if chance.of(10) else []
    decisive = [name for name in wanted if name not in ambient]
    dropped += [chance.one(*decisive)] if decisive and chance.of(20) else []
    return Host(
        limit_nofile=f"{soft}:{hard}" if soft != hard or chance.of(50) else str(hard),
        user=user,
        dropped=tuple(dict.fromkeys(dropped)),
        ambient=tuple(dict.fromkeys(ambient)),
        sysctls=tuple(sysctls),
        occupants=occupants(chance, context.addresses.ports, range(first, last + 1)),
        cpus=1 if chance.of(15) and len(os.sched_getaffinity(0)) > 1 else 0,
        left=context.obstacle.left,
        runtime_directory=context.obstacle.runtime_directory,
    )


def occupants(chance, ports, outgoing):
    count = chance.number(1, 2) if chance.of(12) else 0
    return tuple(occupant(chance, ports, outgoing) for _ in range(count))


def occupant(chance, ports, outgoing):
    """Mostly on a port that is wanted. Connections are looked for where the kernel hands out ports."""
    port = chance.one(*ports) if ports and chance.of(85) else 19999
    kind = chance.one("listener", "listener", "datagram", "client" if port in outgoing else "listener")
    address = "127.0.0.1" if kind == "client" else chance.one("127.0.0.1", "127.0.0.1", "0.0.0.0", "::", "::1")
    return Occupant(kind, address, port)
