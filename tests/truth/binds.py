# SPDX-License-Identifier: Apache-2.0
"""Bind lines with the options that multiply listeners, or decide whether and how they can be bound."""

PLAIN = ("accept-proxy", "defer-accept", "nice 5", "mss 1400", "tcp-ut 30s", "tfo", "name maxconn", "name shards")
OF_UNIX = ("", "mode 600", "user nobody", "accept-proxy", "maxconn 4")
HAS_SHARDS = (2, 5)


class Binds:
    def __init__(self, context):
        self._context = context
        self._chance = context.chance

    def line(self):
        if self._chance.of(1.5) and not self._context.addresses.prefixed:
            return f"bind {self._context.obstacle.socket()}"
        if self._chance.of(8):
            shards = self._context.version >= HAS_SHARDS and self._chance.of(8)
            options = f"{self._chance.one(*OF_UNIX)}{' shards 2' * shards}"
            return f"bind {self._context.addresses.unix()} {options}".rstrip()
        return f"bind {self._context.addresses.listening()} {self._options()}".rstrip()

    def _options(self):
        chance = self._chance
        words = chance.some(2, *PLAIN)
        words += chance.maybe(10, f"backlog {chance.one(chance.number(1, 5000), 0, '77x')}")
        words += chance.maybe(10, f"maxconn {chance.number(1, 500)}")
        words += chance.maybe(5, "interface lo")
        words += chance.maybe(4, "transparent")
        words += chance.maybe(8, chance.one("v4v6", "v6only"))
        words += [self._tls()] if chance.of(7) else []
        if self._context.version >= HAS_SHARDS:
            words += chance.maybe(10, f"shards {chance.one(1, 2, 3, 'by-thread', 'by-thread')}")
            words += chance.maybe(8, f"thread {self._thread_set()}")
        return " ".join(words)

    def _tls(self):
        self._context.certificate = True
        options = self._chance.one("", "", "alpn h2,http/1.1", "ssl-min-ver TLSv1.2", "verify none")
        return f"ssl crt {self._context.certificate_path} {options}".rstrip()

    def _thread_set(self):
        """Of threads there are: without nbthread there is one at least."""
        last = self._context.threads or 1
        first = self._chance.number(1, last)
        return self._chance.one("all", "odd", f"{first}", f"{first}-{last}", "1", f"1-{first}", "1/1", "1/all")
