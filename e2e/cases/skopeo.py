"""skopeo copies, inspects, lists and deletes."""

import hashlib
import json

from harness.case import case
from harness.checks import expect, expect_equal

_SKOPEO = ["skopeo", "docker-registry", "busybox"]


def _skopeo(t, *words, **options):
    return t.run("skopeo", "--insecure-policy", *words, **options)


@case("skopeo copies an image for all architectures from Roost, byte for byte", needs=_SKOPEO)
def pulls_index(t):
    roost = t.roost(upstream=t.upstream())
    target = t.directory / "copied"
    _skopeo(t, "copy", "--all", "--preserve-digests", "--src-tls-verify=false",
            f"docker://{roost.address}/team/tool:latest", f"dir:{target}")
    expect_equal((target / "manifest.json").read_bytes(), t.world.tool.index, "the index")
    for digest in t.world.tool.blobs:
        content = (target / digest.split(":")[1]).read_bytes()
        expect_equal(hashlib.sha256(content).hexdigest(), digest.split(":")[1], "a copied blob's digest")


@case("skopeo pushes an OCI layout for all architectures and finds the same digests", needs=_SKOPEO)
def pushes_index(t):
    roost = t.roost()
    layout = t.directory / "layout"
    t.world.tool.write_layout(layout, "v1")
    name = f"docker://{roost.address}/mine/tool:v1"
    _skopeo(t, "copy", "--all", "--preserve-digests", "--dest-tls-verify=false", f"oci:{layout}:v1", name)
    pushed = roost.registry.manifest("mine/tool", "v1")
    expect_equal(pushed.status, 200, "GET of the pushed index")
    expect_equal(pushed.body, t.world.tool.index, "the pushed index")

    back = t.directory / "back"
    _skopeo(t, "copy", "--all", "--preserve-digests", "--src-tls-verify=false", name, f"oci:{back}:v1")
    for digest in t.world.tool.blobs:
        expect((back / "blobs" / "sha256" / digest.split(":")[1]).exists(), f"{digest} did not come back")


@case("skopeo copies between two repositories here by mounting, and from a directory", needs=_SKOPEO)
def copies_within(t):
    roost = t.roost(upstream=t.upstream())
    pulled = t.directory / "pulled"
    _skopeo(t, "copy", "--src-tls-verify=false", f"docker://{roost.address}/tool:latest", f"dir:{pulled}")
    first = f"docker://{roost.address}/mine/first:1"
    second = f"docker://{roost.address}/mine/second:1"
    _skopeo(t, "copy", "--dest-tls-verify=false", f"dir:{pulled}", first)
    _skopeo(t, "copy", "--src-tls-verify=false", "--dest-tls-verify=false", first, second)
    expect_equal(
        roost.registry.manifest("mine/second", "1").body, roost.registry.manifest("mine/first", "1").body,
        "the manifest in both repositories")


@case("skopeo inspects, lists tags and deletes", needs=_SKOPEO)
def inspects_lists_deletes(t):
    roost = t.roost()
    layout = t.directory / "layout"
    t.world.tool.write_layout(layout, "v1")
    for tag in ["v1", "v2", "latest"]:
        _skopeo(t, "copy", "--all", "--preserve-digests", "--dest-tls-verify=false",
                f"oci:{layout}:v1", f"docker://{roost.address}/mine/tool:{tag}")
    name = f"docker://{roost.address}/mine/tool"

    inspected = json.loads(_skopeo(t, "inspect", "--tls-verify=false", f"{name}:v2").output)
    expect_equal(inspected["Digest"], t.world.tool.digest, "the inspected digest")
    expect_equal(sorted(inspected["RepoTags"]), ["latest", "v1", "v2"], "the inspected tags")
    listed = json.loads(_skopeo(t, "list-tags", "--tls-verify=false", name).output)
    expect_equal(sorted(listed["Tags"]), ["latest", "v1", "v2"], "the listed tags")

    # skopeo deletes by digest: all tags of the image go.
    _skopeo(t, "delete", "--tls-verify=false", f"{name}:v2")
    expect_equal(roost.registry.manifest("mine/tool", "v2").status, 404, "GET of the deleted tag")
    expect_equal(roost.registry.manifest("mine/tool", t.world.tool.digest).status, 404, "GET of the deleted image")


@case("skopeo inspects an upstream's image through Roost and lists its tags", needs=_SKOPEO)
def inspects_cached(t):
    roost = t.roost(upstream=t.upstream())
    name = f"docker://{roost.address}/docker.io/team/tool"
    inspected = json.loads(_skopeo(t, "inspect", "--tls-verify=false", name).output)
    expect_equal(inspected["Digest"], t.world.tool.digest, "the inspected digest")
    listed = json.loads(_skopeo(t, "list-tags", "--tls-verify=false", name).output)
    expect_equal(listed["Tags"], ["latest"], "the listed tags")
