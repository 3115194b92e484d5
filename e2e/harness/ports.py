"""Loopback ports that nobody uses."""

import socket

_given = set()


def free_port():
    """A port that was free a moment ago and was not given out before in this run."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _given:
            _given.add(port)
            return port


def accepts(port, host="127.0.0.1"):
    """Whether a connection to the port is taken."""
    try:
        with socket.create_connection((host, port), timeout=5):
            return True
    except OSError:
        return False
