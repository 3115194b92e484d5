"""Loopback ports that nobody uses."""

import random
import socket

# Below the range that the kernel takes clients' own ports from (32768 up): the port of a server that is down for a
# moment is not taken by a connection meanwhile.
_RANGE = range(20_000, 32_000)
_given = set()


def free_port():
    """A port that was free a moment ago and was not given out before in this run."""
    while True:
        port = random.choice(_RANGE)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port


def accepts(port, host="127.0.0.1"):
    """Whether a connection to the port is taken."""
    try:
        with socket.create_connection((host, port), timeout=5):
            return True
    except OSError:
        return False


def _is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
