# SPDX-License-Identifier: Apache-2.0
"""Plays systemd on its private socket: D-Bus without a bus, and what lbpreflight asks of org.freedesktop.systemd1."""

import socketserver
import threading
from pathlib import Path

from . import dbus_wire

SOCKET = Path("/run/systemd/private")
RUNNING = Path("/run/systemd/system")  # sd_booted(3)
MANAGER = "org.freedesktop.systemd1.Manager"
PROPERTIES = "org.freedesktop.DBus.Properties"
UNIT = "/org/freedesktop/systemd1/unit/haproxy_2eservice"
JOB = "/org/freedesktop/systemd1/job/1"
LONGEST_LINE = 1024
LINES = 16  # of the talk before BEGIN


class Unknown(Exception):
    """A question that has no answer: the name of the error, and the words."""


def answers(manager):
    """By interface and method: from the arguments to the types and values of the reply."""

    def get_all(interface):
        told = {"org.freedesktop.systemd1.Unit": manager.unit_properties,
                "org.freedesktop.systemd1.Service": manager.service_properties}
        if interface not in told:
            raise Unknown("org.freedesktop.DBus.Error.UnknownInterface", interface)
        return "a{sv}", (told[interface](),)

    def get_job(number):
        raise Unknown("org.freedesktop.systemd1.NoSuchJob", f"Job {number} does not exist.")

    return {
        (MANAGER, "Reload"): lambda: manager.reload() or ("", ()),
        (MANAGER, "RestartUnit"): lambda name, mode: manager.restart() or ("o", (JOB,)),
        (MANAGER, "GetJob"): get_job,
        (MANAGER, "LoadUnit"): lambda name: ("o", (UNIT,)),
        (PROPERTIES, "GetAll"): get_all,
    }


class Conversation(socketserver.StreamRequestHandler):
    """One connection; it ends with whatever is not understood."""

    def handle(self):
        try:
            if self._authenticated():
                self._answer_calls()
        except (OSError, ValueError, dbus_wire.Malformed):
            pass

    def _authenticated(self):
        """SASL's EXTERNAL: the kernel has told who is there, and there is nobody else in the place."""
        if self.rfile.read(1) != b"\0":
            return False
        for _ in range(LINES):
            words = self.rfile.readline(LONGEST_LINE).split()
            if not words or words == [b"BEGIN"]:
                return bool(words)
            self.wfile.write(self._sasl(words) + b"\r\n")
        return False

    @staticmethod
    def _sasl(words):
        if words == [b"AUTH", b"EXTERNAL"]:
            return b"DATA"
        if words[:2] == [b"AUTH", b"EXTERNAL"] or words[0] == b"DATA":
            return b"OK " + b"0" * 31 + b"1"
        return b"ERROR"

    def _answer_calls(self):
        serial = 0
        while call := dbus_wire.read_call(self.rfile.read):
            serial += 1
            self.wfile.write(self._answer(call, serial))

    def _answer(self, call, serial):
        try:
            function = self.server.answers.get((call.interface, call.member))
            if function is None:
                raise Unknown("org.freedesktop.DBus.Error.UnknownMethod", f"{call.interface}.{call.member}")
            with self.server.lock:
                return dbus_wire.answer(call, serial, *function(*call.arguments))
        except Unknown as reason:
            return dbus_wire.refusal(call, serial, *reason.args)


class BusPeer(socketserver.ThreadingUnixStreamServer):
    """Answers until the process ends."""

    daemon_threads = True

    def __init__(self, manager):
        RUNNING.mkdir(parents=True)
        super().__init__(str(SOCKET), Conversation)
        self.answers, self.lock = answers(manager), threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()
