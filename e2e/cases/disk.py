"""A disk that is full fails the one request that does not fit."""

import http.client

from harness.artifact import manifest, push
from harness.case import case
from harness.checks import expect, expect_equal, until
from harness.content import Content
from harness.wire import OCTETS, with_query

_MB = 1_000_000


def _small_disk(t, roost):
    """Gives a Roost that is not started yet a disk of 40 MB for its storage."""
    roost.storage.mkdir()
    t.run("mount", "-t", "tmpfs", "-o", "size=40m", "roost-e2e", roost.storage)
    t.at_end(t.run, "umount", "--lazy", roost.storage)


@case("a push that does not fit on the disk fails cleanly, and what fits goes on", needs=["root", "mount", "umount"])
def push_on_full_disk(t):
    roost = t.unstarted_roost({"local": ["team/*"]})
    _small_disk(t, roost)
    roost.start()
    registry = roost.registry
    push(registry, "team/app", "before")
    large = Content(60 * _MB)
    try:
        answer = registry.ask(
            "PUT", with_query(registry.start_upload("team/app"), digest=large.digest), body=large.data,
            headers={"Content-Type": OCTETS})
        expect(answer.status >= 400, f"PUT of more than fits: {answer!r}")
    except (OSError, http.client.HTTPException):
        pass  # An answer may be lost to a client that is still sending.
    expect(roost.process.require_alive(), "Roost ended")
    expect_equal(registry.blob("team/app", large.digest).status, 404, "GET of what did not fit")
    expect_equal(registry.manifest("team/app", "before").body, manifest("before"), "what was there before")

    fitting = Content(5 * _MB)
    until(lambda: _pushed(registry, fitting), "what fits can be pushed: the room of what did not fit is given back")
    expect(registry.blob("team/app", fitting.digest).body == fitting.data, "the blob's bytes differ")


def _pushed(registry, content):
    try:
        return registry.push_blob("team/app", content.data, content.digest)
    except Exception:
        return False


@case("a fill that does not fit on the disk fails that blob alone",
      needs=["root", "mount", "umount", "docker-registry"])
def fill_on_full_disk(t):
    upstream = t.upstream(storage=t.directory / "storage")
    large, small = Content(60 * _MB), Content(2 * _MB)
    for content in [large, small]:
        upstream.registry.push_blob("library/disk", content.data, content.digest)
    roost = t.unstarted_roost(upstream=upstream)
    _small_disk(t, roost)
    roost.start()
    try:
        answer = roost.registry.blob("library/disk", large.digest)
        expect(answer.status >= 400 or answer.body == large.data, f"GET of more than fits: {answer.status}")
    except (OSError, http.client.HTTPException):
        pass  # Cut short, which a client cannot take for the whole.
    expect(roost.process.require_alive(), "Roost ended")
    until(lambda: _got(roost.registry, small), "a blob that fits is served")


def _got(registry, content):
    try:
        return registry.blob("library/disk", content.digest).body == content.data
    except (OSError, http.client.HTTPException):
        return False
