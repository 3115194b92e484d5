"""Pushing a large blob."""

import time

from .. import push
from ..measures import REGISTRY, ROOST, Measure, Row, Target

FASTER = (Target(REGISTRY, ">=", 2.5),)
CHEAPER = (Target(REGISTRY, "<=", 1 / 2.5),)


class Pushes(Row):
    """POST, one PATCH with everything, PUT: with a Content-Length, and chunked as dockerd sends it."""

    name = "push"
    peers = (ROOST, REGISTRY)
    measures = (
        Measure("push", "push of a large blob", "s", 2, faster=True, targets=FASTER),
        Measure("push-cpu", "… server CPU", "s", 2, targets=CHEAPER),
        Measure("push-chunked", "push of a large blob in dockerd's chunked encoding", "s", 2, faster=True, targets=FASTER),
        Measure("push-chunked-cpu", "… server CPU", "s", 2, targets=CHEAPER),
    )

    def prepare(self, stage):
        # The first push to a name may ask the upstream who owns it; that is not what is measured.
        stage.push("bench/push", "latest", stage.quarry.image([stage.quarry.blob(1000)]), self.peers)

    def begin_round(self, stage):
        stage.free_memory()
        self._sized = stage.quarry.blob(stage.scale.blob)
        self._chunked = stage.quarry.blob(stage.scale.blob)

    def measure(self, stage, peer):
        seconds, cpu = self._push(stage, peer.pushed, self._sized, chunked=False)
        chunked_seconds, chunked_cpu = self._push(stage, peer.pushed, self._chunked, chunked=True)
        return {
            "push": seconds, "push-cpu": cpu, "push-chunked": chunked_seconds, "push-chunked-cpu": chunked_cpu,
        }

    def _push(self, stage, server, blob, chunked):
        stage.settle()
        cpu, start = server.cpu_seconds(), time.monotonic()
        push.stream_blob(server.url, "bench/push", blob, chunked)
        return time.monotonic() - start, server.cpu_seconds() - cpu
