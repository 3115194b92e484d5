"""Docker daemons, as the issue's first page has them."""

from harness.case import case
from harness.checks import expect, expect_equal, expect_in

_DOCKER = ["root", "dockerd", "docker", "containerd", "runc", "docker-registry", "busybox"]


@case("a Docker host pulls ubuntu through Roost, runs it, and pushes it to the same port", needs=_DOCKER)
def walk_through(t):
    upstream = t.upstream()
    roost = t.roost(upstream=upstream)
    host = t.dockerd(mirror=roost)
    docker = host.docker

    expect_in(f"{roost.url}/", docker("system", "info").output, "the mirror in `docker system info`")
    docker("pull", "ubuntu")
    expect_equal(host.image_id("ubuntu"), t.world.ubuntu.configs["amd64"], "the id of the pulled image")
    expect_equal(host.repository_digest("ubuntu", "ubuntu"), t.world.ubuntu.digest, "the digest of the pulled image")
    said = docker("run", "--rm", "--network", "none", "ubuntu").output.strip()
    expect_equal(said, "it runs", "the output of the container")
    expect_equal(
        docker("run", "--rm", "--network", "none", "ubuntu", "/bin/busybox", "cat", "/etc/greeting").output,
        "made here\n", "a file in the container")

    mine = f"localhost:{roost.port}/myfirstimage"
    docker("tag", "ubuntu", mine)
    docker("push", mine)
    pushed = host.repository_digest(mine, mine)
    docker("rmi", mine)
    docker("rmi", "ubuntu")
    docker("pull", mine)
    expect_equal(host.repository_digest(mine, mine), pushed, "the digest pushed and the digest pulled back")
    expect_equal(host.image_id(mine), t.world.ubuntu.configs["amd64"], "the id of the image pulled back")
    # Whether the name is taken upstream is asked once, without a pull.
    for kind in ["manifests", "blobs"]:
        expect_equal(upstream.count("GET", f"myfirstimage/{kind}"), 0, f"{kind} pulled upstream of a name pushed here")


@case("a second Docker host pulls the same image with the upstream switched off", needs=_DOCKER)
def second_host(t):
    upstream = t.upstream()
    roost = t.roost(upstream=upstream)
    first = t.dockerd(mirror=roost)
    first.docker("pull", "ubuntu")
    for digest in t.world.ubuntu.blobs:
        expect(upstream.count("GET", digest) <= 1, f"the upstream was asked more than once for {digest}")
    upstream.stop()
    second = t.dockerd(mirror=roost)
    second.docker("pull", "ubuntu")
    expect_equal(second.image_id("ubuntu"), first.image_id("ubuntu"), "the image's id on both hosts")
    expect_equal(
        second.docker("run", "--rm", "--network", "none", "ubuntu").output.strip(), "it runs",
        "the output of the container")


@case("a fresh Docker host pulls by digest, and pulls again with nothing left to do", needs=_DOCKER)
def by_digest(t):
    roost = t.roost(upstream=t.upstream())
    host = t.dockerd(mirror=roost)
    image = t.world.tool
    host.docker("pull", f"team/tool@{image.digest}")
    expect_equal(host.image_id(f"team/tool@{image.digest}"), image.configs["amd64"], "the id of the pulled image")
    host.docker("pull", "team/tool")
    expect_in("up to date", host.docker("pull", "team/tool").output, "the second pull")


@case("a Docker host pulls an upstream's image by its path at Roost", needs=_DOCKER)
def by_path(t):
    roost = t.roost({"upstreams": {"registry.example.com": {"url": t.upstream().url}}})
    host = t.dockerd(mirror=roost)
    name = f"localhost:{roost.port}/registry.example.com/team/tool"
    host.docker("pull", name)
    expect_equal(host.image_id(name), t.world.tool.configs["amd64"], "the id of the pulled image")
