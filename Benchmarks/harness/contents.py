"""What the servers serve: random blobs of exact sizes, and image manifests over them."""

import hashlib
import json
import os
from dataclasses import dataclass

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"


@dataclass(frozen=True)
class Blob:
    """A file of the benchmark's own and its digest."""

    path: str
    digest: str
    size: int


@dataclass(frozen=True)
class Image:
    """A manifest and the blobs that it names (config first)."""

    manifest: bytes
    digest: str
    blobs: tuple

    @property
    def layers(self):
        """The blobs without the config."""
        return self.blobs[1:]


def digest_of(content):
    """The sha256 digest as registries write it."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


class BlobQuarry:
    """Makes blobs that no server has seen. Large ones are one random body with a new random beginning each."""

    def __init__(self, folder):
        self._folder = folder
        self._bodies = {}
        os.makedirs(folder)

    def blob(self, size):
        """A new blob of `size` bytes, written out and synced."""
        body = self._bodies.get(size)
        if body is None:
            body = self._bodies[size] = bytearray(os.urandom(size))
        stamp = os.urandom(min(32, size))
        body[:len(stamp)] = stamp
        return self._keep(body)

    def image(self, layers):
        """An image with a small config of its own over `layers`."""
        config = self._keep(json.dumps({
            "architecture": "amd64", "os": "linux", "config": {"Labels": {"bench": os.urandom(8).hex()}},
            "rootfs": {"type": "layers", "diff_ids": [layer.digest for layer in layers]},
        }).encode())
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": MANIFEST_TYPE,
            "config": {"mediaType": CONFIG_TYPE, "digest": config.digest, "size": config.size},
            "layers": [{"mediaType": LAYER_TYPE, "digest": layer.digest, "size": layer.size} for layer in layers],
        }, indent=2).encode()
        return Image(manifest, digest_of(manifest), (config, *layers))

    def _keep(self, content):
        digest = digest_of(content)
        path = os.path.join(self._folder, digest.replace(":", "-"))
        with open(path, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return Blob(path, digest, len(content))
