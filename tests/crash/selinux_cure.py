# SPDX-License-Identifier: Apache-2.0
"""The remedies of SELinux from finding to cure and back, by the real program and the real libsemanage.

No kernel with SELinux is asked: a directory stands for selinuxfs, and what loads a policy copies it there, as
semanage.conf(5) lets it. Booleans are running as the policy has them then.
"""

import json
import os
import shutil
from pathlib import Path

from truth import place

from .host import run
from .selinux_store import HTTP, SEMANAGE_CONF, Store

SELINUXFS = Path("/sys/fs/selinux")
HAPROXY = "/usr/sbin/haproxy"
LABEL = b"system_u:object_r:haproxy_exec_t:s0\0"
BOOLEANS = ("haproxy_connect_any", "haproxy_bind_any", "httpd_can_network_relay")
CONFIG = """defaults
  mode http
  timeout client 9s
  timeout connect 9s
  timeout server 9s
listen web
  bind 127.0.0.1:8888
  server app 10.9.0.1:9999
"""
BINDS, BACKENDS, HEALTHY = "selinux_allows_binds", "selinux_allows_backends", "selinux_store_is_healthy"
CACHE = HTTP.replace("http_port_t", "http_cache_port_t")
SECONDS = 600


class Cure:
    """A host on which SELinux denies haproxy a bind and a server."""

    def __init__(self, program):
        self._program, self.wrong = program, []
        self.store = Store(program)
        self._enforce()
        Path("/etc/haproxy/haproxy.cfg").write_text(CONFIG, encoding="ascii")
        self._label_program()
        self.store.keep()

    def _enforce(self):
        policy = next(self.store.policies.glob("policy/policy.*"))
        place.mount("tmpfs", "/sys/fs", "tmpfs", options="mode=755")
        (SELINUXFS / "booleans").mkdir(parents=True)
        for name, content in ("enforce", "1"), ("mls", "1"), ("commit_pending_bools", ""), ("deny_unknown", "0"):
            (SELINUXFS / name).write_text(content, encoding="ascii")
        for name in BOOLEANS:
            value = "1 1" if name == "httpd_can_network_relay" else "0 0"
            (SELINUXFS / "booleans" / name).write_text(value, encoding="ascii")
        shutil.copy(policy, SELINUXFS / "policy")
        with open(SEMANAGE_CONF, "a", encoding="ascii") as conf:
            conf.write(f"[load_policy]\npath = /bin/cp\nargs = {policy} {SELINUXFS}/policy\n[end]\n")

    @staticmethod
    def _label_program():
        copy = Path("/run/haproxy-labelled")
        shutil.copy(HAPROXY, copy)
        os.setxattr(copy, "security.selinux", LABEL)
        place.mount(str(copy), HAPROXY, "", place.MS_BIND)

    def _expect(self, what, true, said=""):
        if not true:
            self.wrong.append(f"{what} is not so: {said[-600:]}")

    def _run(self, *arguments, wanted=0):
        code, said = run((self._program, *arguments))
        self._expect(f"{' '.join(arguments)} ends with {wanted}, not {code}", code == wanted, said)
        return said

    def _running(self, name):
        return (SELINUXFS / "booleans" / name).read_text(encoding="ascii")[0]

    def _loaded(self):
        return (SELINUXFS / "policy").read_bytes() == next(self.store.policies.glob("policy/*")).read_bytes()

    def labels(self):
        """Denied and proved, labelled and judged again, and taken back to the byte."""
        both = f"{BINDS},{BACKENDS}"
        before = self.store.snapshot()
        self._run("check", "--only", both, wanted=1)
        said = self._run("plan", "--only", both, wanted=1)
        self._expect("the dry run shows the proof", "name_bind of unreserved_port_t; allowed" in " ".join(said.split()),
                     said)
        plan = json.loads(self._run("plan", "--only", both, "--format", "json", wanted=1))
        self._expect("one edit for all", [step["change"]["kind"] for step in plan["steps"]] == ["selinux"], str(plan))
        self._run("apply", "--yes", "--quiet", "--only", both)
        self._expect("both ports are labelled", self.store.ports() == {"tcp 8888": HTTP, "tcp 9999": CACHE},
                     str(self.store.ports()))
        self._expect("the kernel has it", self._loaded())
        self._run("check", "--only", both)
        self._run("revert", "--quiet")
        self._expect("revert is exact", self.store.snapshot() == before)
        self._expect("the kernel has what was before", self._loaded())
        self._run("check", "--only", both, wanted=1)

    def boolean(self):
        """Asked for by name, kept and running, and taken back: one for both, though for the bind a lesser one would do."""
        before = self.store.snapshot()
        self._run("apply", "--yes", "--quiet", "--only", "enable_selinux_boolean")
        self._expect("it is kept", self.store.booleans() == {"haproxy_connect_any": "1"}, str(self.store.booleans()))
        self._expect("and running", self._running("haproxy_connect_any") == "1")
        self._run("check", "--only", f"{BINDS},{BACKENDS}")
        self._run("revert", "--quiet")
        self._expect("revert is exact", self.store.snapshot() == before)
        self._expect("and nothing is running", self._running("haproxy_connect_any") == "0")

    def repair(self):
        """A store that another program's commit lost."""
        before = self.store.snapshot()
        self.store.active.rename(self.store.active.with_name("previous"))
        self._run("check", "--only", HEALTHY, wanted=1)
        self._run("apply", "--yes", "--quiet", "--only", HEALTHY)
        self._expect("the store is as before", self.store.snapshot() == before)
        self._run("check", "--only", HEALTHY)


def _run(program):
    cure = Cure(program)
    for part in cure.labels, cure.boolean, cure.repair:
        part()
    return cure.wrong


def examine(program):
    """What is wrong."""
    return place.inside(lambda: _run(program), SECONDS)
