"""Starting with a large catalog."""

import hashlib
import os
import sqlite3
import time

from ..measures import ROOST, Measure, Row, Target

BLOBS = 1_000_000
SHA256 = b"\x01"


class Start(Row):
    """From the start of the process to its first answer, with a million blobs, links and tags in the catalog."""

    name = "start"
    peers = (ROOST,)
    measures = (
        Measure("start", "start with 1,000,000 blobs and tags catalogued", "s", 2, targets=(Target(None, "<=", 1),)),
    )

    def prepare(self, stage):
        self._server = stage.spare_roost()
        self._server.start()
        self._server.stop()
        self._fill(self._server.catalog())

    def measure(self, stage, peer):
        start = time.monotonic()
        self._server.start()
        seconds = time.monotonic() - start
        self._server.stop()
        return {"start": seconds}

    @staticmethod
    def _fill(path):
        """Writes the rows that as many pushes would have left; the blobs' bytes are not needed to start."""
        catalog = sqlite3.connect(path)
        manifest = _digest(0)
        with catalog:
            repository = catalog.execute(
                "INSERT INTO repository (origin, name, created_at, owned_at) VALUES ('', 'bench/start', 0, 0)").lastrowid
            catalog.execute(
                "INSERT INTO manifest (repository_id, digest, media_type, size, created_at) VALUES (?, ?, 'a/b', 1, 0)",
                (repository, manifest))
            digests = sorted(_digest(number) for number in range(1, BLOBS + 1))
            catalog.executemany("INSERT INTO blob (digest, size, created_at) VALUES (?, 1, 0)", ((d,) for d in digests))
            catalog.executemany("INSERT INTO repository_blob VALUES (?, ?)", ((repository, d) for d in digests))
            catalog.executemany(
                "INSERT INTO tag VALUES (?, ?, ?, 0)", ((repository, f"v{n:07}", manifest) for n in range(BLOBS)))
        catalog.close()


def _digest(number):
    """A digest as the catalog stores it: a byte for the algorithm, then the hash."""
    return SHA256 + hashlib.sha256(str(number).encode()).digest()
