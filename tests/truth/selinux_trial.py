# SPDX-License-Identifier: Apache-2.0
"""Asks lbpreflight and setools what a policy lets a domain do at ports, and what each boolean would change of that."""

import json
import shutil
import subprocess
import tempfile
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

from . import compare
from .chance import Chance
from .selinux_policies import cil, compile_cil
from .shrink import fewest

SECONDS = 120  # for one policy, on a busy machine
ACCESSES = {"name_bind": ("tcp_socket", "udp_socket"), "name_connect": ("tcp_socket",), "node_bind": ("tcp_socket", "udp_socket")}
RANGES = ("32768\t60999", "1024\t65535", "10240\t65535", "60000\t60001")
FIRST_FREE = 1024


@dataclass(frozen=True)
class Case:
    """`cil` is empty where a policy file is asked; then `program` is the type of the program that init starts."""

    selinux: str  # the policy file
    cil: str
    program: str
    binds: tuple[int, ...]
    quic: tuple[int, ...]
    servers: tuple[int, ...]
    range: str


def _setools():
    """Debian's own Python has it, the one we run under may be another."""
    try:
        import setools
    except ImportError:
        import sys

        sys.path.append("/usr/lib/python3/dist-packages")
        import setools
    return setools


def why_not():
    """Why nothing can be compared here; empty when it can."""
    try:
        _setools()
    except ImportError as reason:
        return f"setools cannot be used: {reason}"
    return "" if shutil.which("secilc") else "secilc is not installed"


@lru_cache(maxsize=1)
def _loaded(path):
    """The policy, and of its rules those that allow something at ports: everything else takes seconds each time."""
    policy = _setools().SELinuxPolicy(path)
    rules = []
    for rule in policy.terules():
        if str(rule.ruletype) != "allow" or str(rule.tclass) not in ("tcp_socket", "udp_socket", "capability"):
            continue
        permissions = {str(each) for each in rule.perms}
        if permissions & {*ACCESSES, "net_bind_service"}:
            rules.append((rule, permissions))
    return policy, rules


def _conditional(rule):
    try:
        return rule.conditional, rule.conditional_block
    except _setools().exception.RuleNotConditional:
        return None, None


class Oracle:
    """setools' answers for one domain."""

    def __init__(self, path, domain):
        policy, rules = _loaded(path)
        self.booleans = {str(each): each.state for each in policy.bools()}
        self.ports = [(str(e.protocol), e.ports.low, e.ports.high, str(e.context.type_)) for e in policy.portcons()]
        self._rules = []
        for rule, permissions in rules:
            if domain in {str(each) for each in rule.source.expand()}:
                targets = {str(each) for each in rule.target.expand()}
                self._rules.append((str(rule.tclass), permissions, targets, *_conditional(rule)))
        self._initial = {str(each): str(each.context.type_) for each in policy.initialsids()}

    def type_of(self, protocol, port):
        for which, low, high, name in self.ports:
            if which == protocol and low <= port <= high:
                return name
        return self._initial["port"]

    def types(self):
        return {name for *_, name in self.ports} | {self._initial["port"]}

    def node(self):
        return self._initial["node"]

    def allowed(self, changed=()):
        """{(class, permission, type)} with these booleans changed."""
        state = {**self.booleans, **dict(changed)}
        found = set()
        for tclass, permissions, targets, condition, block in self._rules:
            if condition is not None:
                mentioned = {str(each): state[str(each)] for each in condition.booleans}
                if condition.evaluate(**mentioned) != block:
                    continue
            found |= {(tclass, permission, target) for permission in permissions for target in targets}
        return found


def _transition(path, program):
    policy, _ = _loaded(path)
    for rule in policy.terules():
        if str(rule.ruletype) == "type_transition" and str(rule.tclass) == "process" and str(rule.source) == "init_t":
            if str(rule.target) == program:
                return str(rule.default)
    return "init_t"


@lru_cache(maxsize=4)
def programs_of(path):
    """The types of programs that init starts in a domain of their own."""
    policy, _ = _loaded(path)
    starts = (r for r in policy.terules() if str(r.ruletype) == "type_transition" and str(r.tclass) == "process")
    return sorted({str(rule.target) for rule in starts if str(rule.source) == "init_t"})


def _configuration(case):
    lines = ["defaults\n  mode http\n  timeout client 9s\n  timeout server 9s\n  timeout connect 9s\nlisten l\n"]
    lines += [f"  bind *:{port}\n" for port in case.binds] + [f"  bind quic4@*:{port}\n" for port in case.quic]
    lines += [f"  server s{port} 10.0.0.1:{port}\n" for port in case.servers]
    return "".join(lines)


def furnish(case, root):
    """The tree of a host that is not running."""
    files = {
        "etc/selinux/config": "SELINUX=enforcing\nSELINUXTYPE=targeted\n",
        "etc/selinux/targeted/contexts/files/file_contexts": f"/usr/sbin/haproxy -- u:object_r:{case.program}:s0\n",
        "usr/sbin/haproxy": "",
        "etc/haproxy/haproxy.cfg": _configuration(case),
        "proc/sys/net/ipv4/ip_local_port_range": case.range + "\n",
        "proc/sys/net/ipv4/ip_unprivileged_port_start": f"{FIRST_FREE}\n",
    }
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="ascii")
    policy = root / "etc/selinux/targeted/policy/policy.33"
    policy.parent.mkdir(parents=True)
    if case.cil:
        compile_cil(case.cil, policy)
    else:
        shutil.copyfile(case.selinux, policy)
    return str(policy)


def ask(program, root, *verb):
    command = (program, *verb, "--root", str(root), "--format", "json")
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    return json.loads(done.stdout)


def told(groups):
    return {(g["class"], g["permission"], name) for g in groups for name in g["types"]}


def compare_rules(rules, oracle, domain):
    found = []
    types = oracle.types()

    def of_ports(triples):
        return {
            (c, p, t)
            for c, p, t in triples
            if (p in ACCESSES and c in ACCESSES[p] and (t in types or t == oracle.node()))
            or ((c, p, t) == ("capability", "net_bind_service", domain))
        }

    def differ(kind, said, expected):
        if said != expected:
            text = f"too much {sorted(said - expected)[:3]}, too little {sorted(expected - said)[:3]}"
            found.append(compare.difference(kind, text))

    now = of_ports(oracle.allowed())
    differ("allowed", told(rules["allowed"]), now)
    said = {each["name"]: each for each in rules["booleans"]}
    for name, value in oracle.booleans.items():
        then = of_ports(oracle.allowed([(name, not value)]))
        differ("gained", told(said[name]["gained"]) if name in said else set(), then - now)
        differ("lost", told(said[name]["lost"]) if name in said else set(), now - then)
    return found


def _expected(oracle, domain, case, kind, port):
    """Whether the kernel would let it pass, by its own rules."""
    now = oracle.allowed()
    protocol = "udp" if kind == "quic" else "tcp"
    tclass = f"{protocol}_socket"
    name = oracle.type_of(protocol, port)
    if kind == "server":
        return (tclass, "name_connect", name) in now
    low, high = map(int, case.range.split())
    if port < FIRST_FREE and ("capability", "net_bind_service", domain) not in now:
        return False
    checked = port < FIRST_FREE or port < low or port > high
    if checked and (tclass, "name_bind", name) not in now:
        return False
    return (tclass, "node_bind", oracle.node()) in now


def compare_verdicts(report, oracle, domain, case):
    said = {}
    for each in report["results"]:
        if each["check"] in ("selinux_allows_binds", "selinux_allows_backends"):
            said[each["subject"]] = each["outcome"]
    found = []
    wanted = [("bind", p, f"bind:tcp/*:{p}") for p in case.binds]
    wanted += [("quic", p, f"bind:udp/*:{p}") for p in case.quic]
    wanted += [("server", p, f"tuple:*>10.0.0.1:{p}") for p in case.servers]
    for kind, port, subject in wanted:
        expected = "pass" if _expected(oracle, domain, case, kind, port) else "fail"
        if said.get(subject) != expected:
            found.append(compare.difference(kind, f"{subject} is {said.get(subject)}, {expected} expected"))
    return found, len(wanted)


class SelinuxPolicies:
    """What policies let a domain do at ports."""

    noun, count, reasons = "policies", 200, "asked"

    def __init__(self, policy=None):
        self._policy = str(policy) if policy else ""

    def case_of(self, seed):
        chance = Chance(seed)
        real = self._policy and seed % 4 == 0
        program = chance.one(*programs_of(self._policy)) if real else "haproxy_exec_t"

        def ports(most):
            return tuple(sorted({chance.one(chance.number(1, 65535), chance.number(1, 11000)) for _ in range(most)}))

        return Case(
            selinux=self._policy if real else "",
            cil="" if real else cil(chance),
            program=program,
            binds=ports(50),
            quic=ports(10),
            servers=ports(50),
            range=chance.one(*RANGES),
        )

    def examine(self, case, programs):
        with tempfile.TemporaryDirectory() as root:
            path = furnish(case, Path(root))
            domain = _transition(path, case.program)
            oracle = Oracle(path, domain)
            facts = ask(programs.lbpreflight, root, "facts")["selinux"]["instances"][0]
            report = ask(programs.lbpreflight, root, "check")
            _loaded.cache_clear()
        if facts["rules"].get("domain") != domain:
            differences = [compare.difference("domain", f"{facts['rules']} where {domain} is expected")]
            return {"outcome": "other domain", "differences": differences, "unknown": {}, "reasons": []}
        verdicts, asked = compare_verdicts(report, oracle, domain, case)
        differences = compare_rules(facts["rules"], oracle, domain) + verdicts
        kind = "of our own" if case.cil else "a distribution's"
        return {"outcome": kind, "differences": differences, "unknown": {}, "reasons": [f"ports, {kind}"] * asked}

    def smaller(self, case, stays, attempts):
        left = [attempts]

        def asked(candidate):
            left[0] -= 1
            return left[0] >= 0 and stays(candidate)

        for name in ("binds", "quic", "servers"):
            few = fewest(getattr(case, name), lambda some, name=name: asked(replace(case, **{name: tuple(some)})))
            case = replace(case, **{name: tuple(few)})
        return case

    def keep(self, case, stem):
        Path(f"{stem}.json").write_text(json.dumps(asdict(case), indent=1) + "\n", encoding="utf-8")
        return _configuration(case) + case.program

    def load(self, path):
        value = json.loads(Path(path).read_text(encoding="utf-8"))
        return Case(**{name: tuple(each) if isinstance(each, list) else each for name, each in value.items()})
