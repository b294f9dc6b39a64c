# SPDX-License-Identifier: Apache-2.0
"""SELinux policies: of our own, random, in CIL, and a distribution's where somebody prepared it."""

import subprocess
from pathlib import Path

BASE = """(handleunknown allow)
(mls true)
(class process (transition))
(class file (execute entrypoint))
(class tcp_socket (name_bind name_connect node_bind send_msg))
(class udp_socket (name_bind node_bind))
(class capability (net_bind_service))
(classorder (process file tcp_socket udp_socket capability))
(sensitivity s0)
(sensitivityorder (s0))
(category c0)
(categoryorder (c0))
(sensitivitycategory s0 (c0))
(level low (s0))
(levelrange range (low low))
(user system_u)
(role system_r)
(role object_r)
(userrole system_u system_r)
(userrole system_u object_r)
(userlevel system_u low)
(userrange system_u range)
(type kernel_t)
(type init_t)
(type haproxy_exec_t)
(type node_t)
(type port_t)
(roletype system_r kernel_t)
(roletype system_r init_t)
(roletype object_r haproxy_exec_t)
(roletype object_r node_t)
(roletype object_r port_t)
(context plain (system_u system_r kernel_t range))
(sid kernel) (sid security) (sid unlabeled) (sid fs) (sid file) (sid file_labels)
(sid init) (sid any_socket) (sid port) (sid netif) (sid netmsg) (sid node)
(sidorder (kernel security unlabeled fs file file_labels init any_socket port netif netmsg node))
(sidcontext kernel plain) (sidcontext security plain) (sidcontext unlabeled plain) (sidcontext fs plain)
(sidcontext file plain) (sidcontext file_labels plain) (sidcontext init plain) (sidcontext any_socket plain)
(sidcontext netif plain) (sidcontext netmsg plain)
(sidcontext port (system_u object_r port_t range))
(sidcontext node (system_u object_r node_t range))
(typeattribute ports)
(typeattribute some_ports)
(typeattribute domains)
(typetransition init_t haproxy_exec_t process haproxy_t)
"""


def _ports(chance, types):
    """Records that do not have the same range twice, which CIL refuses: of single ports, and ranges that overlap."""
    seen = set()
    for _ in range(chance.number(5, 40)):
        low = chance.number(1, 65535)
        high = low if chance.of(50) else chance.number(low, 65535)
        protocol = chance.one("tcp", "tcp", "udp")
        if (protocol, low, high) not in seen:
            seen.add((protocol, low, high))
            yield f"(portcon {protocol} ({low} {high}) (system_u object_r {chance.one(*types)} range))\n"


def _permissions(chance):
    if chance.of(30):
        return f"(udp_socket ({chance.one('name_bind', 'node_bind', 'name_bind node_bind')}))"
    return f"(tcp_socket ({' '.join(chance.different(chance.number(1, 3), 'name_bind', 'name_connect', 'node_bind'))}))"


def _rule(chance, domains, targets):
    return f"(allow {chance.one(*domains)} {chance.one(*targets)} {_permissions(chance)})"


def _condition(chance, booleans):
    one, other = chance.one(*booleans), chance.one(*booleans)
    return chance.one(one, f"(not {one})", f"(and {one} {other})", f"(or {one} (not {other}))", f"(xor {one} {other})")


def cil(chance):
    """A policy with haproxy_t in it."""
    domains = ["haproxy_t", *(f"other{i}_t" for i in range(chance.number(0, 6)))]
    types = [f"p{i}_port_t" for i in range(chance.number(2, 12))]
    booleans = [f"b{i}" for i in range(chance.number(1, 8))]
    targets = [*types, "ports", "some_ports", "port_t", "node_t"]
    sources = [*domains, "haproxy_t", "haproxy_t", "domains"]
    lines = [f"(type {name})\n(roletype system_r {name})\n(typeattributeset domains {name})\n" for name in domains]
    lines += [f"(type {name})\n(roletype object_r {name})\n(typeattributeset ports {name})\n" for name in types]
    lines += [f"(typeattributeset some_ports {name})\n" for name in chance.different((len(types) + 1) // 2, *types)]
    lines += [f"(boolean {name} {chance.one('true', 'false')})\n" for name in booleans]
    lines += _ports(chance, types)
    lines += [_rule(chance, sources, targets) + "\n" for _ in range(chance.number(0, 12))]
    lines += ["(allow haproxy_t self (capability (net_bind_service)))\n"] * chance.of(80)
    for _ in range(chance.number(0, 8)):
        then = " ".join(_rule(chance, sources, targets) for _ in range(chance.number(1, 3)))
        otherwise = f" (false {_rule(chance, sources, targets)})" if chance.of(40) else ""
        lines.append(f"(booleanif {_condition(chance, booleans)} (true {then}){otherwise})\n")
    return BASE + "".join(lines)


def compile_cil(text, path):
    """The binary policy that secilc makes."""
    source = Path(f"{path}.cil")
    source.write_text(text, encoding="ascii")
    command = ("secilc", "-f", "/dev/null", "-c", "33", "-o", str(path), str(source))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(f"secilc refuses a policy of ours: {done.stderr[-300:]}")
