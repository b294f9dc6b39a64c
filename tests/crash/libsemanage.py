# SPDX-License-Identifier: Apache-2.0
"""What libsemanage itself lists: this host's own booleans and port labels, and what the policy makes of all ports."""

import ctypes
from array import array

DIRECT = 1
PORTS = 65536
PROTOCOLS = ("udp", "tcp", "dccp", "sctp")


def _library():
    """The functions used here, with their types: handles and records are pointers."""
    library = ctypes.CDLL("libsemanage.so.2")
    for name in ("handle_create", "port_get_con"):
        getattr(library, f"semanage_{name}").restype = ctypes.c_void_p
    for name in ("bool_get_name",):
        getattr(library, f"semanage_{name}").restype = ctypes.c_char_p
    return library


class Store:
    """A connection to the store of one policy."""

    def __init__(self, name):
        self._calls = _library()
        self._handle = ctypes.c_void_p(self._calls.semanage_handle_create())
        self._calls.semanage_select_store(self._handle, name.encode(), DIRECT)
        if self._calls.semanage_connect(self._handle) < 0:
            raise OSError("libsemanage does not connect")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._calls.semanage_disconnect(self._handle)
        self._calls.semanage_handle_destroy(self._handle)

    def _list(self, kind):
        records, count = ctypes.POINTER(ctypes.c_void_p)(), ctypes.c_uint()
        list_all = getattr(self._calls, f"semanage_{kind}")
        if list_all(self._handle, ctypes.byref(records), ctypes.byref(count)) < 0:
            raise OSError(f"libsemanage does not answer {kind}")
        return [ctypes.c_void_p(records[place]) for place in range(count.value)]

    def booleans(self):
        calls = self._calls
        return {calls.semanage_bool_get_name(one).decode(): bool(calls.semanage_bool_get_value(one))
                for one in self._list("bool_list_local")}

    def ports(self):
        """Contexts by protocol, first and last port."""
        return {self._key(one): self._context(one) for one in self._list("port_list_local")}

    def labels(self):
        """The context of every port by protocol, as the kernel finds it in the policy: the first match decides."""
        contexts, found = [""], {protocol: array("H", bytes(2 * PORTS)) for protocol in PROTOCOLS}
        for record in reversed(self._list("port_list")):
            protocol, low, high = self._key(record)
            context = self._context(record)
            if context not in contexts:
                contexts.append(context)
            found[protocol][low : high + 1] = array("H", [contexts.index(context)]) * (high - low + 1)
        return {protocol: [contexts[label] for label in labels] for protocol, labels in found.items()}

    def _key(self, record):
        calls = self._calls
        return (PROTOCOLS[calls.semanage_port_get_proto(record)], calls.semanage_port_get_low(record),
                calls.semanage_port_get_high(record))

    def _context(self, record):
        text = ctypes.c_char_p()
        context = ctypes.c_void_p(self._calls.semanage_port_get_con(record))
        if self._calls.semanage_context_to_string(self._handle, context, ctypes.byref(text)) < 0:
            raise OSError("libsemanage does not tell a context")
        return text.value.decode()
