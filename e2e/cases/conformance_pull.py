"""The distribution specification's "Pull", in raw HTTP."""

from harness.artifact import EMPTY, EMPTY_DIGEST, manifest, push
from harness.case import case
from harness.checks import expect, expect_equal
from harness.content import Content
from harness.wire import OCI_MANIFEST, digest_of

_NAME = "spec/pull"


@case("a manifest is got and asked about by tag and by digest, with the headers that clients count on")
def manifests(t):
    registry = t.roost().registry
    data = manifest("v1")
    push(registry, _NAME, "v1", data)
    for reference in ["v1", digest_of(data)]:
        for method in ["GET", "HEAD"]:
            answer = registry.manifest(_NAME, reference, method)
            what = f"{method} of {reference}"
            expect_equal(answer.status, 200, what)
            expect_equal(answer.header("Content-Type"), OCI_MANIFEST, f"{what}: Content-Type")
            expect_equal(answer.header("Docker-Content-Digest"), digest_of(data), f"{what}: Docker-Content-Digest")
            expect_equal(answer.header("Content-Length"), str(len(data)), f"{what}: Content-Length")
            expect_equal(answer.body, data if method == "GET" else b"", f"{what}: body")


@case("a blob is got, asked about, and got in ranges")
def blobs(t):
    registry = t.roost().registry
    # One that may be held in memory, one that goes out by sendfile.
    for content in [Content(10_000), Content(9_000_000)]:
        registry.push_blob(_NAME, content.data, content.digest)
        for method in ["GET", "HEAD"]:
            answer = registry.blob(_NAME, content.digest, method, {"Accept-Encoding": "zstd, gzip, deflate"})
            what = f"{method} of {content.size} bytes"
            expect_equal(answer.status, 200, what)
            expect_equal(answer.header("Docker-Content-Digest"), content.digest, f"{what}: Docker-Content-Digest")
            expect_equal(answer.header("Content-Length"), str(content.size), f"{what}: Content-Length")
            expect_equal(answer.header("Content-Encoding"), None, f"{what}: Content-Encoding")
            expect(answer.body == (content.data if method == "GET" else b""), f"{what}: the bytes differ")
        _expect_ranges(registry, content)


def _expect_ranges(registry, content):
    size = content.size
    for asked, first, last in [
            ("bytes=0-99", 0, 99), ("bytes=100-", 100, size - 1), ("bytes=-100", size - 100, size - 1),
            ("bytes=0-", 0, size - 1), (f"bytes=5000-{size * 2}", 5000, size - 1), (f"bytes=-{size * 2}", 0, size - 1),
            (f"bytes={size - 1}-{size - 1}", size - 1, size - 1)]:
        answer = registry.blob(_NAME, content.digest, headers={"Range": asked})
        expect_equal(answer.status, 206, f"GET with Range: {asked}")
        expect_equal(answer.header("Content-Range"), f"bytes {first}-{last}/{size}", f"Content-Range of {asked}")
        expect_equal(answer.header("Content-Length"), str(last - first + 1), f"Content-Length of {asked}")
        expect(answer.body == content.data[first:last + 1], f"the bytes of {asked} differ")
    for asked in [f"bytes={size}-", f"bytes={size + 5}-{size + 9}", "bytes=-0"]:
        answer = registry.blob(_NAME, content.digest, headers={"Range": asked})
        expect_equal(answer.status, 416, f"GET with Range: {asked}")
        expect_equal(answer.header("Content-Range"), f"bytes */{size}", f"Content-Range of {asked}")
    for asked in ["bytes=9-3", "lines=1-2", "bytes=x-y", "bytes="]:
        answer = registry.blob(_NAME, content.digest, headers={"Range": asked})
        expect(answer.status in (200, 416), f"GET with Range: {asked}: {answer.status}")


@case("what is not there is 404 with the right code, and HEAD says the same without a body")
def absent(t):
    registry = t.roost({"local": ["spec/*"]}).registry
    push(registry, _NAME, "v1")
    for target, codes in [
            (f"/v2/{_NAME}/manifests/absent", ["MANIFEST_UNKNOWN"]),
            (f"/v2/{_NAME}/manifests/{digest_of(b'absent')}", ["MANIFEST_UNKNOWN"]),
            (f"/v2/{_NAME}/blobs/{digest_of(b'absent')}", ["BLOB_UNKNOWN"]),
            ("/v2/spec/absent/tags/list", ["NAME_UNKNOWN"]),
            ("/v2/spec/absent/manifests/v1", ["NAME_UNKNOWN", "MANIFEST_UNKNOWN"]),
            (f"/v2/spec/absent/blobs/{EMPTY_DIGEST}", ["NAME_UNKNOWN", "BLOB_UNKNOWN"])]:
        answer = registry.get(target)
        expect_equal(answer.status, 404, f"GET {target}")
        expect(answer.codes() and answer.codes()[0] in codes, f"GET {target}: {answer!r}")
        expect_equal(answer.header("Content-Type").split(";")[0], "application/json", f"GET {target}: Content-Type")
        if "/tags/" not in target:
            head = registry.head(target)
            expect_equal((head.status, head.body), (404, b""), f"HEAD {target}")


@case("what cannot be is refused with the right code, never with a server error")
def invalid(t):
    registry = t.roost({"local": ["spec/*"]}).registry
    push(registry, _NAME, "v1")
    for digest in ["sha256:abc", "sha256:" + "G" * 64, "sha256:" + "A" * 64, "md5:" + "0" * 32, "sha256", "sha256:"]:
        answer = registry.blob(_NAME, digest)
        expect_equal((answer.status, answer.codes()), (400, ["DIGEST_INVALID"]), f"GET of blob {digest}")
        answer = registry.get(f"/v2/{_NAME}/referrers/{digest}")
        expect_equal((answer.status, answer.codes()), (400, ["DIGEST_INVALID"]), f"referrers of {digest}")
    for name in ["UPPER/case", "spec/-dash", "spec//double", "spec/dot..dot", "spec/a%20b", "spec/" + "a" * 300]:
        answer = registry.get(f"/v2/{name}/tags/list")
        expect(answer.status in (400, 404), f"tags of {name}: {answer!r}")
        expect(answer.codes() in (["NAME_INVALID"], ["NAME_UNKNOWN"]), f"tags of {name}: {answer!r}")
    for target in [
            "/v2/../../etc/passwd", "/v2/%2e%2e/%2e%2e/etc/passwd", "/v2/a/blobs/../../../../etc/passwd",
            "/v2/%00/manifests/x", "/v2/spec/pull/manifests/", "/v2/spec/pull/blobs/", "/v2/spec", "/v2/tags/list",
            "/v2/manifests/x", "/v2/blobs/uploads/", "/v3/", "/v2/spec/pull/manifests/%ff", "//v2//", "/%"]:
        answer = registry.get(target)
        expect(400 <= answer.status < 500, f"GET {target}: {answer!r}")
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"]:
        for target in ["/v2/", f"/v2/{_NAME}/tags/list", "/v2/_catalog"]:
            answer = registry.ask(method, target)
            expect(answer.status in (204, 400, 404, 405, 501), f"{method} {target}: {answer!r}")


@case("one connection serves request after request, also after errors and bodies")
def keep_alive(t):
    registry = t.roost({"local": ["spec/*"]}).registry
    push(registry, _NAME, "v1")
    large = Content(3_000_000)
    registry.push_blob(_NAME, large.data, large.digest)
    connection = registry.connect()
    t.at_end(connection.close)
    connection.connect()
    socket = connection.sock
    for _ in range(5):
        for method, target, status, body in [
                ("GET", f"/v2/{_NAME}/manifests/v1", 200, manifest("v1")),
                ("HEAD", f"/v2/{_NAME}/blobs/{large.digest}", 200, b""),
                ("GET", f"/v2/{_NAME}/blobs/{EMPTY_DIGEST}", 200, EMPTY),
                ("GET", f"/v2/{_NAME}/manifests/absent", 404, None),
                ("HEAD", f"/v2/{_NAME}/manifests/absent", 404, b""),
                ("GET", f"/v2/{_NAME}/blobs/{large.digest}", 200, large.data),
                ("GET", "/v2/", 200, None)]:
            connection.request(method, target)
            answer = connection.getresponse()
            got = answer.read()
            expect_equal(answer.status, status, f"{method} {target}")
            expect(body is None or got == body, f"{method} {target}: the bytes differ")
    expect(connection.sock is socket, "the connection was closed in between")
