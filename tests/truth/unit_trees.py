# SPDX-License-Identifier: Apache-2.0
"""Random trees of unit files: fragments, links, drop-ins of every kind of directory, manager files, hostile contents.

A tree is {path: entry}; an entry is {"text": str} (one character a byte), {"link": target} or {"directory": True}.
"""

from .chance import Chance

UNITS = ("haproxy.service", "lb-edge-7.service", "pool-a@edge-1.service", "lb@x.service", "a--b-@c.d.service")
SYSTEM = (
    "/etc/systemd/system.control",
    "/run/systemd/system.control",
    "/run/systemd/transient",
    "/run/systemd/generator.early",
    "/etc/systemd/system",
    "/etc/systemd/system.attached",
    "/run/systemd/system",
    "/run/systemd/system.attached",
    "/run/systemd/generator",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
    "/run/systemd/generator.late",
)
USUAL = ("/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/usr/local/lib/systemd/system")
MANAGER = ("/etc/systemd/system.conf.d", "/run/systemd/system.conf.d", "/usr/local/lib/systemd/system.conf.d",
           "/usr/lib/systemd/system.conf.d")  # fmt: skip
NAMES = ("10-a.conf", "9-a.conf", "50-limits.conf", "Z.conf", "a.conf", "zz.conf", "\xc3\xa9.conf", "a.b.conf")
STRANGE_NAMES = (".hidden.conf", "x.conf~", "noext", "zz.conf.bak", "y.conf.dpkg-new", ".conf", "a.CONF")
EXEC = "ExecStart=/usr/sbin/haproxy -f /etc/haproxy/haproxy.cfg"
VALUES = (
    "10k", "10K", "7000:6000", "infinity:5", "5000:", ":5000", "", "4096 : 8192", "4096: 8192", "4096 :8192", "-1", "-0",
    "+5", "5:6:", "5:6:7", "5:6::", "::", "infinity", "1024:infinity", "Infinity", "unlimited", "0x10", "0X1F", "0x", "010",
    "08", "0o17", "0b101", "0B11", "0b102", "0b -1", "0b 1", "0b", "65\\536", "1\\:2", "5\\\\", "\x0b5", "\x0b-2", "5\x0b",
    "0", "18446744073709551614", "18446744073709551615", "18446744073709551616", "-18446744073709551615", "1e3", "5 # no",
    '"5"', "'5'", "5%", "%i", "0x10:0b10000", "\t12\t:\t13", "12:\t13", "--5", "+-5", "\\5", "inf\\inity", "7;8", "7#8",
)  # fmt: skip
NOISE = (
    "# a comment", "; another", "  # LimitNOFILE=1", "LimitNPROC=77", "LimitNOFILE", "limitnofile=66", "LimitNOFILE7=3",
    "DefaultLimitNOFILE=333:444", "=5", "= 5", "garbage", "LimitNOFILESoft=9", "LimitNOFILE[]=4", "X-LimitNOFILE=4",
    "\xc3\xa9=\xc3\xa9", "", " ", "Nice=5", "LimitNOFILE =\\", "\xef\xbb\xbf", "\\", "# continued \\", "Environment=A=\\",
)  # fmt: skip
BREAKING = ("[Service", "[", "LimitCORE=\xff", "[Ser\"vice]", "[a\\b]", "X=\xef\xbf\xbe", "\xed\xa0\x80=1", "\xef\xb7\x90")
SECTIONS = ("[Service]", " [Service] ", "[Unit]", "[Install]", "[service]", "[Service ]", "[X-Mine]", "[Nonsense]", "[]",
            "[Manager]", "\xef\xbb\xbf[Service]", "[Service]\\", "[[Service]]")  # fmt: skip
ENDS = ("\n", "\n", "\n", "\n", "\n", "\n", "\r\n", "\r", "\0", "\n\0", "\n\r", "\r\n\0", "\n\n", "\n\r\n")


def value(chance):
    if chance.of(45):
        return str(chance.number(1, 9000))
    if chance.of(40):
        low = chance.number(1, 9000)
        return f"{low}:{low + chance.number(-3, 5000)}"
    if chance.of(80):
        return chance.one(*VALUES)
    letters = "0123456789:kxXbBoO+- \t\\infty%"
    return "".join(chance.one(*letters) for _ in range(chance.number(1, 8)))


def assignment(chance, key):
    equals = chance.one("=", "=", "=", "=", " = ", "= ", "\t=\t", " =")
    text = key + equals + value(chance)
    if chance.of(4):  # continued, perhaps with a comment in between
        at = chance.number(0, len(text))
        text = text[:at] + "\\\n" + chance.one("", "", "# in between\n", "; x=\\\n") + text[at:]
    return chance.one("", "", "", "", "", " ", "\t") + text + chance.one("", "", "", "", " ", "\t", "\\\\")


def lines(chance, section, key, whole):
    """The lines of one file, which mostly are what they should be; `whole` ones must be loaded."""
    made = [] if chance.of(6) and not whole else [section]
    for _ in range(chance.number(0, 4)):
        if chance.of(60):
            made.append(assignment(chance, key))
        elif chance.of(60):
            made.append(chance.one(*NOISE))
        elif chance.of(70):
            made.append(chance.one(*SECTIONS, section, section))
        elif not whole or chance.of(10):
            made.append(chance.one(*BREAKING))
    if chance.of(70):
        made.append(assignment(chance, key))
    return made


def text(chance, section, key, whole=False):
    end = chance.one(*ENDS) if chance.of(12) else "\n"
    made = lines(chance, section, key, whole)
    if whole:
        made.insert(1, EXEC)
    if chance.of(0.4):
        made.insert(chance.number(0, len(made)), "X" * chance.one(1048575, 1048576, 1048577))
    return end.join(made) + (end if chance.of(90) else "")


def shorter(name):
    """The names of drop-in directories that may count for a unit, and some that do not."""
    stem, kind = name.rsplit(".", 1)
    prefix, at, instance = stem.partition("@")
    found = [name, "service"]
    if at:
        found += [f"{prefix}@.{kind}", f"{prefix}.{kind}"]
    parts = prefix.split("-")
    for count in range(1, len(parts)):
        cut = "-".join(parts[:count]) + "-"
        found += [f"{cut}.{kind}", f"{cut}@{instance}.{kind}", f"{cut}@.{kind}", f"{cut[:-1]}.{kind}"]
    return found


class Tree:
    """One tree in the making."""

    def __init__(self, seed):
        self.chance = Chance(seed)
        self.entries = {}

    def put(self, path, entry):
        """A path below one that is no directory is left out; so is a second entry."""
        if path.startswith("/lib/"):  # a link to /usr/lib
            path = "/usr" + path
        above = path
        while above := above.rpartition("/")[0]:
            if above in self.entries and "directory" not in self.entries[above]:
                return
        if not any(other == path or other.startswith(path + "/") for other in self.entries):
            self.entries[path] = entry

    def place(self):
        return self.chance.one(*USUAL) if self.chance.of(65) else self.chance.one(*SYSTEM)

    def aside(self, section, key, whole=False):
        """A file outside of the lookup directories."""
        path = f"/opt/units/{len(self.entries)}.conf"
        self.put(path, {"text": text(self.chance, section, key, whole)})
        return path

    def target(self, place, path):
        """How a link in `place` may name a path."""
        if self.chance.of(60) or place.startswith("/run/systemd/generator"):
            return path
        return "../" * place.count("/") + path[1:] if self.chance.of(70) else path.replace("/", "//", 1)

    def conf(self, directory, section, key):
        chance = self.chance
        name = chance.one(*NAMES) if chance.of(92) else chance.one(*STRANGE_NAMES)
        # Of several aliases systemd takes the one that a hash brings first: one of them has names of its own.
        path = f"{directory}/{'5-' * ('/alias-' in directory)}{name}"
        kind = chance.number(1, 100)
        if kind > 16:
            self.put(path, {"text": text(chance, section, key)})
        elif kind > 11:
            self.put(path, {"link": "/dev/null" if chance.of(70) else "../../../../dev/null"})
        elif kind > 7:
            self.put(path, {"text": ""})
        elif kind > 4:
            self.put(path, {"link": chance.one("/nowhere", "nowhere.conf", path.rpartition("/")[2])})
        elif kind > 1:
            self.put(path, {"link": self.target(directory, self.aside(section, key))})
        else:
            self.put(path, {"directory": True})

    def drop_ins(self, name):
        chance = self.chance
        directory = f"{self.place()}/{chance.one(*shorter(name), name, name)}.d"
        if chance.of(5):  # a link to a directory elsewhere
            elsewhere = f"/opt/drop-ins-{len(self.entries)}"
            self.conf(elsewhere, "[Service]", "LimitNOFILE")
            link = self.target(directory.rpartition("/")[0], elsewhere)
            self.put(directory, {"link": link if chance.of(80) else elsewhere[1:]})
            return
        for _ in range(chance.number(1, 3)):
            self.conf(directory, "[Service]", "LimitNOFILE")

    def fragment(self, name):
        chance, place = self.chance, self.place()
        blank = name.replace(name[name.find("@") + 1 : -len(".service")], "", 1) if "@" in name else name
        own = chance.one(name, blank)
        path = f"{place}/{own}"
        kind = chance.number(1, 100)
        if kind > 24:
            self.put(path, {"text": text(chance, "[Service]", "LimitNOFILE", whole=True)})
        elif kind > 10:
            other = own.replace(".service", "-main.service") if "@" not in own else "other-" + own
            self.put(f"{self.place()}/{other}", {"text": text(chance, "[Service]", "LimitNOFILE", whole=True)})
            goal = f"{chance.one(place, self.place())}/{other}"
            self.put(path, {"link": other if chance.of(40) else self.target(place, goal)})
            self.drop_ins(other)
        elif kind > 6:
            self.put(path, {"link": self.target(place, self.aside("[Service]", "LimitNOFILE", whole=True))})
        elif kind > 3:
            self.put(path, {"link": "/dev/null"})
        elif kind > 1:
            self.put(path, {"text": ""})
        else:
            self.put(path, {"link": "/opt/nowhere.service"})

    def alias(self, name):
        """Another name; its drop-ins count too."""
        other = "alias-of-" + name
        place = self.place()
        self.put(f"{place}/{other}", {"link": name if self.chance.of(50) else f"{self.place()}/{name}"})
        self.drop_ins(other)

    def unit(self, name):
        chance = self.chance
        for _ in range(chance.one(1, 1, 1, 2, 3)):
            self.fragment(name)
        if chance.of(90):
            self.put(f"/usr/lib/systemd/system/{name}", {"text": text(chance, "[Service]", "LimitNOFILE", whole=True)})
        for _ in range(chance.number(0, 4)):
            self.drop_ins(name)
        if chance.of(15):
            self.alias(name)

    def manager(self):
        chance = self.chance
        if chance.of(35):
            self.put("/etc/systemd/system.conf", {"text": text(chance, "[Manager]", "DefaultLimitNOFILE")})
        for _ in range(chance.one(0, 0, 0, 1, 2, 3)):
            self.conf(chance.one(*MANAGER), "[Manager]", "DefaultLimitNOFILE")


def tree(seed):
    """(units asked for, entries) of that seed."""
    made = Tree(seed)
    units = made.chance.different(3, *UNITS)
    for name in units:
        made.unit(name)
    made.manager()
    return units, made.entries
