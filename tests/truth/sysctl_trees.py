# SPDX-License-Identifier: Apache-2.0
"""Random trees of sysctl.d: names that hide each other, links, keys in every spelling, patterns, values of all kinds."""

from .tree import Entry, Tree

DIRECTORIES = ("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d")
SYSCTL_CONF = "/etc/sysctl.conf"
CREDENTIALS = "/etc/credstore"
CREDENTIAL = CREDENTIALS + "/sysctl.extra"

INTERFACE = "eth0.200"
NUMBERS = (
    "net.core.somaxconn",
    "net.ipv4.ip_nonlocal_bind",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_abort_on_overflow",
    "net.ipv4.tcp_max_syn_backlog",
    "net.ipv4.tcp_max_tw_buckets",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_timestamps",
    "net.ipv4.tcp_tw_reuse",
)
RANGE = "net.ipv4.ip_local_port_range"
RESERVED = "net.ipv4.ip_local_reserved_ports"
SWITCHES = tuple(
    f"net.ipv6.conf.{interface}.{name}"
    for interface in ("all", "default", "lo", INTERFACE.replace(".", "/"))
    for name in ("accept_redirects", "use_oif_addrs_only")
)
GLOBAL = ("fs.file-max", "fs.nr_open")  # plain files in the place
KEYS = NUMBERS + (RANGE, RESERVED) + SWITCHES + GLOBAL
PLAIN = frozenset(SWITCHES + GLOBAL)  # whose values are taken as written: only plain numbers are

NAMES = (
    "10-a.conf",
    "9-a.conf",
    "50-b.conf",
    "50-B.conf",
    "60 blank.conf",
    "99-haproxy.conf",
    "99-sysctl.conf",
    "zz-tool.conf",
    "\u00fcber.conf",
    ".50-b.conf",
    ".conf",
    "50-b.conf.bak",
    "50-b.conf~",
    "README",
    "conf",
)
PATTERNS = (
    "net.ipv6.conf.*.accept_redirects",
    "net.ipv6.conf.*.use_oif_addrs_only",
    "net/ipv6/conf/*/accept_redirects",
    "/net/ipv6/conf/*/accept_redirects",
    "net//ipv6/conf/*/use_oif_addrs_only",
    "net/./ipv6/conf/*/use_oif_addrs_only",
    "net.ipv6.conf.[al]*.*_r?directs",
    "net.ipv6.conf.eth0/200.*_redirects",
    "net.ipv4.tcp_t[iw]*",
    "net.ipv4.tcp_max_*_b*",
    "net.core.somax*",
    "net.core.soma[xyz]conn",
    "net.ipv4.ip_local_*_range",
    "net.*.somaxconn",
    "*.core.somaxconn",
    "net.ipv4.ip_unpriv*",
    "net.ipv4.[!i]cp_syncookies",
    "net.ipv4.tcp_sync[ookies",
    r"net.ipv4.tcp\_sync*",
    "net.ipv6.conf.*",
)
JUNK = (
    "",
    " ",
    "#net.core.somaxconn = 1",
    "; net.core.somaxconn = 2",
    "  # indented",
    "net.core.somaxconn",
    "net.core.somaxconn 4",
    "=5",
    "-",
    "-=7",
    "\ufeffnet.core.somaxconn = 8",
    "net.core.somaxconn == 9",
    "net.core.nothing = 3",
    "[section]",
    "net.core.somaxconn = 5 \\",
)
BLANKS = ("", " ", "\t", "  ")
ODD_BLANKS = (*BLANKS, "\v", "\f", "\r", "\u00a0")


def _spelled(chance, key):
    """The key as somebody may write it."""
    slashes = "".join("/" if c == "." else "." if c == "/" else c for c in key)
    if chance.of(60):
        return key
    if chance.of(60):
        return slashes
    return chance.one(
        "/" + slashes,
        key.replace(".", "..", 1),
        slashes.replace("/", "//", 1),
        slashes.replace("/", "/./", 1),
        slashes + "/",
        key + ".",
        "." + key,
        "./" + slashes,
        "/proc/sys/" + slashes,
        key.upper(),
        " " + key,
    )


def _number(chance):
    plain = str(chance.one(0, 1, 2, 3, 5, 64, 255, 256, 1023, 1024, 4096, 32768, 65535, 65536, 1048576))
    if chance.of(70):
        return plain
    return chance.one(
        hex(int(plain)),
        "0" + plain,
        "-" + plain,
        "+" + plain,
        plain + " # as advised",
        plain + "x",
        plain + " 7",
        "",
        "many",
        "2147483647",
        "2147483648",
        "-2147483648",
        "-2147483649",
        "0" * 19 + "7",
        "0" * 20 + "7",
        "99999999999999999999",
        '"' + plain + '"',
        plain + ",",
        "0x",
        "08",
        "1e3",
    )


def _port(chance):
    return chance.one(0, 1, 80, 1023, 1024, 2000, 8080, 8081, 10240, 32768, 60999, 65535, 65536)


def _range(chance):
    low, high = _port(chance), _port(chance)
    return chance.one(
        f"{low} {high}", f"{low}\t{high}", f"{low}  {high}", f"{low}", f"{low}-{high}", f"{low} {high} 7",
        f"{low} high", f"{low}, {high}", "1024 65535", "10240 65535", "2000 60999", f" {low} 0x{high:x}", "",
    )  # fmt: skip


def _reserved(chance):
    pieces = [
        chance.one(str(_port(chance)), f"{_port(chance)}-{_port(chance)}", "8080-8081", "9000-9010", "0x50")
        for _ in range(chance.number(0, 4))
    ]
    return chance.one(",", ",", ",", ", ", " ", ",,").join(pieces) + chance.one("", "", "", ",", " ", "-")


def _value(chance, key):
    if key in GLOBAL:
        return str(chance.one(1048576, 2000000, 3000000))
    if key == RANGE:
        return _range(chance)
    if key == RESERVED:
        return _reserved(chance)
    return _number(chance) if key in NUMBERS else str(chance.number(0, 2))


def _pattern_value(chance, pattern):
    if "conf." in pattern or "conf/" in pattern:
        return str(chance.number(0, 2))
    return _range(chance) if "range" in pattern else _number(chance)


def _line(chance, keys, odd):
    if chance.of(10):
        return chance.one(*JUNK)
    if chance.of(20):
        key = chance.one(*PATTERNS)
        odd = odd and "conf" not in key
        value = _pattern_value(chance, key)
    else:
        key = chance.one(*keys)
        odd = odd and key not in PLAIN
        value = _value(chance, key)
        key = _spelled(chance, key)
    blanks = ODD_BLANKS if odd and chance.of(10) else BLANKS
    before, around, after = chance.one(*blanks), chance.one(*blanks), chance.one(*blanks)
    dash = chance.one("-", "-", "-", "--", "- ") if chance.of(12) else ""
    if dash and chance.of(50):
        return before + dash + key + after
    return f"{before}{dash}{key}{around}={around}{value}{after}"


def _content(chance, keys):
    odd = not PLAIN.intersection(keys)
    lines = [_line(chance, keys, odd) for _ in range(chance.number(1, 7))]
    odd = odd and not any("conf" in line for line in lines)
    end = chance.one("\r\n", "\n\n", "\r", "\0", "\n\r") if odd and chance.of(20) else "\n"
    if chance.of(1):
        lines.insert(chance.number(0, len(lines)), "# " + "x" * chance.one(1048573, 1048574, 1048575, 2000000))
    content = end.join(lines) + chance.one("", end, end, end)
    return content.encode() + (b"\xff\xfe net.core.somaxconn = 3\n" if odd and chance.of(2) else b"")


def _entry(chance, path, keys):
    if chance.of(78):
        return Entry(path, _content(chance, keys))
    if chance.of(15):
        return Entry(path, b"")
    target = chance.one("/dev/null", "nowhere", "../sysctl.conf", "/etc/sysctl.conf", "10-a.conf", "../sysctl.d/50-b.conf",
                        path.rsplit("/", 1)[1])  # fmt: skip
    return Entry(path, target=target) if chance.of(85) else Entry(path)


def case_of(chance):
    """A tree whose files speak of a few keys, so that they get into each other's way."""
    keys = chance.different(chance.number(1, 5), *KEYS)
    if RANGE in keys and chance.of(60):
        keys.append("net.ipv4.ip_unprivileged_port_start")
    names = chance.different(chance.number(1, 6), *NAMES)
    entries = []
    for directory in DIRECTORIES:
        entries.extend(_entry(chance, f"{directory}/{name}", keys) for name in chance.some(4, *names))
    if chance.of(50):
        entries.append(_entry(chance, SYSCTL_CONF, keys))
    if chance.of(40):
        entries.append(Entry("/etc/sysctl.d/99-sysctl.conf", target="../sysctl.conf"))
    if chance.of(15):
        entries.append(Entry(CREDENTIAL, _content(chance, keys)))
    unique = {each.path: each for each in entries}
    return Tree(tuple(unique.values()))
