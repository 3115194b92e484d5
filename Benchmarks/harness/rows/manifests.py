"""Manifest GETs by tag on 64 kept-alive connections."""

from .. import clients, push
from ..measures import NGINX, REGISTRY, ROOST, Measure, Row, Target

TARGETS = (Target(NGINX, ">=", 0.7), Target(REGISTRY, ">=", 30))


class Manifests(Row):
    """A pushed image's, and on Roost also a cached docker.io image's beside the same numbers of the others."""

    name = "manifests"
    measures = (
        Measure("manifests", "manifest GETs, 64 connections", "/s", targets=TARGETS),
        Measure("manifests-p50", "… p50", "ms", 2),
        Measure("manifests-p99", "… p99", "ms", 2),
        Measure("cached-manifests", "manifest GETs of a cached docker.io image, 64 connections", "/s", targets=TARGETS),
        Measure("cached-manifests-p50", "… p50", "ms", 2),
        Measure("cached-manifests-p99", "… p99", "ms", 2),
    )

    def prepare(self, stage):
        image = stage.quarry.image([stage.quarry.blob(100_000) for _ in range(6)])
        stage.push("bench/manifests", "latest", image)
        stage.upstream.put_image("library/manifests", "latest", image)
        for peer in stage.peers.values():
            assert push.get(peer.pushed.url, "/v2/bench/manifests/manifests/latest") == image.manifest, peer.name
        cached = stage.peers[ROOST].cached.url
        assert push.get(cached, "/v2/library/manifests/manifests/latest") == image.manifest

    def measure(self, stage, peer):
        found = clients.wrk(f"{peer.pushed.url}/v2/bench/manifests/manifests/latest", 64, stage.scale.seconds)
        stage.note_client(peer, "manifests", found.client_share)
        cached = found
        if peer.name == ROOST:
            cached = clients.wrk(f"{peer.cached.url}/v2/library/manifests/manifests/latest", 64, stage.scale.seconds)
        stage.note_client(peer, "cached-manifests", cached.client_share)
        return {
            "manifests": found.per_second, "manifests-p50": found.p50_ms, "manifests-p99": found.p99_ms,
            "cached-manifests": cached.per_second, "cached-manifests-p50": cached.p50_ms,
            "cached-manifests-p99": cached.p99_ms,
        }
