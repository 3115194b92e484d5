"""Many clients, one download."""

import threading
import time

from harness.artifact import manifest, push
from harness.case import case
from harness.checks import Failure, expect, expect_equal, until
from harness.content import Content, Reading
from harness.wire import Registry

_CLIENTS = 50
_HASHED = 4
_SIZE = 200_000_000
_NAME = "library/crowd"


class _Client(threading.Thread):
    """Downloads the blob and remembers what it got."""

    def __init__(self, roost, digest, hashed=False, leave_after=None, rate=None):
        super().__init__(daemon=True)
        self.reading = None
        self.error = None
        self.status = None
        self.gone = threading.Event()
        self._registry = Registry(roost.port, timeout=300)
        self._target = f"/v2/{_NAME}/blobs/{digest}"
        self._hashed = hashed
        self._leave_after = leave_after
        self._rate = rate

    def run(self):
        connection = self._registry.connect()
        try:
            _, raw = self._registry.open("GET", self._target, connection=connection)
            self.status = raw.status
            self.reading = Reading(raw, self._hashed)
            self._read()
        except Exception as error:
            self.error = error
        finally:
            connection.close()

    def _read(self):
        started = time.monotonic()
        while not self.gone.is_set() and self.reading.step(1 << 16 if self._rate else 1 << 18):
            if self._leave_after and self.reading.count >= self._leave_after:
                return
            if self._rate:
                self.gone.wait(max(0, started + self.reading.count / self._rate - time.monotonic()))


@case("fifty clients ask for one cold 200 MB blob: one upstream GET, and nobody waits for the slow or the gone",
      needs=["docker-registry"])
def fifty_clients(t):
    upstream = t.upstream(storage=t.directory / "storage")
    content = Content(_SIZE)
    upstream.registry.push_blob(_NAME, content.data, content.digest)
    digest, content = content.digest, None
    roost = t.roost(upstream=upstream)
    roost.registry.get("/v2/")
    descriptors = roost.process.descriptors()

    slow = _Client(roost, digest, rate=1_000_000)
    leaver = _Client(roost, digest, leave_after=20_000_000)
    others = [_Client(roost, digest, hashed=number < _HASHED) for number in range(_CLIENTS - 2)]
    t.at_end(slow.gone.set)
    for client in [leaver, slow, *others]:
        client.start()
    for client in others:
        client.join(600)
        expect(not client.is_alive(), "a client is still waiting after ten minutes")
    expect(slow.is_alive(), f"the slow reader has ended: {slow.status} {slow.error}")

    for client in others:
        if client.error:
            raise Failure(f"a client's download broke: {client.error!r}")
        expect_equal((client.status, client.reading.count), (200, _SIZE), "a client's status and bytes")
    for client in others[:_HASHED]:
        expect_equal(client.reading.digest, digest, "the digest of what a client got")
    until(lambda: upstream.count("GET", digest), "the upstream has logged its answer")
    expect_equal(upstream.count("GET", digest), 1, "GETs of the blob at the upstream")

    upstream.stop()
    slow.gone.set()
    slow.join(60)
    late = _Client(roost, digest, hashed=True)
    late.run()
    expect_equal((late.status, late.error), (200, None), "a late client with the upstream switched off")
    expect_equal(late.reading.digest, digest, "the digest of what the late client got")
    # A few may stay: connections to the upstream, the catalog's readers.
    until(lambda: roost.process.descriptors() < descriptors + 25, "Roost closes the files of clients that are gone")


@case("fifty clients ask for one cold tag at once: the upstream counts one pull", needs=["docker-registry"])
def fifty_ask_for_a_tag(t):
    upstream = t.upstream(storage=t.directory / "storage")
    push(upstream.registry, _NAME, "latest")
    roost = t.roost(upstream=upstream)
    together = threading.Barrier(_CLIENTS)
    answers = []

    def ask():
        together.wait()
        answers.append(Registry(roost.port).manifest(_NAME, "latest"))

    threads = [threading.Thread(target=ask) for _ in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect_equal({(answer.status, answer.body) for answer in answers}, {(200, manifest("latest"))}, "the answers")
    expect_equal(len(answers), _CLIENTS, "how many were answered")
    expect_equal(upstream.count("GET", f"{_NAME}/manifests"), 1, "GETs of the manifest at the upstream")


@case("a fill goes on to its end when its only client leaves", needs=["docker-registry"])
def the_only_client_leaves(t):
    upstream = t.upstream(storage=t.directory / "storage")
    content = Content(100_000_000)
    upstream.registry.push_blob(_NAME, content.data, content.digest)
    roost = t.roost(upstream=upstream)
    client = _Client(roost, content.digest, leave_after=1_000_000)
    client.run()
    expect_equal((client.status, client.error), (200, None), "the client that leaves")
    until(lambda: upstream.count("GET", content.digest), "the upstream has sent the whole blob")

    # The end of the fill shows when the whole is served with nobody to ask.
    upstream.stop()
    def served():
        later = _Client(roost, content.digest, hashed=True)
        later.run()
        return later.status == 200 and later.reading and later.reading.digest == content.digest
    until(served, "the blob is served from the store")
    expect_equal(upstream.count("GET", content.digest), 1, "GETs of the blob at the upstream")


@case("ranges of a cold blob are answered as ranges while it is being filled", needs=["docker-registry"])
def ranges_of_a_fill(t):
    upstream = t.upstream(storage=t.directory / "storage")
    content = Content(60_000_000)
    upstream.registry.push_blob(_NAME, content.data, content.digest)
    roost = t.roost(upstream=upstream)
    last = content.size - 1
    for first, end, asked in [
            (40_000_000, 40_999_999, "bytes=40000000-40999999"),
            (59_000_000, last, "bytes=59000000-"),
            (last - 99, last, "bytes=-100"),
            (0, 0, "bytes=0-0"),
            (0, last, "bytes=0-")]:
        answer = roost.registry.blob(_NAME, content.digest, headers={"Range": asked})
        expect_equal(answer.status, 206, f"GET with Range: {asked}")
        expect_equal(answer.header("Content-Range"), f"bytes {first}-{end}/{content.size}", f"Content-Range of {asked}")
        expect(answer.body == content.data[first:end + 1], f"the bytes of {asked} differ")
    outside = roost.registry.blob(_NAME, content.digest, headers={"Range": f"bytes={content.size}-"})
    expect_equal(outside.status, 416, "GET with a range past the end")
    expect_equal(upstream.count("GET", content.digest), 1, "GETs of the blob at the upstream")


@case("a cold layer asked for in parallel ranges costs one upstream GET", needs=["docker-registry"])
def parallel_ranges(t):
    upstream = t.upstream(storage=t.directory / "storage")
    content = Content(80_000_000)
    upstream.registry.push_blob(_NAME, content.data, content.digest)
    roost = t.roost(upstream=upstream)
    answers = {}

    def fetch(first):
        asked = {"Range": f"bytes={first}-{first + 9_999_999}"}
        answers[first] = Registry(roost.port).blob(_NAME, content.digest, headers=asked)

    threads = [threading.Thread(target=fetch, args=[first]) for first in range(0, content.size, 10_000_000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for first, answer in answers.items():
        expect_equal(answer.status, 206, f"GET of the range from {first}")
        expect(answer.body == content.data[first:first + 10_000_000], f"the bytes from {first} differ")
    expect_equal(len(answers), len(threads), "how many ranges were answered")
    until(lambda: upstream.count("GET", content.digest), "the upstream has logged its answer")
    expect_equal(upstream.count("GET", content.digest), 1, "GETs of the blob at the upstream")
