# SPDX-License-Identifier: Apache-2.0
"""Proxies to be loaded: bounds of frontends, binds and servers, and rules that a client's address decides."""

from dataclasses import replace

from .case import Road
from .loadable_servers import V4, V6, Servers

DEFAULT_CLIENT = "127.0.3.1"  # the address that no rule names
OF_TCP = ("option redispatch", "retries 1", "retries 0", "option splice-auto", "option tcp-smart-accept", "backlog 4")
OF_HTTP = ("option http-server-close", "http-reuse never", "http-reuse always", "option httpclose")
OF_BACKENDS = ("balance roundrobin", "balance leastconn", "balance static-rr", "fullconn 30", "option redispatch")
ANYWHERE = {"*": "0.0.0.0", "127.0.0.1": "127.0.0.1", "127.0.0.2": "127.0.0.2", "": "0.0.0.0", "[::]": "::"}


class Proxies:
    """`theme` is the limit that shall mostly be the lowest, `outgoing` the first port of the host's range."""

    def __init__(self, chance, theme, outgoing):
        self._chance = chance
        self._theme = theme
        self._outgoing = outgoing
        self._servers = Servers(chance, theme)
        self._mode = chance.one("tcp", "http")
        self._next_port = 18080
        self._roads = []
        self._main = {"direct"}  # backends that are on some frontend's main road

    def sections(self):
        """The sections after `global`, and the ways through them."""
        chance = self._chance
        backends = [f"back{number}" for number in range(1, 1 + chance.one(1, 1, 2, 3))]
        made = [self._defaults(), *(self._backend(name) for name in backends)]
        made += [self._frontend(f"front{number}", backends) for number in range(1, 1 + chance.one(1, 1, 2, 3))]
        made += [self._listen()] if chance.of(25) else []
        made += [self._page()] if chance.of(12) else []
        return made, [replace(road, aside=road.backend not in self._main) for road in self._roads]

    def _defaults(self):
        chance = self._chance
        timeouts = [f"timeout {of} 60s" for of in ("client", "server", "queue")]
        lines = [f"mode {self._mode}", "log global", "option socket-stats", "timeout connect 5s", *timeouts]
        lines += chance.maybe(8, f"maxconn {chance.number(60, 150)}")
        return ["defaults", *lines, *chance.some(1, *(OF_TCP if self._mode == "tcp" else OF_HTTP))]

    def _bound(self, theme, percent):
        """Small where it shall be met first, else out of the way or near to what is."""
        if self._theme == theme:
            return [f"maxconn {self._chance.number(3, 60)}"]
        return self._chance.maybe(percent, f"maxconn {self._chance.number(40, 200)}")

    def _front_lines(self, ways):
        """`ways` are (client's address, backend)."""
        lines = self._bound("frontend_maxconn", 20) + self._chance.maybe(15, f"backlog {self._chance.number(1, 20)}")
        for _ in range(self._chance.one(1, 1, 2)):
            words, address, port = self._bind()
            lines.append(words)
            self._roads += [Road(client, address, port, backend) for client, backend in ways]
        return lines

    def _bind(self):
        """The line, its address and its first port."""
        chance = self._chance
        host, address = chance.one(*ANYWHERE.items())
        port = self._next_port if chance.of(92) else self._outgoing + self._next_port % 60
        self._next_port += 10
        last = f"-{port + chance.number(1, 3)}" if chance.of(10) else ""
        words = ["v4v6"] if address == "::" else []
        words += self._bound("bind_maxconn", 8) + chance.maybe(15, f"backlog {chance.number(1, 20)}")
        words += chance.maybe(12, f"shards {chance.number(2, 3)}")
        return " ".join([f"bind {host}:{port}{last}", *words]), address, port

    def _frontend(self, name, backends):
        """With a default_backend its rules are side roads; without, they are the only ones."""
        chance = self._chance
        ruled = chance.some(2, *backends) if chance.of(40) else []
        default = [chance.one(*backends)] if not ruled or chance.of(70) else []
        ways = [(f"127.0.3.{number}", backend) for number, backend in enumerate(ruled, 2)]
        rules = [f"use_backend {backend} if {{ src {client} }}" for client, backend in ways]
        self._main.update(default or ruled)
        lines = self._front_lines([(DEFAULT_CLIENT, backend) for backend in default] + ways)
        return [f"frontend {name}", *lines, *rules, *(f"default_backend {backend}" for backend in default)]

    def _backend(self, name):
        chance = self._chance
        source = chance.maybe(10, "source 127.0.0.6")
        lines = chance.some(2, *OF_BACKENDS) + (chance.maybe(20, "option httpchk") if self._mode == "http" else [])
        return [f"backend {name}", *source, *lines, *self._servers.lines(V4 if source else (*V4, V6))]

    def _listen(self):
        lines = self._front_lines([(DEFAULT_CLIENT, "direct")])
        return ["listen direct", *lines, *self._servers.lines((*V4, V6))]

    def _page(self):
        """Small on purpose, and nobody's road."""
        return ["listen page", "mode http", "bind 127.0.0.3:18040", "maxconn 2", "stats enable"]
