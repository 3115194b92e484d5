"""Many small blobs."""

import json
import os

from .. import clients
from ..measures import NGINX, REGISTRY, Measure, Row, Target

COUNT, SIZE = 200, 64 * 1024


class Small(Row):
    """200 distinct blobs of 64 KiB, one after the other on each of 32 kept-alive connections."""

    name = "small"
    measures = (
        Measure("small", "64 KB blobs, 32 connections", "/s", targets=(
            Target(NGINX, ">=", 0.6), Target(REGISTRY, ">=", 25))),
        Measure("small-p99", "… p99", "ms", 2),
    )

    def prepare(self, stage):
        blobs = [stage.quarry.blob(SIZE) for _ in range(COUNT)]
        stage.push("bench/small", "latest", stage.quarry.image(blobs))
        self._script = os.path.join(stage.folder, "small.lua")
        paths = ", ".join(json.dumps(f"/v2/bench/small/blobs/{blob.digest}") for blob in blobs)
        with open(self._script, "w") as script:
            script.write(
                f"local paths, requests, turn = {{{paths}}}, {{}}, 0\n"
                "init = function() for i, path in ipairs(paths) do requests[i] = wrk.format('GET', path) end end\n"
                "request = function() turn = turn % #requests + 1; return requests[turn] end\n")

    def measure(self, stage, peer):
        found = clients.wrk(peer.pushed.url, 32, stage.scale.seconds, self._script)
        stage.note_client(peer, "small", found.client_share)
        return {"small": found.per_second, "small-p99": found.p99_ms}
