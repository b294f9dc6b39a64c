# SPDX-License-Identifier: Apache-2.0
"""Random configurations that haproxy accepts, of everything that bears on descriptors, listeners and starting."""

from .addresses import ENVIRONMENT, SOCKETS
from .case import HOST_NAME, Case
from .conditions import Conditions
from .context import HERE, Context
from .disguise import Disguise
from .others import Others
from .proxies import Proxies

STATS_SOCKET = f"{SOCKETS}/stats"
HAS_FD_HARD_LIMIT = (2, 6)
OF_STATS_SOCKETS = ("", "level operator", "maxconn 3", "backlog 9", "name extra")
OF_GLOBAL = (
    "log 127.0.0.1:514 local0",
    "log stderr format raw local0 notice",
    "log /run/truth/nowhere local1",
    "tune.bufsize 32768",
    "tune.maxaccept 50",
    "spread-checks 5",
    "hard-stop-after 5s",
    "description maxconn 5",
    "node lb",
    "pidfile /run/truth/sockets/pid",
    "stats timeout 30s",
    "ssl-default-bind-options no-sslv3",
    "tune.pipesize 65536",
    "busy-polling",
    "no busy-polling",
    "tune.idle-pool.shared on",
    "daemon",
)


class Configurations:
    """One configuration; `version` is haproxy's, as a tuple, and `nofile` the hard limit it will be given."""

    def __init__(self, chance, version, nofile):
        self._chance = chance
        self._context = Context(chance, version, nofile)
        self._conditions = Conditions(chance)
        self._disguise = Disguise(chance)

    def case(self, host_of):
        """The pair, with the host that `host_of` makes for what is wanted here."""
        sections = [self._global(), *Proxies(self._context).sections(), *Others(self._context).sections()]
        if self._chance.of(10):
            sections.append(["global", *self._numbers()])
        files = tuple(self._files(sections))
        return Case(
            files=files,
            arguments=tuple(self._arguments()),
            directory=self._chance.of(8),
            certificate=self._context.certificate,
            environment=ENVIRONMENT,
            named=self._chance.of(50),
            host=host_of(self._context),
        )

    def _files(self, sections):
        """Mostly one; a section does not continue in the next file."""
        parts = [sections]
        if self._chance.of(10):
            middle = self._chance.number(1, len(sections) - 1)
            parts = [sections[:middle], sections[middle:]]
        for part in parts:
            yield "".join(line + "\n" for section in part for line in self._written(section))

    def _written(self, section):
        head, *rest = section
        lines = [f"  {line}" if STATS_SOCKET in line else self._disguise.line("  " + line) for line in rest]
        if lines and self._chance.of(12):
            first = self._chance.number(0, len(lines) - 1)
            last = self._chance.number(first, len(lines) - 1) + 1
            lines[first:last] = self._conditions.around(lines[first:last])
        idle = self._chance.maybe(20, self._chance.one("", "  ", "# a comment", "  #", "[scope]"))
        return [self._disguise.line(head), *lines, *idle]

    def _arguments(self):
        chance = self._chance
        words = ["-n", str(self._maxconn())] if chance.of(8) else []
        words += ["-L", "other"] if chance.of(4) else []
        words += ["-m", str(chance.number(600, 3000))] if chance.of(5) else []
        words += ["-C", HERE] if self._context.relative else []
        if self._context.master:
            words += ["-W"]
            words += ["-S", "/run/truth/sockets/master"] if chance.of(50) else []
        return words

    def _maxconn(self):
        """Often about what the limit allows, where one descriptor more or less decides."""
        chance, half = self._chance, self._context.nofile // 2
        near = max(1, half - chance.number(0, 60))
        small = chance.number(1, 50)
        return chance.one(near, near, *[small] * 6, chance.number(100, 1000), half + chance.number(0, 500))

    def _numbers(self):
        chance, nofile = self._chance, self._context.nofile
        lines = []
        if chance.of(65):
            value = chance.one(*[str(self._maxconn())] * 9, "0", '"${LB_MAX}"', '"${LB_NONE-200}"')
            lines.append(f"maxconn {value}")
        lines += chance.maybe(4, f"maxconn {chance.number(1, 999)}")
        lines += chance.maybe(5, f"ulimit-n {max(1, nofile - chance.number(-100, 400))}")
        if self._context.version >= HAS_FD_HARD_LIMIT:
            lines += chance.maybe(8, f"fd-hard-limit {max(10, nofile - chance.number(-100, 900))}")
        lines += chance.maybe(10, f"maxpipes {chance.one(0, 1, 10, 250)}")
        lines += chance.maybe(12, f"stats maxconn {chance.one(1, 5, 50)}")
        return lines + chance.maybe(12, "no strict-limits")

    def _global(self):
        """The first stats socket is the one that `observed` asks."""
        chance = self._chance
        lines = [f"default-path origin {HERE}"] if self._context.default_path else []
        lines += [f"stats socket {STATS_SOCKET}{chance.one('', ' level admin', ' mode 666 level user')}"]
        lines += self._numbers()
        lines += chance.maybe(5, "setenv LB_PORT 18555") + chance.maybe(5, 'presetenv LB_LATE "127.0.0.3"')
        lines += [f"nbthread {self._context.threads}"] if self._context.threads else []
        for _ in range(chance.number(1, 3) if chance.of(20) else 0):
            lines.append(f"stats socket {self._stats_address()} {chance.one(*OF_STATS_SOCKETS)}".rstrip())
        lines += chance.maybe(4, "noreuseport")
        if chance.of(6):
            self._context.addresses.prefixed = True
            lines.append(f"unix-bind prefix {SOCKETS}")
        lines += self._context.obstacle.of_global()
        lines += [f"stats socket {self._context.obstacle.socket()}"] if chance.of(2) else []
        lines += chance.maybe(6, f"localpeer {chance.one(HOST_NAME, 'me')}")
        lines += chance.maybe(4 * self._context.may_wait, "master-worker")
        return ["global", *lines, *chance.some(4, *OF_GLOBAL)]

    def _stats_address(self):
        addresses = self._context.addresses
        return self._chance.one(addresses.specific(), addresses.specific(), addresses.unix(stats=True))
