# SPDX-License-Identifier: Apache-2.0
"""Messages of D-Bus as bytes, little-endian: as much of its specification as a service of few words needs."""

import struct
from dataclasses import dataclass

CALL, RETURN, ERROR = 1, 2, 3
PATH, INTERFACE, MEMBER, ERROR_NAME, REPLY_SERIAL, SIGNATURE = 1, 2, 3, 4, 5, 8
NO_REPLY_EXPECTED = 1
HEAD = struct.Struct("<4cIII")  # byte order, kind, flags, version; length of the body, serial, length of the fields
MOST = 1 << 16  # bytes of one message
_NUMBERS = {"y": "<B", "b": "<I", "i": "<i", "u": "<I", "t": "<Q"}
_ALIGNMENT = {"y": 1, "g": 1, "v": 1, "t": 8, "(": 8, "{": 8}  # others: 4
_ENDS = {"(": ")", "{": "}"}


class Malformed(Exception):
    """No message that is understood here."""


@dataclass(frozen=True)
class Call:
    """What a method is asked."""

    serial: int
    flags: int
    path: str
    interface: str
    member: str
    arguments: tuple


def complete_types(signature):
    """The single complete types of a signature: "sa{sv}" has two."""
    types, begin, depth = [], 0, 0
    for place, letter in enumerate(signature, 1):
        depth += (letter in _ENDS) - (letter in _ENDS.values())
        if depth == 0 and letter != "a":
            types.append(signature[begin:place])
            begin = place
    return types


class Writer:
    """Values one after the other, each where its alignment wants it."""

    def __init__(self):
        self.bytes = bytearray()

    def align(self, kind):
        self.bytes.extend(bytes(-len(self.bytes) % _ALIGNMENT.get(kind, 4)))

    def put_all(self, signature, values):
        for kind, value in zip(complete_types(signature), values, strict=True):
            self.put(kind, value)

    def put(self, kind, value):
        """A variant is a pair of signature and value, a dictionary a list of pairs."""
        self.align(kind[0])
        if kind in _NUMBERS:
            self.bytes += struct.pack(_NUMBERS[kind], value)
        elif kind in "so":
            self.bytes += struct.pack("<I", len(value.encode())) + value.encode() + b"\0"
        elif kind == "g":
            self.bytes += bytes((len(value),)) + value.encode() + b"\0"
        elif kind == "v":
            self.put("g", value[0])
            self.put(*value)
        elif kind[0] == "a":
            self._put_array(kind[1:], value)
        else:
            self.put_all(kind[1:-1], value)

    def _put_array(self, kind, values):
        length_at = len(self.bytes)
        self.bytes += bytes(4)
        self.align(kind[0])
        begin = len(self.bytes)
        for value in values:
            self.put(kind, value)
        struct.pack_into("<I", self.bytes, length_at, len(self.bytes) - begin)


class Reader:
    """Takes values off bytes, in their order."""

    def __init__(self, data):
        self._data, self._at = data, 0

    def align(self, kind):
        self._at += -self._at % _ALIGNMENT.get(kind, 4)

    def more(self):
        return self._at < len(self._data)

    def take(self, kind):
        self.align(kind)
        if kind in _NUMBERS:
            return struct.unpack(_NUMBERS[kind], self._bytes(struct.calcsize(_NUMBERS[kind])))[0]
        if kind in ("s", "o", "g"):
            length = self.take("y" if kind == "g" else "u")
            return self._bytes(length + 1)[:-1].decode()
        if kind == "v":
            return self.take(self.take("g"))
        raise Malformed(f"a value of type {kind}")

    def _bytes(self, length):
        taken = self._data[self._at : self._at + length]
        if len(taken) < length:
            raise Malformed("cut short")
        self._at += length
        return taken


def _fields(data):
    reader, fields = Reader(data), {}
    while reader.more():
        reader.align("(")
        code = reader.take("y")
        fields[code] = reader.take("v")
    return fields


def read_call(read):
    """The next call; nothing at the end. `read` gives as many bytes as it is asked for, or fewer at the end."""
    head = read(HEAD.size)
    if not head:
        return None
    if len(head) < HEAD.size:
        raise Malformed("cut short")
    order, kind, flags, _, body_length, serial, fields_length = HEAD.unpack(head)
    padding = -fields_length % 8
    if order != b"l" or kind[0] != CALL or fields_length + padding + body_length > MOST:
        raise Malformed(f"no call: {head!r}")
    fields = _fields(read(fields_length + padding)[:fields_length])
    body = Reader(read(body_length))
    arguments = tuple(body.take(each) for each in complete_types(fields.get(SIGNATURE, "")))
    return Call(serial, flags[0], fields.get(PATH, ""), fields.get(INTERFACE, ""), fields.get(MEMBER, ""), arguments)


def _message(kind, serial, fields, signature, values):
    body, whole = Writer(), Writer()
    body.put_all(signature, values)
    for letter, value in zip("yyyyuu", (ord("l"), kind, NO_REPLY_EXPECTED, 1, len(body.bytes), serial), strict=True):
        whole.put(letter, value)
    whole.put("a(yv)", [*fields, (SIGNATURE, ("g", signature))])
    whole.align("(")
    return bytes(whole.bytes + body.bytes)


def answer(call, serial, signature="", values=()):
    return _message(RETURN, serial, [(REPLY_SERIAL, ("u", call.serial))], signature, values)


def refusal(call, serial, name, words):
    fields = [(REPLY_SERIAL, ("u", call.serial)), (ERROR_NAME, ("s", name))]
    return _message(ERROR, serial, fields, "s", (words,))
