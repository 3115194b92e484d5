"""A line to an upstream that can be cut, or go dead, at a chosen byte."""

import contextlib
import socket
import threading


class Line:
    """A loopback port that leads to another one. What comes back is counted for each connection."""

    def __init__(self, to_port):
        self._to_port = to_port
        self._cuts = []
        self._lock = threading.Lock()
        self._open = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, *counts):
        """Has connections cut that carry more than so many bytes back: the next such one at the first count, and so
        on. Connections that carry less are let through, and so is every one when no count is left."""
        with self._lock:
            self._cuts += counts

    @property
    def cuts_left(self):
        with self._lock:
            return len(self._cuts)

    def close(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                _end(connection)

    def _accept(self):
        while True:
            try:
                here, _ = self._listener.accept()
            except OSError:
                return
            try:
                there = socket.create_connection(("127.0.0.1", self._to_port))
            except OSError:
                _end(here)
                continue
            with self._lock:
                self._open += [here, there]
            threading.Thread(target=self._carry, args=(here, there, False), daemon=True).start()
            threading.Thread(target=self._carry, args=(there, here, True), daemon=True).start()

    def _carry(self, source, target, counted):
        total = 0
        try:
            while True:
                piece = source.recv(65536)
                if not piece:
                    break
                total += len(piece)
                if counted and self._is_cut_at(total):
                    break
                target.sendall(piece)
        except OSError:
            pass
        _end(source)
        _end(target)

    def _is_cut_at(self, total):
        with self._lock:
            if self._cuts and total > self._cuts[0]:
                self._cuts.pop(0)
                return True
            return False


def _end(connection):
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
