# SPDX-License-Identifier: Apache-2.0
"""Random configurations that haproxy accepts, of everything that bears on descriptors, listeners and starting."""

from .addresses import ENVIRONMENT, SOCKETS, Addresses
from .case import HOST_NAME, Case
from .conditions import Conditions
from .disguise import Disguise
from .servers import Servers

STATS_SOCKET = f"{SOCKETS}/stats"
CHROOT = "/run/truth/empty"  # exists

GLOBAL_NOISE = (
    "log 127.0.0.1:514 local0",
    "log stderr format raw local0 notice",
    "log /run/truth/nowhere local1",
    "tune.bufsize 32768",
    "tune.maxaccept 50",
    "spread-checks 5",
    "hard-stop-after 5s",
    "description maxconn 5",
    "node lb",
    "pidfile /run/truth/pid",
    "stats timeout 30s",
    "ssl-default-bind-options no-sslv3",
    "tune.pipesize 65536",
    "busy-polling",
    "no busy-polling",
    "tune.idle-pool.shared on",
    "daemon",
)
FRONTEND_NOISE = (
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
BACKEND_NOISE = (
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


class Configurations:
    """One configuration; `version` is haproxy's, as a tuple."""

    def __init__(self, chance, version, nofile_hard):
        self._chance = chance
        self._version = version
        self._hard = nofile_hard
        self._addresses = Addresses(chance)
        self._conditions = Conditions(chance)
        self._disguise = Disguise(chance)
        self._mode = chance.one("tcp", "tcp", "http")
        self._servers = Servers(chance, self._addresses, self._mode == "http")
        self._threads = chance.number(1, 8) if chance.of(40) else 0
        self._master = chance.of(12)
        self._named_defaults = []
        self._peers = []
        self._count = 0

    def case(self, host_of):
        """The pair, with the host that `host_of` makes for the ports wanted here."""
        sections = [self._global()] + self._proxies() + self._others()
        if self._chance.of(10):
            sections.append(["global", *self._global_numbers()])
        return Case(
            files=tuple(self._files(sections)),
            arguments=tuple(self._arguments()),
            environment=ENVIRONMENT,
            named=self._chance.of(50),
            host=host_of(self._addresses.ports),
        )

    def _files(self, sections):
        """Mostly one file; a section never continues in the next one."""
        parts = [sections]
        if self._chance.of(10):
            middle = self._chance.number(1, len(sections))
            parts = [sections[:middle], sections[middle:]]
        for part in parts:
            if part:
                yield "\n".join(line for section in part for line in self._written(section)) + "\n"

    def _written(self, section):
        head, *rest = section
        lines = [self._disguise.line("  " + line) for line in rest]
        if lines and self._chance.of(12):
            first = self._chance.number(0, len(lines) - 1)
            last = self._chance.number(first, len(lines) - 1) + 1
            lines[first:last] = self._conditions.around(lines[first:last])
        out = [self._disguise.line(head), *lines]
        return out + self._chance.maybe(20, self._chance.one("", "  ", "# a comment", "  #", "[scope]"))

    def _arguments(self):
        chance = self._chance
        words = ["-n", str(self._maxconn())] if chance.of(8) else []
        words += ["-L", "other"] if chance.of(4) else []
        words += ["-m", str(chance.number(600, 3000))] if chance.of(2) else []
        if self._master:
            words += ["-W"]
            words += ["-S", "/run/truth/master.sock"] if chance.of(50) else []
        return words

    # ---- global

    def _maxconn(self):
        """Often about what the limit allows, where one descriptor more or less decides."""
        chance = self._chance
        half = self._hard // 2
        near = max(1, half - chance.number(0, 60))
        return chance.one(near, near, chance.number(1, 50), chance.number(100, 2000), half + chance.number(0, 500))

    def _global_numbers(self):
        chance = self._chance
        lines = []
        if chance.of(65):
            value = chance.one(*[str(self._maxconn())] * 9, "0", '"${LB_MAX}"', '"${LB_NONE-200}"')
            lines.append(f"maxconn {value}")
        lines += chance.maybe(4, f"maxconn {chance.number(1, 999)}")
        lines += chance.maybe(7, f"ulimit-n {max(1, self._hard - chance.number(-100, 400))}")
        if self._version >= (2, 6):
            lines += chance.maybe(8, f"fd-hard-limit {max(10, self._hard - chance.number(-100, 900))}")
        lines += chance.maybe(10, f"maxpipes {chance.one(0, 1, 10, 250)}")
        lines += chance.maybe(12, f"stats maxconn {chance.one(1, 5, 50)}")
        lines += chance.maybe(12, "no strict-limits")
        return lines

    def _global(self):
        chance = self._chance
        lines = [f"stats socket {STATS_SOCKET}{chance.one('', ' level admin', ' mode 666 level user')}"]
        lines += self._global_numbers()
        lines += chance.maybe(5, "setenv LB_PORT 18555") + chance.maybe(5, 'presetenv LB_LATE "127.0.0.3"')
        lines += [f"nbthread {self._threads}"] if self._threads else []
        for _ in range(chance.number(1, 3) if chance.of(20) else 0):
            lines.append(f"stats socket {self._stats_address()}")
        lines += chance.maybe(4, "noreuseport")
        lines += chance.maybe(10, f"chroot {chance.one(CHROOT, CHROOT, '/run/truth/none')}")
        lines += chance.one(["user nobody"], ["group nogroup"], ["uid 65534", "gid 65534"]) if chance.of(12) else []
        lines += chance.maybe(6, f"localpeer {chance.one(HOST_NAME, 'me')}")
        lines += chance.maybe(4, "master-worker")
        lines += chance.some(4, *GLOBAL_NOISE)
        return ["global", *lines]

    def _stats_address(self):
        chance = self._chance
        address = chance.one(self._addresses.specific(), self._addresses.specific(), self._addresses.unix())
        return f"{address} {chance.one('', 'level operator', 'maxconn 3', 'backlog 9', 'name extra')}"

    # ---- proxies

    def _name(self, kind):
        self._count += 1
        return f"{kind}{self._count}"

    def _proxies(self):
        """Each mode is said again by every defaults section, so that no frontend meets a backend of the other."""
        chance = self._chance
        sections = [self._defaults()]
        for _ in range(chance.number(1, 6)):
            if chance.of(20):
                sections.append(self._defaults())
            sections.append(chance.one(self._frontend, self._frontend, self._backend, self._backend, self._listen)())
        if not any(section[0].startswith(("frontend", "listen")) for section in sections):
            sections.append(self._frontend())
        return sections

    def _defaults(self):
        chance = self._chance
        head, parent = "defaults", None
        if chance.of(40):
            name = self._name("d")
            parent = chance.one(*self._named_defaults) if self._named_defaults and chance.of(40) else None
            head += f" {name}" + (f" from {parent}" if parent else "")
            self._named_defaults.append(name)
        lines = [] if parent else [f"mode {self._mode}"] + [f"timeout {t} 9s" for t in ("client", "connect", "server")]
        lines += chance.maybe(12, f"maxconn {chance.number(1, 900)}")
        lines += chance.maybe(10, f"backlog {chance.number(1, 900)}")
        lines += chance.maybe(6, f"fullconn {chance.number(1, 900)}")
        lines += self._splicing(6)
        lines += chance.maybe(12, self._servers.default_server())
        lines += chance.maybe(3, "source 127.0.0.6")
        lines += chance.maybe(2, "disabled")
        lines += chance.some(2, "log global", "option dontlognull", "retries 3", "option redispatch", "balance first")
        return [head, *lines]

    def _splicing(self, percent):
        if not self._chance.of(percent):
            return []
        option = self._chance.one("splice-auto", "splice-request", "splice-response")
        return [f"option {option}"] + self._chance.maybe(20, f"no option {self._chance.one(option, 'splice-auto')}")

    def _from(self):
        usable = self._named_defaults if self._chance.of(20) else []
        return f" from {self._chance.one(*usable)}" if usable else ""

    def _front_lines(self):
        chance = self._chance
        lines = [self._bind() for _ in range(chance.number(1, 4))]
        lines += chance.maybe(18, f"maxconn {chance.one(chance.number(1, 900), 0, '${LB_MAX}', chr(34) + '$LB_MAX' + chr(34))}")
        lines += chance.maybe(12, f"backlog {chance.one(chance.number(1, 9000), 0, '10k')}")
        lines += chance.some(3, *FRONTEND_NOISE)
        if self._mode == "http":
            lines += chance.some(2, "option httplog", "option http-server-close", "monitor-uri /up", "unique-id-format %Ts")
        return lines

    def _back_lines(self, name):
        chance = self._chance
        lines = chance.maybe(12, f"fullconn {chance.number(1, 900)}")
        lines += chance.maybe(4, "source 127.0.0.7")
        lines += chance.some(2, *BACKEND_NOISE)
        if self._mode == "http":
            lines += chance.some(2, "option httpchk GET /up", "cookie SRV insert", "http-reuse never", "option httpclose")
        if self._peers_wanted():
            lines.append(f"stick-table type ip size 100 peers {chance.one(*self._peers)}")
        return lines + self._servers.lines(name)

    def _peers_wanted(self):
        if not self._chance.of(10):
            return False
        if not self._peers or self._chance.of(30):
            self._peers.append(self._name("p"))
        return True

    def _state(self):
        return self._chance.one(["disabled"], ["disabled"], ["enabled"]) if self._chance.of(6) else []

    def _frontend(self):
        name = self._name("f")
        return [f"frontend {name}{self._from()}", *self._front_lines(), *self._splicing(8), *self._state()]

    def _backend(self):
        name = self._name("b")
        return [f"backend {name}{self._from()}", *self._back_lines(name), *self._splicing(8), *self._state()]

    def _listen(self):
        name = self._name("l")
        lines = self._front_lines() + self._back_lines(name) + self._splicing(8) + self._state()
        return [f"listen {name}{self._from()}", *lines]

    def _bind(self):
        chance = self._chance
        if chance.of(8):
            return f"bind {self._addresses.unix()} {chance.one('', 'mode 600', 'user nobody', 'accept-proxy', 'maxconn 4')}"
        return f"bind {self._addresses.listening()} {self._bind_options()}".rstrip()

    def _bind_options(self):
        chance = self._chance
        words = chance.some(
            2, "accept-proxy", "defer-accept", "nice 5", "mss 1400", "tcp-ut 30s", "tfo", "name maxconn", "name shards"
        )
        words += chance.maybe(10, f"backlog {chance.one(chance.number(1, 5000), 0, '77x')}")
        words += chance.maybe(10, f"maxconn {chance.number(1, 500)}")
        words += chance.maybe(5, "interface lo")
        words += chance.maybe(4, "transparent")
        words += chance.maybe(8, chance.one("v4v6", "v6only"))
        if self._version >= (2, 5):
            words += chance.maybe(10, f"shards {chance.one(1, 2, 3, 'by-thread', 'by-thread')}")
            words += chance.maybe(8, f"thread {self._thread_set()}")
        return " ".join(words)

    def _thread_set(self):
        """Of threads there are: without nbthread there is one at least."""
        last = self._threads or 1
        first = self._chance.number(1, last)
        return self._chance.one("all", "odd", f"{first}", f"{first}-{last}", "1", f"1-{first}", "1/1", "1/all")

    # ---- the rest

    def _others(self):
        chance = self._chance
        sections = [self._peers_section(name) for name in self._peers]
        if chance.of(4):
            sections.append(self._peers_section(self._name("p")))
        if chance.of(6):
            sections.append(self._log_forward())
        sections += chance.some(
            3 if chance.of(25) else 0,
            ["resolvers names", "nameserver n1 127.0.0.1:53", "nameserver n2 127.0.0.2:53", "timeout retry 1s"],
            ["userlist people", "user maxconn insecure-password bind"],
            ["cache stored", "total-max-size 4"],
            ["mailers mail", "mailer m1 127.0.0.1:25"],
            ["http-errors pages"],
            ["ring events", "format rfc5424", "size 32764", "timeout connect 5s", "server s1 127.0.0.1:6514"],
        )
        return [*sections[: len(self._peers)], *sections[len(self._peers) :]]

    def _peers_section(self, name):
        chance = self._chance
        local = chance.one(HOST_NAME, HOST_NAME, HOST_NAME, "me", "other", "nobody")
        others = chance.some(3, "a", "b", "c")
        if chance.of(50):
            lines = [f"peer {local} {self._addresses.specific()}"]
            lines += [f"peer {each} 127.0.0.8:{chance.number(9000, 9999)}" for each in others]
        else:
            lines = [f"bind {self._addresses.specific()}", f"server {local}"]
            lines += [f"server {each} 127.0.0.8:{chance.number(9000, 9999)}" for each in others]
        lines += chance.maybe(15, "table t type ip size 100") + chance.maybe(5, "disabled")
        return [f"peers {name}", *lines]

    def _log_forward(self):
        chance = self._chance
        lines = [f"bind {self._addresses.specific()} {chance.one('', 'backlog 33', 'maxconn 7')}".rstrip()]
        lines += chance.maybe(50, f"dgram-bind {self._addresses.specific()}")
        lines += ["log 127.0.0.1:5140 local0"]
        lines += chance.maybe(30, f"maxconn {chance.number(1, 99)}") + chance.maybe(30, f"backlog {chance.number(1, 99)}")
        return [f"log-forward {self._name('r')}", *lines]
