"""Bytes to push and to ask for: different each time, so that nothing is there by accident."""

import hashlib
import os

from harness.wire import digest_of


class Content:
    """Random bytes with their digest."""

    def __init__(self, size):
        self.data = os.urandom(size)
        self.digest = digest_of(self.data)

    @property
    def size(self):
        return len(self.data)


class Reading:
    """A blob being read from a raw response, piece by piece; hashes what passes only when asked to."""

    def __init__(self, raw, hashed=True):
        self.count = 0
        self._raw = raw
        self._hash = hashlib.sha256() if hashed else None
        self._buffer = bytearray(1 << 18)

    @property
    def digest(self):
        return "sha256:" + self._hash.hexdigest()

    def step(self, most=1 << 18):
        """Reads the next piece of at most `most` bytes; returns its length, 0 at the end."""
        with memoryview(self._buffer)[:most] as window:
            length = self._raw.readinto(window)
            if self._hash:
                self._hash.update(window[:length])
        self.count += length
        return length

    def to_end(self):
        while self.step():
            pass
        return self
