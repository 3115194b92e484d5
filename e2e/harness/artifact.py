"""Small artifacts to push, where an image of files would say no more."""

import json

from harness.wire import OCI_CONFIG, OCI_EMPTY, OCI_INDEX, OCI_MANIFEST, digest_of

EMPTY = b"{}"
EMPTY_DIGEST = digest_of(EMPTY)
_EMPTY_DESCRIPTOR = {"mediaType": OCI_EMPTY, "digest": EMPTY_DIGEST, "size": len(EMPTY)}


def manifest(label, subject=None, artifact_type=None, config_type=OCI_CONFIG, annotations=None, layers=None):
    """An image manifest whose config and only layer are `{}`; `label` makes it differ from others."""
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": {**_EMPTY_DESCRIPTOR, "mediaType": config_type},
        "layers": layers or [_EMPTY_DESCRIPTOR],
        "annotations": {"label": label, **(annotations or {})},
    }
    if subject:
        document["subject"] = subject
    if artifact_type:
        document["artifactType"] = artifact_type
    return json.dumps(document).encode()


def index(manifests, **more):
    """An index of manifests given as bytes."""
    entries = [describe(one) for one in manifests]
    return json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries, **more}).encode()


def describe(data, media_type=OCI_MANIFEST):
    """The descriptor of a manifest given as bytes."""
    return {"mediaType": media_type, "digest": digest_of(data), "size": len(data)}


def push(registry, name, reference, data=None, media_type=OCI_MANIFEST):
    """Pushes `{}` and a manifest that names nothing else; returns the answer to the manifest's PUT."""
    registry.push_blob(name, EMPTY, EMPTY_DIGEST)
    return registry.push_manifest(name, reference, manifest(reference) if data is None else data, media_type)
