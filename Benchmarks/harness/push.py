"""Pushing to a registry: the plain way for set-up, and the measured one with curl."""

import http.client
import subprocess
import urllib.parse

from .contents import MANIFEST_TYPE


class PushFailed(Exception):
    """A registry refused a push; the message has its answer."""


def _request(url, method, body=None, headers=None):
    """One request; returns (status, headers, body)."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120, blocksize=1 << 20)
    try:
        target = parts.path + ("?" + parts.query if parts.query else "")
        connection.request(method, target, body=body, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def _expect(status, wanted, what, body):
    if status != wanted:
        raise PushFailed(f"{what}: {status} instead of {wanted}: {body[:300].decode(errors='replace')}")


def _begin(base, repository):
    url = f"{base}/v2/{repository}/blobs/uploads/"
    status, headers, body = _request(url, "POST", headers={"Content-Length": "0"})
    _expect(status, 202, f"POST {url}", body)
    return urllib.parse.urljoin(url, headers["Location"])


def _with_digest(location, digest):
    return location + ("&" if "?" in location else "?") + urllib.parse.urlencode({"digest": digest})


def put_blob(base, repository, blob):
    """Pushes a blob: POST, then PUT with everything."""
    location = _with_digest(_begin(base, repository), blob.digest)
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(blob.size)}
    with open(blob.path, "rb") as content:
        status, _, body = _request(location, "PUT", content, headers)
    _expect(status, 201, f"PUT of {blob.digest} to {base}", body)


def put_manifest(base, repository, reference, manifest):
    """Pushes a manifest by tag or digest."""
    url = f"{base}/v2/{repository}/manifests/{reference}"
    status, _, body = _request(url, "PUT", manifest, {"Content-Type": MANIFEST_TYPE})
    _expect(status, 201, f"PUT {url}", body)


def get(base, path):
    """The body of a GET that must succeed."""
    status, _, body = _request(base + path, "GET", headers={"Accept": MANIFEST_TYPE})
    _expect(status, 200, f"GET {base}{path}", body)
    return body


def stream_blob(base, repository, blob, chunked):
    """Pushes a blob as container engines do, POST + one streamed PATCH + PUT, with curl for the PATCH.

    `chunked` sends it without a Content-Length, as dockerd does.
    """
    location = _begin(base, repository)
    command = [
        "curl", "--silent", "--show-error", "--fail", "--request", "PATCH", "--upload-file", blob.path,
        "--header", "Content-Type: application/octet-stream", "--output", "/dev/null",
        "--write-out", "%header{location}",
    ]
    if chunked:
        command += ["--header", "Transfer-Encoding: chunked"]
    done = subprocess.run(command + [location], capture_output=True, text=True)
    if done.returncode != 0:
        raise PushFailed(f"PATCH of {blob.digest} to {base}: {done.stderr.strip()}")
    location = _with_digest(urllib.parse.urljoin(location, done.stdout), blob.digest)
    status, _, body = _request(location, "PUT", headers={"Content-Length": "0"})
    _expect(status, 201, f"PUT of {blob.digest} to {base}", body)
