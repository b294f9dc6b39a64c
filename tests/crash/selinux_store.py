# SPDX-License-Identifier: Apache-2.0
"""The store of a SELinux policy in a place of its own, plans that change it, and all of it that could be torn."""

import hashlib
import json
import shutil
from pathlib import Path

from truth import place

from . import libsemanage
from .host import STATE, Host, entry, run
from .scene import BUSY, Scene

CIL = Path(__file__).resolve().parent.parent / "support/balancer.cil"
SEMODULE, SEMANAGE_CONF = "/usr/sbin/semodule", "/etc/selinux/semanage.conf"
STORES, POLICIES = Path("/var/lib/selinux"), Path("/etc/selinux")
KEPT = Path("/run/kept")
PLAN = Path("/run/plan.json")
HTTP = "system_u:object_r:http_port_t:s0"
# A plan needs a question; this one has the answer "all is well" everywhere.
QUESTION = "somaxconn_covers_backlog"
NUMBERED = ("commit_num",)  # counts commits, those that took something back as well
LISTS = ("booleans.local", "ports.local")


def boolean(name, before, after, running=(None, None)):
    return {"name": name, "from": before, "to": after, "running_from": running[0], "running_to": running[1]}


def port(protocol, low, high, before, after):
    return {"protocol": protocol, "low": low, "high": high, "from": before, "to": after}


def _type(context):
    return context.split(":")[2]


def _port_sentence(low, high, protocol, before, after):
    name = f"{protocol} port {low}" if low == high else f"{protocol} ports {low}-{high}"
    if after is None:
        return f"take the label {_type(before)} off {name}"
    return f"label {name} {_type(after)}" + (f" instead of {_type(before)}" if before else "")


def _boolean_sentence(name, after):
    if after is None:
        return f"leave SELinux boolean {name} to the policy"
    return f"turn SELinux boolean {name} {'on' if after else 'off'}"


def _described(booleans, ports):
    """The program's own words, which a plan's digest covers."""
    sentences = [_port_sentence(one["low"], one["high"], one["protocol"], one["from"], one["to"]) for one in ports]
    return "; ".join(sentences + [_boolean_sentence(one["name"], one["to"]) for one in booleans])


def _entries(content):
    """libsemanage leaves a heading where it takes the last entry away."""
    lines = content.decode().splitlines()
    return sorted(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _digest(document):
    content = {name: value for name, value in document.items() if name not in ("digest", "changed", "diff")}
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=True)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


class Store:
    """Of the policy `name`, the only one of a host that runs no SELinux; to be used inside a place."""

    def __init__(self, program, tree=None):
        """`tree` is a directory that holds a policy's etc/selinux/NAME and var/lib/selinux/NAME; without it a small
        policy of our own is compiled."""
        self._program = program
        self.name = "balancer" if tree is None else next(Path(tree, "var/lib/selinux").glob("*/active")).parent.name
        Host(Scene(self.name, BUSY, (QUESTION,), ()))
        Path("/etc/nsswitch.conf").write_text("passwd: files\ngroup: files\n", encoding="ascii")
        POLICIES.mkdir()
        Path(SEMANAGE_CONF).write_text("module-store = direct\nexpand-check=0\n", encoding="ascii")
        (POLICIES / "config").write_text(f"SELINUX=permissive\nSELINUXTYPE={self.name}\n", encoding="ascii")
        self.active, self.policies = STORES / self.name / "active", POLICIES / self.name
        if tree is None:
            self._compile()
        else:
            for directory in (STORES / self.name, self.policies):
                shutil.copytree(f"{tree}{directory}", directory)
        self.keep()
        self._empty_plan = self._ask_for_plan()

    def _compile(self):
        for directory in STORES / self.name, self.policies:
            directory.mkdir(parents=True)
        code, said = run((SEMODULE, "-s", self.name, "-n", "-i", str(CIL)))
        if code != 0:
            raise place.Stuck(f"semodule ended with {code}: {said}")

    def _ask_for_plan(self):
        code, said = run((self._program, "plan", "--quiet", "--only", QUESTION, "-o", str(PLAN)))
        if not PLAN.exists():
            raise place.Stuck(f"plan ended with {code}: {said}")
        return json.loads(PLAN.read_text(encoding="utf-8"))

    def keep(self):
        """What `bring_back` brings back from now on."""
        shutil.rmtree(KEPT, ignore_errors=True)
        for directory in STORES, self.policies:
            shutil.copytree(directory, f"{KEPT}{directory}")

    def bring_back(self):
        shutil.rmtree(STATE, ignore_errors=True)
        for directory in STORES, self.policies:
            shutil.rmtree(directory)
            shutil.copytree(f"{KEPT}{directory}", directory)

    def plan(self, booleans, ports):
        """The plan for nothing, with one edit in it: the program takes it for what it rests on, not for its changes."""
        document = dict(self._empty_plan)
        change = {"kind": "selinux", "store": self.name, "booleans": booleans, "ports": ports}
        step = {"change": change, "describe": _described(booleans, ports), "tier": "safe", "remedies": ["x"], "why": []}
        document["steps"] = [step]
        document["digest"] = _digest(document)
        PLAN.write_text(json.dumps(document), encoding="utf-8")

    def command(self, verb):
        how = (str(PLAN), "--yes", "--quiet") if verb == "apply" else ("--quiet",)
        return (self._program, verb, *how)

    def booleans(self):
        """This host's own values, as the file has them."""
        return dict(line.split("=") for line in self._list("booleans.local"))

    def ports(self):
        """This host's own labels, as the file has them: "tcp 8000 - 8100": context."""
        return dict(line.removeprefix("portcon ").rsplit(" ", 1) for line in self._list("ports.local"))

    def _list(self, name):
        path = self.active / name
        return _entries(path.read_bytes()) if path.exists() else []

    def meaning(self):
        """The same for whom the order of labels that do not overlap is all one: what was taken away and brought back
        comes after the others, in the lists and in the policy."""
        found = self.snapshot()
        for path in self.active / "policy.kern", *self.policies.glob("policy/*"):
            found[str(path)] = hashlib.sha256(bytes(sorted(found[str(path)]))).hexdigest()
        with libsemanage.Store(self.name) as listing:
            return {**found, "labels": listing.labels()}

    def is_installed(self):
        """Whether boot loads what the store holds."""
        policy = (self.active / "policy.kern").read_bytes()
        return any(path.read_bytes() == policy for path in self.policies.glob("policy/*"))

    def snapshot(self):
        """By path, all that is there, but the number of the commit; of the lists their entries."""
        found = {}
        for tree in STORES, self.policies:
            for path in tree.rglob("*"):
                if path.name not in NUMBERED and path.name not in LISTS and path.is_file():
                    found[str(path)] = entry(path)[-1]
        for directory in STORES / self.name, STORES / "final":
            found[str(directory)] = sorted(path.name for path in directory.glob("*"))
        found.update({name: self._list(name) for name in LISTS})
        return found
