"""The distribution specification's "Push", in raw HTTP."""

import json
import threading

from harness.artifact import EMPTY, EMPTY_DIGEST, describe, index, manifest, push
from harness.case import case
from harness.checks import expect, expect_equal
from harness.content import Content
from harness.wire import OCI_INDEX, OCI_LAYER, OCI_MANIFEST, OCTETS, Registry, digest_of, relative, with_query

_NAME = "spec/push"


def _expect_there(registry, name, data, digest=None):
    answer = registry.blob(name, digest or digest_of(data))
    expect_equal(answer.status, 200, f"GET of the pushed blob from {name}")
    expect(answer.body == data, "the pushed blob's bytes differ")


def _expect_error(answer, status, code, what):
    expect_equal((answer.status, answer.codes()), (status, [code]), what)
    expect_equal(answer.header("Content-Type").split(";")[0], "application/json", f"{what}: Content-Type")
    expect(answer.json()["errors"][0]["message"], f"{what}: no message")


@case("a blob is pushed by POST and PUT")
def post_put(t):
    registry = t.roost().registry
    for content in [Content(1), Content(100_000), Content(3_000_000), Content(0)]:
        posted = registry.ask("POST", f"/v2/{_NAME}/blobs/uploads/", headers={"Content-Length": "0"})
        expect_equal(posted.status, 202, "POST")
        expect(posted.header("Docker-Upload-UUID"), "POST names no upload")
        done = registry.ask(
            "PUT", with_query(posted.header("Location"), digest=content.digest), body=content.data,
            headers={"Content-Type": OCTETS, "Content-Length": str(content.size)})
        expect_equal(done.status, 201, f"PUT of {content.size} bytes")
        expect_equal(done.header("Docker-Content-Digest"), content.digest, "the digest of the PUT")
        expect_equal(
            relative(done.header("Location")), f"/v2/{_NAME}/blobs/{content.digest}", "the location of the blob")
        _expect_there(registry, _NAME, content.data)
    without_slash = registry.ask("POST", f"/v2/{_NAME}/blobs/uploads", headers={"Content-Length": "0"})
    expect(without_slash.status < 500, f"POST without the last slash: {without_slash!r}")


@case("a blob is pushed by a single POST")
def single_post(t):
    registry = t.roost().registry
    content = Content(200_000)
    done = registry.ask(
        "POST", f"/v2/{_NAME}/blobs/uploads/?digest={content.digest}", body=content.data,
        headers={"Content-Type": OCTETS})
    expect_equal((done.status, done.header("Docker-Content-Digest")), (201, content.digest), "POST with a digest")
    _expect_there(registry, _NAME, content.data)
    wrong = registry.ask(
        "POST", f"/v2/{_NAME}/blobs/uploads/?digest={digest_of(b'other')}", body=content.data,
        headers={"Content-Type": OCTETS})
    _expect_error(wrong, 400, "DIGEST_INVALID", "POST with a wrong digest")
    expect_equal(registry.blob(_NAME, digest_of(b"other")).status, 404, "GET of the wrong digest")


@case("a blob is pushed in chunks, in order only")
def chunks(t):
    registry = t.roost().registry
    content = Content(1_000_000)
    location = registry.start_upload(_NAME)

    def patch(first, last, data):
        return registry.ask("PATCH", location, body=data, headers={
            "Content-Type": OCTETS, "Content-Range": f"{first}-{last}", "Content-Length": str(len(data))})

    early = patch(400_000, 499_999, content.data[400_000:500_000])
    expect_equal(early.status, 416, "PATCH that leaves a gap at the start")
    for first, last in [(0, 399_999), (400_000, 599_999)]:
        answer = patch(first, last, content.data[first:last + 1])
        expect_equal((answer.status, answer.header("Range")), (202, f"0-{last}"), f"PATCH of {first}-{last}")
        location = answer.header("Location")
    for first, last in [(700_000, 799_999), (0, 399_999)]:
        answer = patch(first, last, content.data[first:last + 1])
        expect_equal(answer.status, 416, f"PATCH of {first}-{last}, out of order")
    asked = registry.get(location)
    expect_equal((asked.status, asked.header("Range")), (204, "0-599999"), "GET of the upload")
    location = asked.header("Location")
    done = registry.ask(
        "PUT", with_query(location, digest=content.digest), body=content.data[600_000:],
        headers={"Content-Type": OCTETS, "Content-Range": "600000-999999"})
    expect_equal(done.status, 201, "PUT with the last chunk")
    _expect_there(registry, _NAME, content.data)
    gone = registry.get(location)
    _expect_error(gone, 404, "BLOB_UPLOAD_UNKNOWN", "GET of the finished upload")


@case("a stream of unknown length is taken, as dockerd sends it")
def stream(t):
    registry = t.roost().registry
    content = Content(5_000_000)
    pieces = (content.data[at:at + 50_000] for at in range(0, content.size, 50_000))
    streamed = registry.ask("PATCH", registry.start_upload(_NAME), body=pieces, headers={"Content-Type": OCTETS})
    expect_equal((streamed.status, streamed.header("Range")), (202, f"0-{content.size - 1}"), "PATCH of a stream")
    done = registry.ask(
        "PUT", with_query(streamed.header("Location"), digest=content.digest), headers={"Content-Length": "0"})
    expect_equal(done.status, 201, "PUT that closes it")
    _expect_there(registry, _NAME, content.data)


@case("a wrong or missing digest is refused and nothing is kept")
def wrong_digests(t):
    registry = t.roost().registry
    content = Content(100_000)
    other = digest_of(b"other")
    for digest in [other, "sha256:abc", "md5:" + "0" * 32, "SHA256:" + "0" * 64, "sha256:" + "A" * 64, "nonsense", ""]:
        answer = registry.ask(
            "PUT", with_query(registry.start_upload(_NAME), digest=digest), body=content.data,
            headers={"Content-Type": OCTETS})
        _expect_error(answer, 400, "DIGEST_INVALID", f"PUT with digest {digest!r}")
    missing = registry.ask("PUT", registry.start_upload(_NAME), body=content.data, headers={"Content-Type": OCTETS})
    _expect_error(missing, 400, "DIGEST_INVALID", "PUT without a digest")
    for digest in [content.digest, other]:
        expect_equal(registry.blob(_NAME, digest).status, 404, f"GET of {digest}")


@case("sha512 is a digest too")
def sha512(t):
    registry = t.roost().registry
    content = Content(300_000)
    digest = digest_of(content.data, "sha512")
    registry.push_blob(_NAME, content.data, digest)
    _expect_there(registry, _NAME, content.data, digest)
    data = manifest("sha512", layers=[{"mediaType": OCI_LAYER, "digest": digest, "size": content.size}])
    push(registry, _NAME, digest_of(data, "sha512"), data)
    answer = registry.manifest(_NAME, digest_of(data, "sha512"))
    expect_equal((answer.status, answer.body), (200, data), "GET of a manifest by sha512")


@case("a blob is mounted from another repository, or an upload begins instead")
def mounts(t):
    registry = t.roost().registry
    content = Content(50_000)
    registry.push_blob("spec/source", content.data, content.digest)
    for name, query in [
            ("spec/one", f"mount={content.digest}&from=spec/source"),
            ("spec/two", f"from=spec%2Fsource&mount={content.digest}")]:
        answer = registry.ask("POST", f"/v2/{name}/blobs/uploads/?{query}", headers={"Content-Length": "0"})
        expect_equal(answer.status, 201, f"POST with {query}")
        expect_equal(relative(answer.header("Location")), f"/v2/{name}/blobs/{content.digest}", "its location")
        expect_equal(answer.header("Docker-Content-Digest"), content.digest, "its digest")
        _expect_there(registry, name, content.data)
    for query in [f"mount={digest_of(b'absent')}&from=spec/source", f"mount={content.digest}&from=spec/absent"]:
        answer = registry.ask("POST", f"/v2/spec/three/blobs/uploads/?{query}", headers={"Content-Length": "0"})
        expect_equal(answer.status, 202, f"POST with {query}")
        expect(answer.header("Location"), "no location of the upload that begins instead")
    expect_equal(registry.blob("spec/three", content.digest).status, 404, "a blob that was not mounted")


@case("a repository shows only the blobs that were pushed or mounted into it")
def blobs_belong_to_repositories(t):
    registry = t.roost({"local": ["spec/*"]}).registry
    content = Content(20_000)
    registry.push_blob("spec/mine", content.data, content.digest)
    for method in ["GET", "HEAD"]:
        expect_equal(registry.blob("spec/yours", content.digest, method).status, 404, f"{method} from another")
    layers = [{"mediaType": OCI_LAYER, "digest": content.digest, "size": content.size}]
    registry.push_blob("spec/yours", EMPTY, EMPTY_DIGEST)
    answer = registry.ask(
        "PUT", "/v2/spec/yours/manifests/v1", body=manifest("thief", layers=layers),
        headers={"Content-Type": OCI_MANIFEST})
    expect_equal(answer.codes(), ["MANIFEST_BLOB_UNKNOWN"], "PUT of a manifest that names another's blob")


@case("a manifest is pushed by tag and by digest, and kept byte for byte")
def manifests(t):
    registry = t.roost().registry
    odd = manifest("odd").replace(b'{"schemaVersion"', b'{ \n "unknown" : [ 1.0e2 , null ] ,\t"schemaVersion"')
    for reference, data in [("v1", manifest("one")), ("v1", odd), (digest_of(odd), odd), ("V_1.x-" + "y" * 100, odd)]:
        answer = push(registry, _NAME, reference, data)
        expect_equal(answer.header("Docker-Content-Digest"), digest_of(data), "the digest of the PUT")
        expect_equal(
            relative(answer.header("Location")), f"/v2/{_NAME}/manifests/{digest_of(data)}"
            if reference.startswith("sha256:") else relative(answer.header("Location")), "its location")
        got = registry.manifest(_NAME, reference)
        expect_equal((got.status, got.body), (200, data), f"GET of {reference}")
        expect_equal(got.header("Content-Type"), OCI_MANIFEST, "its Content-Type")
    several = index([manifest("one"), odd])
    registry.push_manifest(_NAME, "both", several, OCI_INDEX)
    expect_equal(registry.manifest(_NAME, "both").body, several, "the index")


@case("a manifest that is wrong is refused with the right code")
def wrong_manifests(t):
    registry = t.roost().registry
    push(registry, _NAME, "v1")
    absent = {"mediaType": OCI_LAYER, "digest": digest_of(b"absent"), "size": 6}
    right = manifest("right")

    def put(reference, data, media_type=OCI_MANIFEST):
        return registry.ask(
            "PUT", f"/v2/{_NAME}/manifests/{reference}", body=data, headers={"Content-Type": media_type})

    unknown_blob = put("v2", manifest("lacks", layers=[absent]))
    expect(unknown_blob.status in (400, 404), f"PUT that names an absent blob: {unknown_blob!r}")
    expect_equal(unknown_blob.codes(), ["MANIFEST_BLOB_UNKNOWN"], "PUT that names an absent blob")
    for data in [b"", b"{", b"[]", b"7", b"null", b"{}", b'{"schemaVersion":1}', b"\xff\xfe", right[:-1], b"[" * 5000]:
        answer = put("v2", data)
        expect_equal((answer.status, answer.codes()), (400, ["MANIFEST_INVALID"]), f"PUT of {data[:40]}")
    mismatch = put(digest_of(b"other"), right)
    expect(mismatch.codes() in (["DIGEST_INVALID"], ["MANIFEST_INVALID"]), f"PUT by another digest: {mismatch!r}")
    expect_equal(mismatch.status, 400, "PUT by another digest")
    large = put("v2", manifest("large", annotations={"padding": "x" * (4 << 20)}))
    expect_equal(large.status, 413, "PUT of more than 4 MiB")
    fitting = manifest("fitting", annotations={"padding": "x" * ((4 << 20) - 2000)})
    expect_equal(put("fitting", fitting).status, 201, "PUT of a little less than 4 MiB")
    for tag in [".dot", "-dash", "a" * 129, "with%20space", "colon:colon"]:
        answer = put(tag, right)
        expect(answer.status in (400, 404), f"PUT with the tag {tag}: {answer!r}")
    expect_equal(registry.manifest(_NAME, "v2").status, 404, "GET of what was refused")
    expect_equal(json.loads(registry.get(f"/v2/{_NAME}/tags/list").body)["tags"], ["fitting", "v1"], "the tags")


@case("an index may name manifests that are not here: sparse indexes are normal")
def sparse_index(t):
    registry = t.roost().registry
    push(registry, _NAME, "here", manifest("here"))
    sparse = index([manifest("here"), manifest("absent")])
    answer = registry.ask("PUT", f"/v2/{_NAME}/manifests/sparse", body=sparse, headers={"Content-Type": OCI_INDEX})
    expect(answer.status == 201 or answer.codes() == ["MANIFEST_BLOB_UNKNOWN"], f"PUT of a sparse index: {answer!r}")


@case("a manifest with a subject is acknowledged with OCI-Subject, even before its subject is there")
def subjects(t):
    registry = t.roost().registry
    subject = manifest("subject")
    answer = push(registry, _NAME, "signature", manifest("signature", subject=describe(subject)))
    expect_equal(answer.header("OCI-Subject"), digest_of(subject), "OCI-Subject")
    expect_equal(push(registry, _NAME, "plain").header("OCI-Subject"), None, "OCI-Subject without a subject")


@case("ten clients push the same blob into one repository at once")
def same_blob_at_once(t):
    registry = t.roost().registry
    content = Content(3_000_000)
    answers = []

    def push_it():
        answers.append(Registry(registry.port).push_blob(_NAME, content.data, content.digest).status)

    threads = [threading.Thread(target=push_it) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect_equal(answers, [201] * 10, "the answers")
    _expect_there(registry, _NAME, content.data)


@case("a push that breaks off leaves nothing to be seen")
def broken_off(t):
    registry = t.roost().registry
    content = Content(2_000_000)
    connection = registry.connect()
    connection.putrequest("PUT", with_query(registry.start_upload(_NAME), digest=content.digest))
    connection.putheader("Content-Type", OCTETS)
    connection.putheader("Content-Length", str(content.size))
    connection.endheaders()
    connection.send(content.data[:1_500_000])
    connection.close()
    for digest in [content.digest, digest_of(content.data[:1_500_000])]:
        expect_equal(registry.blob(_NAME, digest).status, 404, "GET of a blob whose push broke off")
    registry.push_blob(_NAME, content.data, content.digest)
    _expect_there(registry, _NAME, content.data)


@case("an upload belongs to its repository")
def uploads_belong_to_repositories(t):
    registry = t.roost().registry
    content = Content(1000)
    location = relative(registry.start_upload("spec/mine")).replace("/spec/mine/", "/spec/yours/")
    answer = registry.ask("PUT", with_query(location, digest=content.digest), body=content.data,
                          headers={"Content-Type": OCTETS})
    _expect_error(answer, 404, "BLOB_UPLOAD_UNKNOWN", "PUT to another repository's upload")
    for method in ["GET", "PATCH", "PUT", "DELETE"]:
        target = f"/v2/spec/mine/blobs/uploads/00000000-0000-0000-0000-000000000000?digest={content.digest}"
        unknown = registry.ask(method, target, body=content.data if method[0] == "P" else None)
        expect_equal((unknown.status, unknown.codes()), (404, ["BLOB_UPLOAD_UNKNOWN"]), f"{method} of no upload")
