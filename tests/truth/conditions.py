# SPDX-License-Identifier: Apache-2.0
"""Conditional blocks whose truth is known, around lines that matter and beside lines that must not."""

KNOWN = (
    ("1", True),
    ("0", False),
    ("version_atleast(2.4)", True),
    ("version_before(2.4)", False),
    ("version_atleast(99)", False),
    ("feature(EPOLL)", True),
    ("feature(NO_SUCH_FEATURE)", False),
    ("defined(LB_IP)", True),
    ("defined(LB_NONE)", False),
    ("defined(LB_EMPTY)", True),
    ("defined(HAPROXY_LOCALPEER)", True),
    ('streq("$LB_IP",127.0.0.1)', True),
    ('streq("${LB_NONE-none}",some)', False),
    ('strneq("$LB_PORT",80)', True),
    ('strneq("$LB_EMPTY","")', False),
)
GARBAGE = (
    "  maxconn 999999",
    "  no-such-keyword at all",
    "  bind 203.0.113.9:1-9",
    "  nbthread 63",
    "  server x 127.0.0.1:1 check port 7",
    "frontend dropped",
    "  disabled",
    "  .alert refused",
)


class Conditions:
    def __init__(self, chance):
        self._chance = chance

    def expression(self, depth=0):
        """A condition and whether it holds."""
        chance = self._chance
        if depth > 2 or chance.of(55):
            return chance.one(*KNOWN)
        left, left_holds = self.expression(depth + 1)
        right, right_holds = self.expression(depth + 1)
        kind = chance.one("!", "&&", "||")
        if kind == "!":
            return f"!({left})", not left_holds
        holds = left_holds and right_holds if kind == "&&" else left_holds or right_holds
        return f"({left}) {kind} ({right})", holds

    def _wanted(self, holds):
        while True:
            text, value = self.expression()
            if value == holds:
                return text

    def around(self, lines):
        """The same lines in the branch that holds; nothing that is said elsewhere counts."""
        garbage = list(self._chance.some(3, *GARBAGE))
        form = self._chance.number(1, 4)
        if form == 1:
            return [f".if {self._wanted(True)}", *lines, ".else", *garbage, ".endif"]
        if form == 2:
            return [f".if {self._wanted(False)}", *garbage, ".else", *lines, ".endif"]
        if form == 3:
            elif_ = f".elif {self._wanted(True)}"
            return [f".if {self._wanted(False)}", *garbage, elif_, *lines, ".else", *garbage, ".endif"]
        inner = [f".if {self._wanted(True)}", *garbage, ".else", *garbage, ".endif"]
        return [f".if {self._wanted(False)}", *inner, ".endif", *lines]
