"""What all cases of a run share: one temporary directory, the images, and what the upstream holds."""

import functools
import pathlib
import shutil
import subprocess
import tempfile

from harness.image import BUSYBOX, MB, Image, LayerMaker
from harness.processes import end_leftovers, environment
from harness.upstream import Upstream

# What the upstream holds besides its images, to be claimed by nobody who pushes.
TAKEN = "someone/app"


class World:
    """The run. `close()` leaves nothing behind."""

    def __init__(self):
        # A short path: daemons put Unix sockets in it, whose names may have 107 bytes.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="roost-e2e-"))
        self._cases = 0

    def case_directory(self):
        self._cases += 1
        directory = self.directory / f"case-{self._cases}"
        directory.mkdir()
        return directory

    @functools.cached_property
    def _layers(self):
        folder = self.directory / "layers"
        folder.mkdir()
        return LayerMaker(folder)

    @functools.cached_property
    def ubuntu(self):
        """The big image: four layers of 1 MB to 200 MB on the wire, and a second architecture."""
        layers = self._layers
        programs = [("bin/busybox", BUSYBOX), ("etc/greeting", b"made here\n")]
        return Image([
            ("amd64", [
                layers.layer("base", 1 * MB, 6, extra=programs),
                layers.layer("small", 12 * MB, 1),
                layers.layer("middle", 50 * MB, 0),
                layers.layer("big", 200 * MB, 0),
            ]),
            ("arm64", [layers.layer("other", 1 * MB, 6)]),
        ])

    @functools.cached_property
    def tool(self):
        """A small image for two architectures."""
        layers = self._layers
        return Image([
            ("amd64", [layers.layer("tool", 1 * MB, 6, extra=[("bin/busybox", BUSYBOX)]),
                       layers.layer("data", 4 * MB, 1)]),
            ("arm64", [layers.layer("tool-arm", 2 * MB, 6)]),
        ])

    @functools.cached_property
    def upstream_storage(self):
        """A docker-registry's storage with the images in it."""
        storage = self.directory / "upstream"
        upstream = Upstream(self.directory, storage, environment(self.directory)).start()
        try:
            self.ubuntu.push(upstream.registry, "library/ubuntu", "latest")
            for name in ["library/tool", "team/tool", TAKEN]:
                self.tool.push(upstream.registry, name, "latest")
        finally:
            upstream.stop()
        return storage

    def close(self):
        end_leftovers(self.directory)
        for mount in _mounts_under(self.directory):
            subprocess.run(["umount", "--lazy", mount], check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.directory, ignore_errors=True)


def _mounts_under(directory):
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        points = [line.split()[4] for line in mounts]
    return [point for point in reversed(points) if point.startswith(f"{directory}/")]
