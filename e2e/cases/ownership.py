"""Whose a name is: pushed here, or an upstream's."""

from harness.artifact import manifest, push
from harness.case import case
from harness.checks import expect, expect_equal, expect_in
from harness.content import Content
from harness.wire import OCI_MANIFEST, digest_of, next_page
from harness.world import TAKEN

_MANIFEST = manifest("latest")


def _expect_denied(registry, name):
    """Both doors are closed: the upload and the manifest. The refusal says what to do."""
    for method, target, headers in [
            ("POST", f"/v2/{name}/blobs/uploads/", {"Content-Length": "0"}),
            ("PUT", f"/v2/{name}/manifests/latest", {"Content-Type": OCI_MANIFEST})]:
        body = _MANIFEST if method == "PUT" else None
        answer = registry.ask(method, target, body=body, headers=headers)
        expect_equal((answer.status, answer.codes()), (403, ["DENIED"]), f"{method} {target}")
        message = answer.json()["errors"][0]["message"]
        expect(len(message.split()) >= 5, f"the refusal of {name} is no sentence: {message!r}")


@case("it starts with its upstream unreachable: pushes work, a missing image is no server error")
def works_alone(t):
    roost = t.roost()
    push(roost.registry, "mine/app", "latest")
    expect_equal(roost.registry.manifest("mine/app", "latest").body, _MANIFEST, "the pushed manifest")
    push(roost.registry, "single", "latest")
    expect_equal(roost.registry.manifest("single", "latest").body, _MANIFEST, "the pushed manifest of one segment")
    for name in ["library/absent", "absent", "someone/absent"]:
        for method in ["GET", "HEAD"]:
            answer = roost.registry.manifest(name, "latest", method)
            expect(answer.status in (404, 502, 503, 504), f"{method} of {name} with no upstream: {answer!r}")


@case("a missing image is 404 with a code, and is not asked for again at once", needs=["docker-registry", "busybox"])
def missing_upstream(t):
    upstream = t.upstream()
    roost = t.roost(upstream=upstream)
    for _ in range(3):
        answer = roost.registry.manifest("team/absent", "latest")
        expect_equal(answer.status, 404, "GET of a missing image")
        expect(answer.codes() in (["MANIFEST_UNKNOWN"], ["NAME_UNKNOWN"]), f"its codes: {answer!r}")
    asked = upstream.count("GET", "team/absent") + upstream.count("HEAD", "team/absent")
    expect(1 <= asked <= 2, f"the upstream was asked {asked} times for a missing image")
    blob = roost.registry.blob("team/absent", digest_of(b"nowhere"))
    expect_equal((blob.status, blob.codes()), (404, ["BLOB_UNKNOWN"]), "GET of a missing blob")


@case("a name that was pushed here is never looked for upstream", needs=["docker-registry", "busybox"])
def owned_names(t):
    upstream = t.upstream()
    roost = t.roost(upstream=upstream)
    push(roost.registry, "mine/app", "latest")
    before = len(upstream.requests())
    expect_equal(roost.registry.manifest("mine/app", "absent").status, 404, "GET of a tag it lacks")
    expect_equal(roost.registry.blob("mine/app", digest_of(b"absent")).status, 404, "GET of a blob it lacks")
    expect_equal(roost.registry.get("/v2/mine/app/tags/list").json()["tags"], ["latest"], "its tags")
    expect_equal(upstream.requests()[before:], [], "what the upstream was asked")
    roost.kill()
    roost.start()
    expect_equal(roost.registry.manifest("mine/app", "absent").status, 404, "GET of a tag it lacks, after a restart")
    expect_equal(upstream.requests()[before:], [], "what the upstream was asked after a restart")


@case("pushing into library/, an upstream's host or a name taken upstream is refused with a sentence",
      needs=["docker-registry", "busybox"])
def refused_names(t):
    upstream = t.upstream()
    roost = t.roost(upstream=upstream)
    for name in ["library/foo", "docker.io/foo/bar", "docker.io/foo", TAKEN]:
        _expect_denied(roost.registry, name)
    expect_equal(upstream.count("GET", f"{TAKEN}/manifests"), 0, "pulls that the question cost")
    push(roost.registry, "someone/other", "latest")


@case("a `local:` pattern claims names that exist upstream", needs=["docker-registry", "busybox"])
def claimed_names(t):
    upstream = t.upstream()
    roost = t.roost({"local": ["someone/*", "deep/**"]}, upstream=upstream)
    expect_equal(roost.registry.manifest(TAKEN, "latest").status, 404, "GET of a claimed name before its push")
    push(roost.registry, TAKEN, "latest")
    expect_equal(roost.registry.manifest(TAKEN, "latest").body, _MANIFEST, "the pushed manifest")
    push(roost.registry, "deep/er/and/deeper", "latest")
    expect_equal(upstream.count("GET", "someone"), 0, "what the upstream was asked")
    expect_equal(
        roost.registry.manifest(f"docker.io/{TAKEN}", "latest").body, t.world.tool.index,
        "the upstream's image of the same name, asked for by its host")


@case("one name here and one upstream are two repositories, never one", needs=["docker-registry", "busybox"])
def two_origins(t):
    upstream = t.upstream()
    roost = t.roost({"local": ["team/*"]}, upstream=upstream)
    content = Content(100_000)
    roost.registry.push_blob("team/tool", content.data, content.digest)
    push(roost.registry, "team/tool", "latest")
    expect_equal(roost.registry.manifest("team/tool", "latest").body, _MANIFEST, "the image pushed here")
    expect_equal(
        roost.registry.manifest("docker.io/team/tool", "latest").body, t.world.tool.index, "the upstream's image")
    answer = roost.registry.get("/v2/team/tool/manifests/latest?ns=docker.io", {"Accept": "*/*"})
    expect_equal(answer.body, t.world.tool.index, "the upstream's image, asked for with ns=")
    # The bytes of one are not to be had through the other.
    expect_equal(
        roost.registry.blob("docker.io/team/tool", content.digest).status, 404, "a blob pushed here, asked upstream")
    for digest in list(t.world.tool.blobs)[:1]:
        expect_equal(roost.registry.blob("docker.io/team/tool", digest).status, 200, "a blob of the upstream's image")
        expect_equal(roost.registry.blob("team/tool", digest).status, 404, "that blob through the name pushed here")


@case("asking for an image without pulling it costs the upstream no pull", needs=["docker-registry", "busybox"])
def heads_are_free(t):
    upstream = t.upstream()
    roost = t.roost(upstream=upstream)
    head = roost.registry.manifest("team/tool", "latest", "HEAD")
    expect_equal(head.status, 200, "HEAD of an uncached manifest")
    expect_equal(head.header("Docker-Content-Digest"), t.world.tool.digest, "its digest")
    expect_equal(head.header("Content-Length"), str(len(t.world.tool.index)), "its length")
    digest, blob = next(iter(t.world.tool.blobs.items()))
    length = len(blob) if isinstance(blob, bytes) else blob.size
    answer = roost.registry.blob("team/tool", digest, "HEAD")
    expect_equal((answer.status, answer.header("Content-Length")), (200, str(length)), "HEAD of an uncached blob")
    expect_equal([method for method, target, _ in upstream.requests() if method == "GET" and "/v2/team" in target],
                 [], "GETs at the upstream")
    expect_in("Docker-Content-Digest", answer.headers, "the headers of the blob's HEAD")


@case("the tags of an upstream's repository come in pages that end, though the upstream knows no pages",
      needs=["docker-registry"])
def pages_of_upstream_tags(t):
    upstream = t.upstream(storage=t.directory / "storage")
    tags = ["a1", "b2", "c3", "d4", "e5"]
    for tag in reversed(tags):
        push(upstream.registry, "team/tagged", tag)
    registry = t.roost(upstream=upstream).registry
    expect_equal(sorted(registry.get("/v2/team/tagged/tags/list").json()["tags"]), tags, "all tags")
    listed, target = [], "/v2/team/tagged/tags/list?n=2"
    while target:
        answer = registry.get(target)
        expect_equal(answer.status, 200, f"GET {target}")
        listed += answer.json()["tags"]
        expect(len(listed) <= len(tags), f"more tags on the pages than there are: {listed}")
        target = next_page(answer)
    expect_equal(sorted(listed), tags, "the tags on all pages")
