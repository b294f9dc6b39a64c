# SPDX-License-Identifier: Apache-2.0
"""The sections that are no proxies: peers, log-forward, and those that bear on nothing here."""

from .case import HOST_NAME

IDLE = (
    ["resolvers names", "nameserver n1 127.0.0.1:53", "nameserver n2 127.0.0.2:53", "timeout retry 1s"],
    ["userlist people", "user maxconn insecure-password bind"],
    ["cache stored", "total-max-size 4"],
    ["mailers mail", "mailer m1 127.0.0.1:25"],
    ["http-errors pages"],
    ["ring events", "format rfc5424", "size 32764", "timeout connect 5s", "server s1 127.0.0.1:6514"],
)
PROGRAM = ["program beside", "command /bin/sleep 600", "no option start-on-reload"]  # refused without -W


class Others:
    def __init__(self, context):
        self._context = context
        self._chance = context.chance

    def sections(self):
        """After the proxies, whose stick tables name the peers."""
        chance = self._chance
        wanted = [*self._context.peers, *(["unused"] if chance.of(4) else [])]
        made = [self._peers(name) for name in wanted]
        made += [self._log_forward()] if chance.of(6) else []
        made += [PROGRAM] if self._context.master and chance.of(20) else []
        return made + chance.some(3 if chance.of(25) else 0, *IDLE)

    def _remote_peer(self):
        return f"127.0.0.8:{self._chance.number(9000, 9999)}"

    def _peers(self, name):
        """Mostly this host is one of them."""
        chance = self._chance
        local = chance.one(HOST_NAME, HOST_NAME, HOST_NAME, "me", "other", "nobody")
        own, keyword = self._context.addresses.specific(), chance.one("peer", "server")
        lines = [f"peer {local} {own}"] if keyword == "peer" else [f"bind {own}", f"server {local}"]
        lines += [f"{keyword} {each} {self._remote_peer()}" for each in chance.some(3, "a", "b", "c")]
        lines += chance.maybe(15, "table t type ip size 100") + chance.maybe(5, "disabled")
        return [f"peers {name}", *lines]

    def _log_forward(self):
        chance, addresses = self._chance, self._context.addresses
        lines = [f"bind {addresses.specific()} {chance.one('', 'backlog 33', 'maxconn 7')}".rstrip()]
        lines += chance.maybe(50, f"dgram-bind {addresses.specific()}")
        lines += ["log 127.0.0.1:5140 local0"]
        lines += chance.maybe(30, f"maxconn {chance.number(1, 99)}")
        return [f"log-forward {self._context.name('r')}", *lines, *chance.maybe(30, f"backlog {chance.number(1, 99)}")]
