"""Upstreams that break off, lie, hang or move their tags."""

import http.client
import socket

from harness.artifact import manifest, push
from harness.case import case
from harness.checks import expect, expect_equal, until
from harness.content import Content, Reading
from harness.line import Line

_NEEDS = ["docker-registry"]
_NAME = "library/faulty"


@case("a download that breaks off upstream is resumed, and the client notices nothing", needs=_NEEDS)
def resumes(t):
    upstream = t.upstream(storage=t.directory / "storage")
    content = Content(40_000_000)
    upstream.registry.push_blob(_NAME, content.data, content.digest)
    line = Line(upstream.port)
    t.at_end(line.close)
    roost = t.roost({"upstreams": {"docker.io": {"url": line.url}}})
    line.cut_after(10_000_000, 5_000_000)
    answer = roost.registry.blob(_NAME, content.digest)
    expect_equal(answer.status, 200, "GET of the blob")
    expect(answer.body == content.data, f"{len(answer.body)} bytes came of {content.size}, or others")
    expect_equal(line.cuts_left, 0, "cuts that were not made")
    whole = [status for method, target, status in upstream.requests() if method == "GET" and content.digest in target]
    expect_equal([status for status in whole if status == 200][1:], [], "downloads from the start after the first")
    upstream.stop()
    expect(roost.registry.blob(_NAME, content.digest).body == content.data, "the stored blob differs")


@case("wrong bytes from upstream are never taken for the blob, and the next request starts anew", needs=_NEEDS)
def wrong_bytes(t):
    storage = t.directory / "storage"
    upstream = t.upstream(storage=storage)
    content = Content(5_000_000)
    upstream.registry.push_blob(_NAME, content.data, content.digest)
    path = next(path for path in storage.rglob("data") if content.digest[7:] in str(path))
    path.write_bytes(content.data[:-1] + bytes([content.data[-1] ^ 1]))
    roost = t.roost(upstream=upstream)
    expect(not _gets_whole(roost, content), "a client was given the wrong bytes as a whole answer")
    path.write_bytes(content.data[:-1000])
    expect(not _gets_whole(roost, content), "a client was given too few bytes as a whole answer")
    path.write_bytes(content.data)
    until(lambda: _gets_whole(roost, content, right=True), "the mended blob is served")
    for stored in roost.storage.rglob(content.digest[7:]):
        expect(stored.read_bytes() == content.data, f"{stored} differs from its digest")


def _gets_whole(roost, content, right=False):
    """Whether a client gets as many bytes as were announced, and, when asked, the right ones."""
    connection, raw = roost.registry.open("GET", f"/v2/{_NAME}/blobs/{content.digest}")
    try:
        reading = Reading(raw).to_end()
        if right:
            return raw.status == 200 and reading.digest == content.digest
        return raw.status == 200 and reading.count == int(raw.headers["Content-Length"])
    except (http.client.HTTPException, OSError):
        return False
    finally:
        connection.close()


@case("a tag that moves upstream is seen past its freshness, and not asked about before", needs=_NEEDS)
def moving_tags(t):
    upstream = t.upstream(storage=t.directory / "storage")
    push(upstream.registry, _NAME, "latest", manifest("old"))
    eager = t.roost({"freshness": "0s"}, upstream=upstream)
    lazy = t.roost({"freshness": "1h"}, upstream=upstream)
    for roost in [eager, lazy]:
        expect_equal(roost.registry.manifest(_NAME, "latest").body, manifest("old"), "the first pull")
    push(upstream.registry, _NAME, "latest", manifest("new"))
    before = len(upstream.requests())
    expect_equal(lazy.registry.manifest(_NAME, "latest").body, manifest("old"), "the pull while it is fresh")
    expect_equal(upstream.requests()[before:], [], "what the upstream was asked while the tag was fresh")
    expect_equal(eager.registry.manifest(_NAME, "latest").body, manifest("new"), "the pull past its freshness")
    gets = upstream.count("GET", f"{_NAME}/manifests")
    for _ in range(3):
        expect_equal(eager.registry.manifest(_NAME, "latest").body, manifest("new"), "the pull of the unmoved tag")
    expect_equal(upstream.count("GET", f"{_NAME}/manifests"), gets, "pulls that asking again cost the upstream")


@case("an upstream that hangs or breaks off keeps nobody from what is cached", needs=_NEEDS)
def hanging(t):
    upstream = t.upstream(storage=t.directory / "storage")
    push(upstream.registry, _NAME, "latest", manifest("cached"))
    roost = t.roost({"freshness": "0s"}, upstream=upstream)
    expect_equal(roost.registry.manifest(_NAME, "latest").body, manifest("cached"), "the first pull")
    upstream.stop()
    with socket.create_server(("127.0.0.1", upstream.port)):  # takes connections and never says a word
        answer = roost.registry.manifest(_NAME, "latest")
        expect_equal((answer.status, answer.body), (200, manifest("cached")), "the pull while the upstream hangs")
        push(roost.registry, "mine/app", "latest")
        absent = roost.registry.manifest(_NAME, "absent")
        expect(400 <= absent.status < 600 and absent.status != 500, f"a missing tag meanwhile: {absent!r}")
    upstream.start()
    push(upstream.registry, _NAME, "latest", manifest("moved"))
    until(lambda: roost.registry.manifest(_NAME, "latest").body == manifest("moved"),
          "the tag is asked for again when the upstream is back")


@case("the cached images are served after a restart with the upstream switched off", needs=_NEEDS)
def restart_without_upstream(t):
    upstream = t.upstream(storage=t.directory / "storage")
    content = Content(2_000_000)
    upstream.registry.push_blob(_NAME, content.data, content.digest)
    push(upstream.registry, _NAME, "latest", manifest("cached"))
    roost = t.roost(upstream=upstream)
    expect_equal(roost.registry.manifest(_NAME, "latest").status, 200, "the first pull")
    expect_equal(roost.registry.blob(_NAME, content.digest).status, 200, "the first pull's blob")
    upstream.stop()
    expect_equal(roost.terminate(), 0, "the exit status")
    roost.start()
    expect_equal(roost.registry.manifest(_NAME, "latest").body, manifest("cached"), "the manifest after the restart")
    expect(roost.registry.blob(_NAME, content.digest).body == content.data, "the blob after the restart differs")
