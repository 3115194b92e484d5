"""Uploads survive the server that began them."""

from harness.case import case
from harness.checks import expect, expect_equal
from harness.content import Content
from harness.wire import OCTETS, with_query


@case("an upload half done before kill -9 is resumed after the restart")
def resumes_after_kill(t):
    roost = t.roost()
    content = Content(9_000_000)
    half = content.size // 2
    location = roost.registry.start_upload("team/app")
    patched = roost.registry.ask(
        "PATCH", location, body=content.data[:half],
        headers={"Content-Type": OCTETS, "Content-Range": f"0-{half - 1}"})
    expect_equal(patched.status, 202, "PATCH of the first half")
    expect_equal(patched.header("Range"), f"0-{half - 1}", "Range after the first half")
    location = patched.header("Location")

    roost.kill()
    roost.start()
    asked = roost.registry.get(location)
    expect_equal(asked.status, 204, "GET of the upload after the restart")
    expect_equal(asked.header("Range"), f"0-{half - 1}", "Range after the restart")
    patched = roost.registry.ask(
        "PATCH", asked.header("Location") or location, body=content.data[half:],
        headers={"Content-Type": OCTETS, "Content-Range": f"{half}-{content.size - 1}"})
    expect_equal(patched.status, 202, "PATCH of the second half")
    done = roost.registry.ask("PUT", with_query(patched.header("Location"), digest=content.digest))
    expect_equal(done.status, 201, "PUT that closes the upload")
    expect_equal(done.header("Docker-Content-Digest"), content.digest, "the digest of the closed upload")
    expect(roost.registry.blob("team/app", content.digest).body == content.data, "the blob's bytes differ")


@case("a PATCH cut off by kill -9 leaves an upload that says how far it came and can be completed")
def resumes_inside_a_chunk(t):
    roost = t.roost()
    content = Content(6_000_000)
    location = roost.registry.start_upload("team/app")
    connection = roost.registry.connect()
    connection.putrequest("PATCH", location)
    connection.putheader("Content-Type", OCTETS)
    connection.putheader("Content-Length", str(content.size))
    connection.endheaders()
    connection.send(content.data[:4_000_000])
    roost.kill()
    connection.close()
    roost.start()

    asked = roost.registry.get(location)
    expect_equal(asked.status, 204, "GET of the upload after the restart")
    said = asked.header("Range") or ""
    expect(said.startswith("0-"), f"Range after the restart: {said!r}")
    # Nothing of an unanswered chunk needs to be kept; what is kept must be its beginning. 0-0 stands for nothing too.
    kept = int(said[2:]) + 1 if said != "0-0" else 0
    expect(kept <= 4_000_000, f"more was kept ({kept}) than was sent")
    closed = roost.registry.ask(
        "PUT", with_query(asked.header("Location") or location, digest=content.digest), body=content.data[kept:],
        headers={"Content-Type": OCTETS, "Content-Range": f"{kept}-{content.size - 1}"})
    expect_equal(closed.status, 201, f"PUT of the rest after {kept} bytes")
    expect(roost.registry.blob("team/app", content.digest).body == content.data, "the blob's bytes differ")


@case("a cancelled upload is gone, also after a restart")
def cancelled_stays_gone(t):
    roost = t.roost()
    location = roost.registry.start_upload("team/app")
    expect_equal(roost.registry.ask("DELETE", location).status, 204, "DELETE of the upload")
    expect_equal(roost.registry.get(location).status, 404, "GET of the cancelled upload")
    roost.kill()
    roost.start()
    gone = roost.registry.get(location)
    expect_equal((gone.status, gone.codes()), (404, ["BLOB_UPLOAD_UNKNOWN"]), "GET after the restart")
