"""kill -9 at random moments: what was acknowledged is there, nothing else is visible, every byte is right."""

import contextlib
import hashlib
import http.client
import json
import random
import re
import threading
import time

from harness.case import case
from harness.checks import expect, expect_equal
from harness.content import Content, Reading
from harness.wire import OCI_CONFIG, OCI_LAYER, OCI_MANIFEST, RefusedPush, Registry, digest_of

_ROUNDS = 50
_CLIENTS = 3
_HEX = re.compile(r"[0-9a-f]{64}|[0-9a-f]{128}")
_CUT = (OSError, http.client.HTTPException)


@case("fifty kills in the middle of pushes lose nothing acknowledged and show nothing else")
def during_pushes(t):
    roost = t.roost({"local": ["crash/*"]})
    ledger = _Ledger()
    for number in range(_ROUNDS):
        pushers = [_Pusher(roost.registry, f"crash/app{number % 5}", ledger) for _ in range(_CLIENTS)]
        _kill_amid(roost, pushers, at=random.uniform(0, 3))
        ledger.check_round(roost.registry)
    ledger.check_all(roost.registry)
    _check_store(roost)


@case("fifty kills in the middle of fills leave no wrong byte, and the next request succeeds",
      needs=["docker-registry"])
def during_fills(t):
    upstream = t.upstream(storage=t.directory / "storage")
    contents = [Content(random.randint(1_000_000, 12_000_000)) for _ in range(_ROUNDS)]
    for content in contents:
        upstream.registry.push_blob("library/crash", content.data, content.digest)
        content.data = None
    roost = t.roost(upstream=upstream)
    for content in contents:
        _kill_amid(roost, [_Puller(roost.registry, content.digest) for _ in range(_CLIENTS)], at=random.uniform(0, 1.3))
        _check_store(roost, only=content.digest)
    expect_equal(_partials(roost), [], "what the broken fills left on the disk")
    upstream_down = random.sample(contents, 10)
    for content in contents:
        _expect_whole(roost.registry, content.digest)
    upstream.stop()
    for content in upstream_down:
        _expect_whole(roost.registry, content.digest)
    _check_store(roost)


def _kill_amid(roost, workers, at):
    """Lets the workers begin, kills Roost when one of them has got as far as `at`, and starts it again.

    Progress 1.5 is half a blob after a whole one. A worker that ends before it gets there is waited for no longer.
    """
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers) and max(worker.progress for worker in workers) < at:
        time.sleep(0.0005)
    # Some moments lie amid the bytes, some around the commit that follows them.
    time.sleep(random.choice([0, random.uniform(0, 0.03)]))
    roost.kill()
    for worker in workers:
        worker.join()
    roost.start()


class _Pusher(threading.Thread):
    """Pushes images of one layer, one after another, until the server is gone."""

    def __init__(self, registry, name, ledger):
        super().__init__(daemon=True)
        self.progress = 0.0
        self.pushed = 0
        self._registry = Registry(registry.port)
        self._name = name
        self._ledger = ledger

    def run(self):
        try:
            while True:
                self._push(Content(random.randint(1_000_000, 12_000_000)))
        except _CUT:
            pass
        except RefusedPush as refused:
            self._ledger.refused.append(str(refused))

    def _push(self, content):
        name, ledger = self._name, self._ledger
        config = json.dumps({"architecture": "amd64", "os": "linux", "layer": content.digest}).encode()
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": OCI_MANIFEST,
            "config": {"mediaType": OCI_CONFIG, "digest": digest_of(config), "size": len(config)},
            "layers": [{"mediaType": OCI_LAYER, "digest": content.digest, "size": content.size}],
        }).encode()
        ledger.tried(name, content.digest)
        self._registry.push_blob(name, _Watched(content.data, self), content.digest)
        ledger.acknowledged_blob(name, content.digest)
        self._registry.push_blob(name, config, digest_of(config))
        ledger.acknowledged_blob(name, digest_of(config))
        tag = digest_of(manifest)[7:19]
        self._registry.push_manifest(name, tag, manifest, OCI_MANIFEST)
        ledger.acknowledged_manifest(name, tag, manifest)
        self.pushed += 1


class _Watched:
    """Bytes to send, that tell their pusher how much has gone."""

    def __init__(self, data, pusher):
        self._data = data
        self._pusher = pusher
        self._at = 0

    def read(self, most=-1):
        # Small pieces make many moments to die at.
        piece = self._data[self._at:self._at + 65536]
        self._at += len(piece)
        self._pusher.progress = self._pusher.pushed + self._at / len(self._data)
        return piece

    def tell(self):
        return self._at

    def seek(self, offset, whence=0):
        self._at = len(self._data) if whence == 2 else offset
        return self._at


class _Puller(threading.Thread):
    """Asks for one blob until it has it or the server is gone."""

    def __init__(self, registry, digest):
        super().__init__(daemon=True)
        self.progress = 0.0
        self._registry = Registry(registry.port)
        self._digest = digest

    def run(self):
        try:
            connection, raw = self._registry.open("GET", f"/v2/library/crash/blobs/{self._digest}")
            length = int(raw.headers.get("Content-Length") or 1)
            reading = Reading(raw, hashed=False)
            while reading.step(65536):
                self.progress = reading.count / length
            connection.close()
        except _CUT:
            pass


class _Ledger:
    """What was tried and what was acknowledged, as the clients saw it."""

    def __init__(self):
        self.refused = []
        self._tried = []
        self._blobs = {}
        self._manifests = {}

    def tried(self, name, digest):
        self._tried.append((name, digest))

    def acknowledged_blob(self, name, digest):
        self._blobs[(name, digest)] = True

    def acknowledged_manifest(self, name, tag, data):
        self._manifests[(name, tag)] = data

    def check_round(self, registry):
        """After a restart: what this round tried is whole, or not there."""
        expect(not self.refused, f"a push was refused: {self.refused[:1]}")
        for name, digest in self._tried:
            _expect_whole_or_absent(registry, name, digest, must=(name, digest) in self._blobs)
        self._tried.clear()

    def check_all(self, registry):
        expect(len(self._blobs) >= _ROUNDS / 2, f"only {len(self._blobs)} pushes were acknowledged before a kill")
        for name, digest in self._blobs:
            _expect_whole_or_absent(registry, name, digest, must=True)
        for (name, tag), data in self._manifests.items():
            answer = registry.manifest(name, tag)
            expect_equal((answer.status, answer.body), (200, data), f"the acknowledged manifest {name}:{tag}")


def _expect_whole_or_absent(registry, name, digest, must):
    connection, raw = registry.open("GET", f"/v2/{name}/blobs/{digest}")
    with contextlib.closing(connection):
        if raw.status == 404 and not must:
            return
        expect_equal(raw.status, 200, f"GET of {'an acknowledged' if must else 'a'} blob {digest}")
        expect_equal(Reading(raw).to_end().digest, digest, "the digest of a served blob")


def _expect_whole(registry, digest):
    _expect_whole_or_absent(registry, "library/crash", digest, must=True)


def _partials(roost):
    """The files of blobs that are not whole."""
    return [path.name for path in (roost.storage / "partial").iterdir()]


def _check_store(roost, only=None):
    """Every file of the store that is named by a digest has that digest."""
    for path in roost.storage.rglob("*"):
        if not _HEX.fullmatch(path.name) or not path.is_file() or (only and path.name not in only):
            continue
        algorithm = "sha256" if len(path.name) == 64 else "sha512"
        with open(path, "rb") as file:
            found = hashlib.file_digest(file, algorithm).hexdigest()
        expect_equal(found, path.name, f"the digest of {path.relative_to(roost.storage)}")
