"""Resident memory."""

import time

from ..measures import REGISTRY, Measure, Row, Target

MEBIBYTE = 1 << 20
IDLE_SECONDS = 1


class Memory(Row):
    """Of a process just started and idle, and at its highest while 64 clients download one large blob."""

    name = "memory"
    measures = (
        Measure("memory-idle", "resident memory, idle", "MiB", 1),
        Measure("memory-64", "resident memory, peak under 64 downloads of a large blob", "MiB", 1, targets=(
            Target(None, "<=", 60), Target(REGISTRY, "<=", 1 / 5))),
    )

    def prepare(self, stage):
        blob = stage.quarry.blob(stage.scale.blob)
        stage.push("bench/memory", "latest", stage.quarry.image([blob]))
        self._path = f"/v2/bench/memory/blobs/{blob.digest}"

    def measure(self, stage, peer):
        server = peer.pushed
        server.restart()
        time.sleep(IDLE_SECONDS)
        idle = server.resident_bytes()
        server.forget_peak()
        stage.blob_client.download(server, [self._path], 64, together=True)
        return {"memory-idle": idle / MEBIBYTE, "memory-64": server.peak_resident_bytes() / MEBIBYTE}
