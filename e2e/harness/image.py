"""Images made here from this machine's own files: nothing is fetched, and the content is real."""

import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile

from harness.wire import OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST, digest_of

MB = 1_000_000
BUSYBOX = "/bin/busybox"
_SOURCES = ["/usr/bin", "/usr/lib", "/usr/share"]


class Blob:
    """Bytes in a file, with their digest and size."""

    def __init__(self, path, digest, size):
        self.path = path
        self.digest = digest
        self.size = size

    def descriptor(self, media_type):
        return {"mediaType": media_type, "digest": self.digest, "size": self.size}


class Layer(Blob):
    """A compressed layer; `diff_id` is the digest of the tar within."""

    def __init__(self, path, digest, size, diff_id):
        super().__init__(path, digest, size)
        self.diff_id = diff_id


class Image:
    """An index of images for several architectures, ready to be pushed or written as an OCI layout."""

    def __init__(self, platforms):
        """`platforms`: (architecture, layers) pairs."""
        self.blobs = {}
        self.manifests = []
        self.configs = {}
        entries = []
        for architecture, layers in platforms:
            entries.append(self._add_platform(architecture, layers))
        self.index = _encode({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries})
        self.digest = digest_of(self.index)

    def _add_platform(self, architecture, layers):
        config = _encode({
            "created": "2024-01-01T00:00:00Z",
            "architecture": architecture,
            "os": "linux",
            "config": {"Cmd": ["/bin/busybox", "echo", "it runs"], "Env": ["PATH=/bin"]},
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
            "history": [{"created_by": f"layer {number}"} for number in range(len(layers))],
        })
        config_digest = digest_of(config)
        self.configs[architecture] = config_digest
        self.blobs[config_digest] = config
        for layer in layers:
            self.blobs[layer.digest] = layer
        manifest = _encode({
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": {"mediaType": OCI_CONFIG, "digest": config_digest, "size": len(config)},
            "layers": [layer.descriptor(OCI_LAYER) for layer in layers],
        })
        self.manifests.append(manifest)
        return {
            "mediaType": OCI_MANIFEST, "digest": digest_of(manifest), "size": len(manifest),
            "platform": {"architecture": architecture, "os": "linux"},
        }

    def push(self, registry, name, tag):
        """Pushes everything, blobs first."""
        for digest, blob in self.blobs.items():
            if isinstance(blob, bytes):
                registry.push_blob(name, blob, digest)
            else:
                with open(blob.path, "rb") as source:
                    registry.push_blob(name, source, digest)
        for manifest in self.manifests:
            registry.push_manifest(name, digest_of(manifest), manifest, OCI_MANIFEST)
        registry.push_manifest(name, tag, self.index, OCI_INDEX)

    def write_layout(self, directory, tag):
        """Writes an OCI image layout that holds the image under a tag."""
        folder = directory / "blobs" / "sha256"
        folder.mkdir(parents=True)
        for digest, blob in self.blobs.items():
            if isinstance(blob, bytes):
                (folder / _hex(digest)).write_bytes(blob)
            else:
                shutil.copyfile(blob.path, folder / _hex(digest))
        for document in [*self.manifests, self.index]:
            (folder / _hex(digest_of(document))).write_bytes(document)
        (directory / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        top = {
            "mediaType": OCI_INDEX, "digest": self.digest, "size": len(self.index),
            "annotations": {"org.opencontainers.image.ref.name": tag},
        }
        (directory / "index.json").write_bytes(_encode({"schemaVersion": 2, "manifests": [top]}))


class LayerMaker:
    """Makes layers out of the machine's files, each file in one layer only."""

    def __init__(self, directory):
        self._directory = directory
        self._files = _system_files()

    def layer(self, name, size, compression, extra=()):
        """A layer of about `size` bytes of files before compression.

        `compression` is gzip's: 0 stores, which keeps a big layer big on the wire and quick to make.
        `extra` are (path in the image, path here or bytes) pairs that it holds besides.
        """
        path = self._directory / f"{name}.tar.gz"
        with open(path, "wb") as file:
            compressed = _Hashing(file)
            with gzip.GzipFile(fileobj=compressed, mode="wb", compresslevel=compression, mtime=0) as zipped:
                plain = _Hashing(zipped)
                with tarfile.open(fileobj=plain, mode="w|", bufsize=1 << 20) as archive:
                    for inside, source in extra:
                        _add(archive, inside, source)
                    self._fill(archive, size)
        return Layer(path, compressed.digest, compressed.size, plain.digest)

    def _fill(self, archive, size):
        left = size
        while left > 0:
            source = next(self._files, None)
            if source is None:
                _add(archive, f"filler-{left}", os.urandom(left))
                return
            length = os.path.getsize(source)
            if 0 < length <= max(left, 4096):
                _add(archive, source.lstrip("/"), source)
                left -= length


class _Hashing:
    """A writer that hashes and counts what passes."""

    def __init__(self, below):
        self._below = below
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def digest(self):
        return "sha256:" + self._hash.hexdigest()

    def write(self, data):
        self._hash.update(data)
        self.size += len(data)
        self._below.write(data)
        return len(data)

    def flush(self):
        self._below.flush()


def _system_files():
    for top in _SOURCES:
        for folder, subfolders, names in os.walk(top):
            subfolders.sort()
            for name in sorted(names):
                path = os.path.join(folder, name)
                if os.path.isfile(path) and not os.path.islink(path) and os.access(path, os.R_OK):
                    yield path


def _add(archive, inside, source):
    entry = tarfile.TarInfo(inside)
    entry.mode = 0o755
    if isinstance(source, bytes):
        entry.size = len(source)
        archive.addfile(entry, io.BytesIO(source))
    else:
        entry.size = os.path.getsize(source)
        with open(source, "rb") as file:
            archive.addfile(entry, file)


def _encode(document):
    return json.dumps(document, separators=(",", ":")).encode()


def _hex(digest):
    return digest.split(":")[1]
