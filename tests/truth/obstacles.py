# SPDX-License-Identifier: Apache-2.0
"""What may keep haproxy from starting beside limits and ports: the lines that ask for it, and the host that refuses."""

EMPTY, MISSING, CLOSED, ROOTS, PLAIN = (f"/run/truth/{name}" for name in ("empty", "none", "closed", "roots", "plain"))
MADE = "lb"  # RuntimeDirectory=
CHROOTS = (EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, MISSING, CLOSED, PLAIN, "/")
IDENTITIES = (
    ["user nobody"],
    ["user daemon"],
    ["group nogroup"],
    ["uid 65534", "gid 65534"],
    ["user daemon", "group daemon"],
    ["user root", "group root"],
    ["uid 0"],
    ["gid 1"],
)
OWNERS = ("user nobody", "user daemon", "group nogroup", "group daemon", "uid 65534", "user root", "gid 1 mode 660")
OPEN = ("/run/truth/sockets", "/run/truth/sticky")
PLACES = (*OPEN, *OPEN, ROOTS, ROOTS, CLOSED, MISSING, PLAIN, f"/run/{MADE}", f"/run/{MADE}")
OF_CHROOT, OF_IDENTITY, OF_PLACES = ("cap_sys_chroot",), ("cap_setuid", "cap_setgid"), ("cap_dac_override", "cap_chown", "cap_fowner")


class Obstacle:
    """Lines of the configuration, and what they need of the host: mostly given, sometimes withheld."""

    def __init__(self, chance):
        self._chance = chance
        self._made = 0
        self.wanted = []  # capabilities that decide whether haproxy starts
        self.runtime_directory = ""
        self.left = ()

    def of_global(self):
        chance, lines = self._chance, []
        if chance.of(12):
            lines.append(f"chroot {chance.one(*CHROOTS)}")
            self.wanted += OF_CHROOT
        if chance.of(14):
            lines += chance.one(*IDENTITIES)
            self.wanted += OF_IDENTITY
        return lines

    def socket(self):
        """The path of a unix socket and options, where not everybody may make one."""
        chance = self._chance
        self._made += 1
        self.wanted += OF_PLACES
        place = chance.one(*PLACES)
        if place.endswith(MADE) and chance.of(70):
            self.runtime_directory = MADE
        if place in OPEN and chance.of(50):
            self.left += ((f"{place}/o{self._made}", chance.one(0, 0, 1, 65534)),)
        return f"{place}/o{self._made} {chance.one('', '', *OWNERS)}".rstrip()
