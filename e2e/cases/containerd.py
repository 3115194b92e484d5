"""containerd finds Roost by hosts.toml, and says with `ns=` whose image it wants."""

import json

from harness.case import case
from harness.checks import expect_equal, expect_in

_CONTAINERD = ["root", "containerd", "ctr", "docker-registry", "busybox"]
# An upstream of its own name besides docker.io.
_ELSEWHERE = "registry.example.com"


def _hosts(t, registry, roost):
    """A certs.d directory that sends a registry's name, or `_default`, to Roost."""
    folder = t.directory / "certs.d" / registry
    folder.mkdir(parents=True)
    (folder / "hosts.toml").write_text(f'[host."{roost.url}"]\n  capabilities = ["pull", "resolve"]\n')
    return folder.parent


def _pull(containerd, hosts, name):
    containerd.ctr("images", "pull", "--hosts-dir", hosts, "--snapshotter", "native", name)
    listed = containerd.ctr("images", "list", f"name=={name}").output
    return listed.splitlines()[1].split()[2]


@case("containerd pulls docker.io images through its hosts.toml", needs=_CONTAINERD)
def pulls_docker_io(t):
    upstream = t.upstream()
    roost = t.roost(upstream=upstream)
    containerd = t.containerd()
    hosts = _hosts(t, "docker.io", roost)
    name = "docker.io/library/tool:latest"
    expect_equal(_pull(containerd, hosts, name), t.world.tool.digest, "the digest of the pulled image")
    expect_in("library/tool", roost.log(), "Roost's log")
    said = containerd.ctr(
        "run", "--rm", "--snapshotter", "native", name, "trial", "/bin/busybox", "echo", "it runs").output
    expect_equal(said.strip(), "it runs", "the output of the container")


@case("containerd pulls from any configured upstream through _default, also switched off", needs=_CONTAINERD)
def pulls_by_default(t):
    upstream = t.upstream()
    nowhere = {"url": "http://127.0.0.1:1"}
    roost = t.roost({"upstreams": {"docker.io": nowhere, _ELSEWHERE: {"url": upstream.url}}})
    hosts = _hosts(t, "_default", roost)
    name = f"{_ELSEWHERE}/team/tool:latest"
    expect_equal(_pull(t.containerd(), hosts, name), t.world.tool.digest, "the digest of the pulled image")
    upstream.stop()
    expect_equal(_pull(t.containerd(), hosts, name), t.world.tool.digest, "the digest pulled by the second host")


@case("a pull with ns= says whose content it is, and an unknown ns is not found", needs=["docker-registry", "busybox"])
def ns_is_a_closed_world(t):
    roost = t.roost(upstream=t.upstream())
    target = "/v2/team/tool/manifests/latest?ns="
    known = roost.registry.get(target + "docker.io", {"Accept": "*/*"})
    expect_equal(known.status, 200, "GET with a known ns")
    expect_equal(known.header("OCI-Namespace"), "docker.io", "OCI-Namespace")
    expect_equal(json.loads(known.body), json.loads(t.world.tool.index), "the index")
    unknown = roost.registry.get(target + "127.0.0.1:1", {"Accept": "*/*"})
    expect_equal(unknown.status, 404, "GET with an unknown ns")
