"""A large blob out of the page cache."""

from ..measures import NGINX, REGISTRY, Measure, Row, Target

FAST = (Target(NGINX, ">=", 1.0), Target(REGISTRY, ">=", 1.1))


class Warm(Row):
    """On one connection several times in a row, then on 16 at once, with the server's processor time."""

    name = "warm"
    measures = (
        Measure("warm-1", "warm large blob, 1 connection", "MB/s", targets=FAST),
        Measure("warm-16", "warm large blob, 16 connections", "MB/s", targets=FAST),
        Measure("warm-cpu", "… server CPU", "s/GB", 3, targets=(
            Target(NGINX, "<=", 1.3), Target(REGISTRY, "<=", 1 / 4))),
    )

    def prepare(self, stage):
        blob = stage.quarry.blob(stage.scale.blob)
        stage.push("bench/warm", "latest", stage.quarry.image([blob]))
        self._path = f"/v2/bench/warm/blobs/{blob.digest}"
        for peer in stage.peers.values():
            stage.blob_client.download(peer.pushed, [self._path], 1)

    def measure(self, stage, peer):
        server, client = peer.pushed, stage.blob_client
        # Into the page cache, which other rows empty.
        client.download(server, [self._path], 1)
        one = client.download(server, [self._path], 1, stage.scale.repeats)
        before = server.cpu_seconds()
        many = client.download(server, [self._path], 16, max(1, stage.scale.repeats // 2))
        cpu = server.cpu_seconds() - before
        stage.note_client(peer, "warm-1", one.client_share)
        stage.note_client(peer, "warm-16", many.client_share)
        return {
            "warm-1": one.megabytes_per_second, "warm-16": many.megabytes_per_second,
            "warm-cpu": cpu / (many.bytes / 1e9),
        }
