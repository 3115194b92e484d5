"""podman pulls by short name through a mirror, and pushes."""

from harness.case import case
from harness.checks import expect_equal

_PODMAN = ["root", "podman", "docker-registry", "busybox"]


class _Podman:
    """A podman with its own storage, that finds docker.io at a Roost."""

    def __init__(self, t, roost, name="podman"):
        folder = t.directory / name
        folder.mkdir()
        registries = folder / "registries.conf"
        registries.write_text(
            'unqualified-search-registries = ["docker.io"]\n'
            'short-name-mode = "disabled"\n'
            '[[registry]]\nprefix = "docker.io"\nlocation = "docker.io"\n'
            f'[[registry.mirror]]\nlocation = "{roost.address}/docker.io"\ninsecure = true\n')
        storage = folder / "storage.conf"
        storage.write_text(
            f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/root"\nrunroot = "{folder}/run"\n')
        self._t = t
        self._env = {
            "CONTAINERS_REGISTRIES_CONF": str(registries),
            "CONTAINERS_STORAGE_CONF": str(storage),
            "XDG_RUNTIME_DIR": str(folder),
        }
        self._argv = [
            "podman", "--tmpdir", folder / "tmp", "--cgroup-manager", "cgroupfs", "--events-backend", "file",
        ]

    def __call__(self, *words):
        return self._t.run(*self._argv, *words, env=self._env).output.strip()

    def image_id(self, name):
        return "sha256:" + self("image", "inspect", "--format", "{{.Id}}", name)


@case("podman pulls a short name through its mirror, also with the upstream switched off", needs=_PODMAN)
def pulls_short_name(t):
    upstream = t.upstream()
    roost = t.roost(upstream=upstream)
    podman = _Podman(t, roost)
    podman("pull", "tool")
    expect_equal(podman.image_id("docker.io/library/tool"), t.world.tool.configs["amd64"], "the pulled image's id")
    upstream.stop()
    other = _Podman(t, roost, "other")
    other("pull", "tool")
    expect_equal(other.image_id("docker.io/library/tool"), t.world.tool.configs["amd64"], "the other's image's id")


@case("podman pushes to Roost and pulls the same image back", needs=_PODMAN)
def pushes(t):
    roost = t.roost(upstream=t.upstream())
    podman = _Podman(t, roost)
    podman("pull", "--tls-verify=false", f"{roost.address}/tool")
    mine = f"{roost.address}/mine/tool:podman"
    podman("tag", f"{roost.address}/tool", mine)
    podman("push", "--tls-verify=false", mine)
    podman("rmi", "--all", "--force")
    podman("pull", "--tls-verify=false", mine)
    expect_equal(podman.image_id(mine), t.world.tool.configs["amd64"], "the id of the image pulled back")
