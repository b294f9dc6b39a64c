# SPDX-License-Identifier: Apache-2.0
"""Real connections: clients that ask and keep waiting, and the servers behind haproxy, which take and never answer."""

import os
import re
import resource
import selectors
import socket
import struct
import time

from .addresses import SOCKETS

SERVER_PORTS = range(19000, 19005)
SERVER_SOCKET = f"{SOCKETS}/server"
FIRST_CLIENT_PORT = 20000  # outside every port range of a case: only haproxy's own connections take from those
REQUEST = re.compile(rb"GET /(\d+) ")
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # so that no port is held in TIME_WAIT
MOST_DESCRIPTORS = 8192


def loopback(address):
    """Where a listener is reached: a wildcard at 127.0.0.1."""
    return "127.0.0.1" if address in ("0.0.0.0", "::") else address


class Traffic:
    """Both ends in one place. Each client's request has a number, which tells it from health checks."""

    def __init__(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, MOST_DESCRIPTORS), hard))
        self._selector = selectors.DefaultSelector()
        self._next_port = FIRST_CLIENT_PORT
        self._clients = []
        self.arrived = set()  # numbers of the requests that reached a server
        self.failed = set()  # and of those that were answered or reset by haproxy
        for port in SERVER_PORTS:
            self._serve(socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True))
        unix = socket.socket(socket.AF_UNIX)
        unix.bind(SERVER_SOCKET)
        os.chmod(SERVER_SOCKET, 0o777)
        self._serve(unix)

    def _serve(self, server):
        """Before the host gets its small somaxconn."""
        server.listen(512)
        server.setblocking(False)
        self._selector.register(server, selectors.EVENT_READ, self._accept)

    def _accept(self, server):
        try:
            taken, _ = server.accept()
        except OSError:  # a check that was faster
            return
        taken.setblocking(False)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self._selector.register(taken, selectors.EVENT_READ, self._take)

    def _take(self, taken):
        try:
            said = taken.recv(4096)
        except OSError:
            said = b""
        if request := REQUEST.match(said):
            self.arrived.add(int(request[1]))
        elif said:  # a health check
            taken.send(b"HTTP/1.0 200 OK\r\n\r\n")
        else:
            self._selector.unregister(taken)
            taken.close()

    def socket(self, source):
        """A client's, that waits for nothing."""
        family = socket.AF_INET6 if ":" in source else socket.AF_INET
        client = socket.socket(family, socket.SOCK_STREAM)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.bind((source, self._next_port))
        client.setblocking(False)
        self._next_port += 1
        self._clients.append(client)
        return client

    def connect(self, number, road):
        client = self.socket(road.source)
        client.connect_ex((loopback(road.address), road.port))
        self._selector.register(client, selectors.EVENT_WRITE, lambda each: self._ask(each, number))

    def _ask(self, client, number):
        """A connection that the kernel completed may wait for haproxy with its request in it."""
        self._selector.modify(client, selectors.EVENT_READ, lambda each: self._refused(each, number))
        try:
            client.send(b"GET /%d HTTP/1.1\r\nHost: lb\r\n\r\n" % number)
        except OSError:
            self._refused(client, number)

    def _refused(self, client, number):
        """No server ever answers: what comes is haproxy's."""
        self._selector.unregister(client)
        self.failed.add(number)

    def run(self, seconds, is_done=lambda: False):
        """Both ends go on until then."""
        until = time.monotonic() + seconds
        while not is_done() and (left := until - time.monotonic()) > 0:
            for key, _ in self._selector.select(left):
                key.data(key.fileobj)
