"""The distribution specification's "Content Discovery" and "Content Management", in raw HTTP."""

from harness.artifact import EMPTY_DIGEST, describe, index, manifest, push
from harness.case import case
from harness.checks import expect, expect_equal
from harness.wire import OCI_INDEX, digest_of, next_page

_NAME = "spec/content"


def _pages(registry, target, key):
    """The lists of all pages, following `Link`."""
    pages = []
    while target:
        answer = registry.get(target)
        expect_equal(answer.status, 200, f"GET {target}")
        pages.append(answer.json()[key])
        expect(len(pages) < 20, f"pages of {target} without end")
        target = next_page(answer)
    return pages


@case("tags are listed in order, in pages with Link")
def tags(t):
    registry = t.roost().registry
    # Names on whose order every reading of "lexical" agrees.
    names = ["v1", "v10", "v2", "0", "a", "c1"]
    for name in names:
        push(registry, _NAME, name)
    ordered = sorted(names)
    whole = registry.get(f"/v2/{_NAME}/tags/list")
    expect_equal((whole.json()["name"], whole.json()["tags"]), (_NAME, ordered), "all tags")
    expect_equal(next_page(whole), None, "Link after all tags")
    expect_equal(
        _pages(registry, f"/v2/{_NAME}/tags/list?n=4", "tags"), [ordered[:4], ordered[4:]], "tags by four")
    exact = [page for page in _pages(registry, f"/v2/{_NAME}/tags/list?n=3", "tags") if page]
    expect_equal(exact, [ordered[:3], ordered[3:]], "tags by three")
    after = registry.get(f"/v2/{_NAME}/tags/list?last={ordered[1]}").json()["tags"]
    expect_equal(after, ordered[2:], "tags after one")
    between = registry.get(f"/v2/{_NAME}/tags/list?n=2&last=b").json()["tags"]
    expect_equal(between, [tag for tag in ordered if tag > "b"][:2], "tags after a name that is none")
    expect_equal(registry.get(f"/v2/{_NAME}/tags/list?n=0").json()["tags"], [], "no tags asked for")
    expect_equal(registry.get(f"/v2/{_NAME}/tags/list?n=1000000").json()["tags"], ordered, "more asked for than are")
    for number in ["-1", "x", "1e3", "99999999999999999999"]:
        answer = registry.get(f"/v2/{_NAME}/tags/list?n={number}")
        expect(answer.status in (200, 400), f"tags with n={number}: {answer!r}")


@case("the catalog lists repositories in order, in pages with Link")
def catalog(t):
    registry = t.roost().registry
    names = ["spec/b", "spec/a", "other/x", "single"]
    for name in names:
        push(registry, name, "latest")
    expect_equal(registry.get("/v2/_catalog").json()["repositories"], sorted(names), "all repositories")
    pages = [page for page in _pages(registry, "/v2/_catalog?n=3", "repositories") if page]
    expect_equal(pages, [sorted(names)[:3], sorted(names)[3:]], "repositories by three")
    after = registry.get("/v2/_catalog?last=spec/a").json()["repositories"]
    expect_equal(after, ["spec/b"], "repositories after one")


@case("referrers are listed as an index, filtered by artifactType")
def referrers(t):
    registry = t.roost().registry
    subject = manifest("subject")
    target = f"/v2/{_NAME}/referrers/{digest_of(subject)}"
    _expect_referrers(registry, target, [])

    signature = manifest(
        "signature", subject=describe(subject), artifact_type="application/x.signature", annotations={"by": "me"})
    # Without an artifactType, it is the config's media type.
    legacy = manifest("legacy", subject=describe(subject), config_type="application/x.sbom")
    bundle = index([], subject=describe(subject), artifactType="application/x.bundle")
    push(registry, _NAME, digest_of(signature), signature)
    push(registry, _NAME, "legacy", legacy)
    push(registry, _NAME, digest_of(bundle), bundle, OCI_INDEX)
    push(registry, _NAME, "subject", subject)
    expected = {
        digest_of(signature): "application/x.signature",
        digest_of(legacy): "application/x.sbom",
        digest_of(bundle): "application/x.bundle",
    }
    entries = _expect_referrers(registry, target, expected)
    for entry in entries:
        expect_equal(entry.get("artifactType"), expected[entry["digest"]], "an entry's artifactType")
    described = next(entry for entry in entries if entry["digest"] == digest_of(signature))
    expect_equal(described["size"], len(signature), "the entry's size")
    expect_equal(described["annotations"]["by"], "me", "the entry's annotations")

    for artifact_type, wanted in [("application/x.sbom", [digest_of(legacy)]), ("application/x.none", [])]:
        filtered = registry.get(f"{target}?artifactType={artifact_type}")
        expect_equal([entry["digest"] for entry in filtered.json()["manifests"]], wanted, f"only {artifact_type}")
        expect_equal(filtered.header("OCI-Filters-Applied"), "artifactType", "OCI-Filters-Applied")
    expect_equal(registry.get(target).header("OCI-Filters-Applied"), None, "OCI-Filters-Applied without a filter")

    expect_equal(registry.ask("DELETE", f"/v2/{_NAME}/manifests/{digest_of(signature)}").status, 202, "DELETE")
    del expected[digest_of(signature)]
    _expect_referrers(registry, target, expected)


@case("referrers of a cached image are answered, though its upstream has no such API", needs=["docker-registry"])
def referrers_of_cached(t):
    upstream = t.upstream(storage=t.directory / "storage")
    subject = manifest("subject")
    push(upstream.registry, "library/signed", "latest", subject)
    registry = t.roost(upstream=upstream).registry
    expect_equal(registry.manifest("signed", "latest").body, subject, "the pulled manifest")
    _expect_referrers(registry, f"/v2/signed/referrers/{digest_of(subject)}", [])
    _expect_referrers(registry, f"/v2/library/signed/referrers/{digest_of(subject)}?ns=docker.io", [])


@case("a DELETE of an upstream's image is refused or forgets the copy here, and never reaches the upstream",
      needs=["docker-registry"])
def deletes_of_cached(t):
    upstream = t.upstream(storage=t.directory / "storage")
    push(upstream.registry, "library/theirs", "latest")
    registry = t.roost(upstream=upstream).registry
    expect_equal(registry.manifest("theirs", "latest").status, 200, "the first pull")
    for target in ["manifests/latest", f"manifests/{digest_of(manifest('latest'))}", f"blobs/{EMPTY_DIGEST}"]:
        answer = registry.ask("DELETE", f"/v2/library/theirs/{target}")
        expect(answer.status in (202, 403, 404, 405), f"DELETE of {target}: {answer!r}")
    expect_equal(upstream.count("DELETE", "/"), 0, "DELETEs at the upstream")
    expect_equal(registry.manifest("theirs", "latest").body, manifest("latest"), "the pull afterwards")


def _expect_referrers(registry, target, digests):
    answer = registry.get(target)
    expect_equal(answer.status, 200, f"GET {target}")
    expect_equal(answer.header("Content-Type"), OCI_INDEX, f"GET {target}: Content-Type")
    document = answer.json()
    expect_equal((document["schemaVersion"], document["mediaType"]), (2, OCI_INDEX), "the index")
    expect_equal(sorted(entry["digest"] for entry in document["manifests"]), sorted(digests), "the referrers")
    return document["manifests"]


@case("tags, manifests and blobs are deleted, each alone")
def deletes(t):
    registry = t.roost({"local": ["spec/*"]}).registry
    data = manifest("data")
    for tag in ["v1", "v2"]:
        push(registry, _NAME, tag, data)
    push(registry, "spec/other", "v1", data)

    def delete(what, status):
        expect_equal(registry.ask("DELETE", f"/v2/{_NAME}/{what}").status, status, f"DELETE of {what}")

    delete("manifests/v1", 202)
    expect_equal(registry.manifest(_NAME, "v1").status, 404, "GET of the deleted tag")
    expect_equal(registry.manifest(_NAME, "v2").status, 200, "GET of the other tag")
    expect_equal(registry.manifest(_NAME, digest_of(data)).status, 200, "GET of the manifest without the tag")
    delete("manifests/v1", 404)

    delete(f"manifests/{digest_of(data)}", 202)
    expect_equal(registry.manifest(_NAME, digest_of(data)).status, 404, "GET of the deleted manifest")
    expect_equal(registry.manifest(_NAME, "v2").status, 404, "GET of its tag")
    expect_equal(registry.get(f"/v2/{_NAME}/tags/list").json()["tags"] or [], [], "the tags left")
    delete(f"manifests/{digest_of(data)}", 404)

    delete(f"blobs/{EMPTY_DIGEST}", 202)
    expect_equal(registry.blob(_NAME, EMPTY_DIGEST).status, 404, "GET of the deleted blob")
    delete(f"blobs/{EMPTY_DIGEST}", 404)
    expect_equal(registry.blob("spec/other", EMPTY_DIGEST).status, 200, "GET of the blob from another repository")
    expect_equal(registry.manifest("spec/other", "v1").body, data, "the manifest in another repository")

    push(registry, _NAME, "v1", data)
    expect_equal(registry.manifest(_NAME, "v1").body, data, "what is pushed again after it was deleted")


@case("what was deleted stays deleted after a restart, and what was not is there")
def survives_restart(t):
    roost = t.roost({"local": ["spec/*"]})
    for tag in ["gone", "kept"]:
        push(roost.registry, _NAME, tag)
    roost.registry.ask("DELETE", f"/v2/{_NAME}/manifests/gone")
    roost.kill()
    roost.start()
    expect_equal(roost.registry.manifest(_NAME, "gone").status, 404, "GET of the deleted tag")
    expect_equal(roost.registry.manifest(_NAME, "kept").body, manifest("kept"), "the other manifest")
    expect_equal(roost.registry.get(f"/v2/{_NAME}/tags/list").json()["tags"], ["kept"], "the tags")
