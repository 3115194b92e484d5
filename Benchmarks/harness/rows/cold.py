"""A large blob that only the upstream has."""

import time

from .. import push
from ..measures import REGISTRY, ROOST, Measure, Row, Target

STORED_SECONDS = 60


def fill(stage, peer, image, connections):
    """Lets clients pull the image's blob through a cache that lacks it.

    Returns (seconds until the clients had it and the cache had stored it, its processor time, upstream GETs).
    """
    blob = image.layers[0]
    server = peer.cached
    push.get(server.url, f"/v2/library/cold/manifests/{image.digest}")
    stage.settle()
    asked, cpu, start = stage.upstream.requests_for(blob), server.cpu_seconds(), time.monotonic()
    stage.blob_client.download(server, [f"/v2/library/cold/blobs/{blob.digest}"], connections)
    while server.blob_file(blob) is None:
        if time.monotonic() - start > STORED_SECONDS:
            raise TimeoutError(f"{server.name} had not stored {blob.digest} after {STORED_SECONDS} s")
        time.sleep(0.002)
    seconds = time.monotonic() - start
    return seconds, server.cpu_seconds() - cpu, stage.upstream.requests_for(blob) - asked


class ColdRow(Row):
    """A fresh image on the upstream in each round, the same one for all peers."""

    peers = (ROOST, REGISTRY)
    _image = None

    def begin_round(self, stage):
        stage.free_memory()
        if self._image is not None:
            stage.upstream.remove_image("library/cold", self._image)
        self._image = stage.quarry.image([stage.quarry.blob(stage.scale.blob)])
        stage.upstream.put_image("library/cold", None, self._image)


class ColdOne(ColdRow):
    """One client, until the blob is stored."""

    name = "cold-1"
    measures = (
        Measure("cold-1", "cold fill of a large blob by 1 client, until stored", "s", 2, faster=True, targets=(
            Target(REGISTRY, ">=", 2.5),)),
        Measure("cold-1-cpu", "… server CPU", "s", 2, targets=(Target(REGISTRY, "<=", 1 / 3.5),)),
    )

    def measure(self, stage, peer):
        seconds, cpu, _ = fill(stage, peer, self._image, 1)
        return {"cold-1": seconds, "cold-1-cpu": cpu}


class ColdMany(ColdRow):
    """32 clients at once."""

    name = "cold-32"
    measures = (
        Measure("cold-32", "cold fill of a large blob by 32 clients at once", "s", 2, faster=True, targets=(
            Target(REGISTRY, ">=", 2.5),)),
        Measure("cold-32-gets", "… upstream GETs of the blob", "", targets=(Target(None, "==", 1),)),
    )

    def measure(self, stage, peer):
        seconds, _, asked = fill(stage, peer, self._image, 32)
        return {"cold-32": seconds, "cold-32-gets": asked}
