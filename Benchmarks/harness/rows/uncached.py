"""How long small requests wait while the disk is read."""

import os

from .. import clients
from ..measures import NGINX, ROOST, Measure, Row, Target


class Uncached(Row):
    """Manifest GETs on 4 connections for as long as large blobs that are not in the page cache go out."""

    name = "uncached"
    peers = (ROOST, NGINX)
    measures = (
        Measure("uncached-p99", "p99 of manifest GETs while 12 uncached large blobs go out", "ms", 2, targets=(
            Target(NGINX, "<=", 1.0),)),
        Measure("uncached-rate", "… the blobs", "MB/s"),
        Measure("uncached-disk", "… share of them read from the disk", "%"),
    )

    def prepare(self, stage):
        self._blobs = [stage.quarry.blob(stage.scale.blob) for _ in range(stage.scale.uncached_blobs)]
        self._paths = [f"/v2/bench/uncached/blobs/{blob.digest}" for blob in self._blobs]
        stage.push("bench/uncached", "latest", stage.quarry.image(self._blobs), self.peers)

    def measure(self, stage, peer):
        server = peer.pushed
        stage.settle()
        for blob in self._blobs:
            self._forget(server.blob_file(blob))
        read = server.disk_bytes_read()
        blobs = stage.blob_client.begin(server, self._paths, len(self._paths))
        requests = clients.begin_wrk(f"{server.url}/v2/bench/uncached/manifests/latest", 4, 300)
        try:
            done = stage.blob_client.finish(blobs)
        finally:
            found = clients.end_wrk(requests, early=True)
        return {
            "uncached-p99": found.p99_ms, "uncached-rate": done.megabytes_per_second,
            "uncached-disk": 100 * (server.disk_bytes_read() - read) / done.bytes,
        }

    @staticmethod
    def _forget(path):
        """Drops a file that is already on the disk from the page cache."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)
