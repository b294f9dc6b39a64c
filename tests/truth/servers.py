# SPDX-License-Identifier: Apache-2.0
"""Server lines: what is inherited, what is counted, and options whose arguments look like other options."""

PLAIN = (
    "weight 50",
    "inter 5s",
    "fastinter 700ms downinter 9s",
    "rise 2 fall 3",
    "maxqueue 7",
    "backup",
    "slowstart 10s",
    "send-proxy",
    "send-proxy-v2",
    "tfo",
    "on-marked-down shutdown-sessions",
    "pool-max-conn 10",
    "pool-purge-delay 3s",
    "observe layer4",
    "error-limit 10",
    "init-addr none",
    "tcp-ut 10s",
    "no-send-proxy",
    "check-send-proxy",
    "agent-inter 9s",
    "socks4 127.0.0.1:1080",
    "non-stick",
)


MAXCONNS = ("0", "5", "100", "10k", '"$LB_MAX"')
SOURCES = ("127.0.0.5", "127.0.0.5:20000-20100", "0.0.0.0", "127.0.0.5:0", "0.0.0.0:2000-2001")


class Servers:
    def __init__(self, context):
        self._chance = context.chance
        self._addresses = context.addresses
        self._http = context.mode == "http"

    def options(self, in_default=False):
        chance = self._chance
        words = chance.some(4, *PLAIN)
        words += chance.maybe(45, "check")
        words += chance.maybe(8, "no-check")
        words += chance.maybe(12, f"port {chance.number(9000, 9999)}")
        words += chance.maybe(3, f"port {chance.number(9000, 9999)}")
        words += chance.maybe(6, f"addr {chance.one('127.0.0.3', '127.0.0.3:9100', '[::1]:9')}")
        words += chance.maybe(8, f"agent-port {chance.number(9000, 9999)}")
        words += chance.maybe(5, "agent-addr 127.0.0.4")
        words += chance.maybe(12, f"maxconn {chance.one(*MAXCONNS)}")
        words += chance.maybe(6, "maxconn 50 minconn 10")
        words += chance.maybe(8, f"source {chance.one(*SOURCES)}")
        words += chance.maybe(8, chance.one("disabled", "disabled enabled", "enabled"))
        words += chance.maybe(5, "no-agent-check")
        words += chance.maybe(5, f"ssl verify none{chance.one('', ' check-ssl', ' no-check-ssl', ' alpn h2')}")
        if self._http and not in_default:
            words += chance.maybe(12, f"cookie {chance.one('check', 'port', 'agent-check', 'c1')}")
        if chance.of(10):
            words.append(f"agent-check agent-port {chance.number(9000, 9999)}")
        return " ".join(words)

    def lines(self, place):
        """The lines of one backend: default-server lines work on the servers after them."""
        chance = self._chance
        made = []
        for number in range(1, 1 + chance.number(0, 5)):
            made += chance.maybe(15, self.default_server())
            made.append(self._line(number))
        if chance.of(10):
            tracking = f"server k {self._addresses.remote()} no-check no-agent-check track {place}/base"
            made += [f"server base {self._addresses.remote()} check", *chance.maybe(50, tracking)]
        return made

    def default_server(self):
        return f"default-server {self.options(in_default=True) or 'check'}"

    def _line(self, number):
        chance = self._chance
        if chance.of(10):
            span = chance.one(f"{chance.number(1, 6)}", f"{chance.number(1, 3)}-{chance.number(4, 9)}")
            return f"server-template t{number}- {span} {self._addresses.remote()} {self.options()}"
        if chance.of(6):
            # No port of its own: the port of the connection, and a check needs to be told one.
            address = chance.one("127.0.0.1", "127.0.0.1:+1", "127.0.0.1:-1", "127.0.0.1:", "[::1]")
            return f"server p{number} {address} {chance.one('no-check', 'check port 9005')} no-agent-check"
        if chance.of(5):
            path = chance.one("/run/truth/none", "unix@/run/truth/none", "abns@none")
            return f"server u{number} {path} {chance.one('no-check', 'check port 9006')} no-agent-check"
        return f"server s{number} {self._addresses.remote()} {self.options()}"
