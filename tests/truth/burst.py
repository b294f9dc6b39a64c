# SPDX-License-Identifier: Apache-2.0
"""Accept queues: haproxy is stopped, and connections come until the kernel drops one."""

import errno
import os
import select
import signal

from .observed import queues
from .traffic import loopback

PROMPT = 0.2  # seconds; a handshake on loopback takes none, and a dropped SYN is repeated after a second
MOST = 5000


def _is_taken(client, address, port):
    if client.connect_ex((loopback(address), port)) not in (0, errno.EINPROGRESS):
        return False
    waiting = select.poll()
    waiting.register(client, select.POLLOUT)
    return bool(waiting.poll(PROMPT * 1000))


def _waiting(address, port):
    """In the fullest queue: each shard has its own, and the kernel chooses among them."""
    return max(waiting for at, own, waiting, _ in queues() if (at, own) == (address, port))


def overflow(traffic, process, endpoints):
    """(address, port) -> how many connections waited when the next one was dropped."""
    os.kill(process.pid, signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)  # the last thread may take a while
    found = {}
    for address, port in endpoints:
        for _ in range(MOST):
            if not _is_taken(traffic.socket("127.0.4.1"), address, port):
                found[address, port] = _waiting(address, port)
                break
    return found
