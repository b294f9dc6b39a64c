# SPDX-License-Identifier: Apache-2.0
"""defaults, frontend, backend and listen sections: what is inherited, what is bounded, what is switched off."""

from .binds import Binds
from .servers import Servers

# Outside quotes a number is not expanded, and is 0.
MAXCONNS = ("0", "${LB_MAX}", '"$LB_MAX"', '"${LB_NONE-9}"')
OF_FRONTENDS = (
    "option tcplog",
    "option dontlognull",
    "option tcp-smart-accept",
    "tcp-request inspect-delay 3s",
    "log global",
    "no log",
    "rate-limit sessions 100",
    "option socket-stats",
    "timeout client-fin 3s",
    "acl local src 127.0.0.0/8 ::1",
    "tcp-request connection reject if { src 198.51.100.0/24 }",
    "description bind 127.0.0.1:1",
)
OF_BACKENDS = (
    "balance leastconn",
    "balance source",
    "retries 2",
    "option redispatch",
    "option log-health-checks",
    "timeout check 3s",
    "timeout queue 9s",
    "hash-type consistent",
    "option tcp-check",
    "option allbackups",
    "option srvtcpka",
    "option independent-streams",
)
OF_HTTP_FRONTENDS = ("option httplog", "option http-server-close", "monitor-uri /up", "unique-id-format %Ts")
OF_HTTP_BACKENDS = ("option httpchk GET /up", "cookie SRV insert", "http-reuse never", "option httpclose")
OF_DEFAULTS = ("log global", "option dontlognull", "retries 3", "option redispatch", "balance first")
SPLICING = ("splice-auto", "splice-request", "splice-response")


class Proxies:
    def __init__(self, context):
        self._context = context
        self._chance = context.chance
        self._binds = Binds(context)
        self._servers = Servers(context)
        self._named_defaults = []

    def sections(self):
        """One frontend at least: without a listener haproxy does not start."""
        chance = self._chance
        made = [self._defaults()]
        for _ in range(chance.number(1, 6)):
            if chance.of(20):
                made.append(self._defaults())
            made.append(chance.one(self._frontend, self._frontend, self._backend, self._backend, self._listen)())
        if not any(section[0].startswith(("frontend", "listen")) for section in made):
            made.append(self._frontend())
        return made

    def _defaults(self):
        chance = self._chance
        head, parent = "defaults", None
        if chance.of(40):
            name = self._context.name("d")
            parent = chance.one(*self._named_defaults) if self._named_defaults and chance.of(40) else None
            head += f" {name}" + (f" from {parent}" if parent else "")
            self._named_defaults.append(name)
        timeouts = [f"timeout {of} 9s" for of in ("client", "connect", "server")]
        lines = [] if parent else [f"mode {self._context.mode}", *timeouts]
        lines += chance.maybe(12, f"maxconn {chance.number(1, 900)}")
        lines += chance.maybe(10, f"backlog {chance.number(1, 900)}")
        lines += chance.maybe(6, f"fullconn {chance.number(1, 900)}")
        lines += self._splicing(6)
        lines += chance.maybe(12, self._servers.default_server())
        lines += chance.maybe(3, "source 127.0.0.6")
        lines += chance.maybe(2, "disabled")
        return [head, *lines, *chance.some(2, *OF_DEFAULTS)]

    def _splicing(self, percent):
        if not self._chance.of(percent):
            return []
        option = self._chance.one(*SPLICING)
        return [f"option {option}", *self._chance.maybe(20, f"no option {self._chance.one(option, 'splice-auto')}")]

    def _from(self):
        usable = self._named_defaults if self._chance.of(20) else []
        return f" from {self._chance.one(*usable)}" if usable else ""

    def _front_lines(self):
        chance = self._chance
        lines = [self._binds.line() for _ in range(chance.number(1, 4))]
        lines += chance.maybe(18, f"maxconn {chance.one(chance.number(1, 900), *MAXCONNS)}")
        lines += chance.maybe(12, f"backlog {chance.one(chance.number(1, 9000), 0, '10k')}")
        lines += chance.some(3, *OF_FRONTENDS)
        return lines + (chance.some(2, *OF_HTTP_FRONTENDS) if self._context.mode == "http" else [])

    def _back_lines(self, name):
        chance = self._chance
        lines = chance.maybe(12, f"fullconn {chance.number(1, 900)}")
        lines += chance.maybe(4, "source 127.0.0.7")
        lines += chance.some(2, *OF_BACKENDS)
        lines += chance.some(2, *OF_HTTP_BACKENDS) if self._context.mode == "http" else []
        if chance.of(10):
            lines.append(f"stick-table type ip size 100 peers {self._peers()}")
        return lines + self._servers.lines(name)

    def _peers(self):
        wanted = self._context.peers
        if not wanted or self._chance.of(30):
            wanted.append(self._context.name("p"))
        return self._chance.one(*wanted)

    def _state(self):
        return [self._chance.one("disabled", "disabled", "enabled")] if self._chance.of(6) else []

    def _frontend(self):
        head = f"frontend {self._context.name('f')}{self._from()}"
        return [head, *self._front_lines(), *self._splicing(8), *self._state()]

    def _backend(self):
        name = self._context.name("b")
        return [f"backend {name}{self._from()}", *self._back_lines(name), *self._splicing(8), *self._state()]

    def _listen(self):
        name = self._context.name("l")
        lines = [*self._front_lines(), *self._back_lines(name), *self._splicing(8), *self._state()]
        return [f"listen {name}{self._from()}", *lines]
