"""A registry spoken to in plain HTTP: nothing is followed, retried or hidden."""

import hashlib
import http.client
import json
import re
from urllib.parse import quote, urlsplit

from harness.checks import expect

OCTETS = "application/octet-stream"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
OCI_EMPTY = "application/vnd.oci.empty.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
EVERY_MANIFEST = ", ".join([OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST])


def digest_of(data, algorithm="sha256"):
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


class Response:
    """The whole of an answer. `header(name)` is None where there is none."""

    def __init__(self, raw, body):
        self.status = raw.status
        self.headers = raw.headers
        self.body = body

    def header(self, name):
        return self.headers.get(name)

    def json(self):
        return json.loads(self.body)

    def codes(self):
        """The error codes of the body; empty when it is no error body of the distribution spec."""
        try:
            return [error["code"] for error in json.loads(self.body)["errors"]]
        except (ValueError, KeyError, TypeError):
            return []

    def __repr__(self):
        return f"<{self.status} {dict(self.headers)} {self.body[:300]!r}>"


class Registry:
    """A registry at an address. One connection for each request, unless a session is opened."""

    def __init__(self, port, host="127.0.0.1", timeout=60):
        self.host = host
        self.port = port
        self.timeout = timeout

    @property
    def address(self):
        return f"{self.host}:{self.port}"

    @property
    def url(self):
        return f"http://{self.address}"

    def connect(self):
        return http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)

    def open(self, method, target, body=None, headers=None, connection=None):
        """Sends a request and returns (connection, raw response) with the body unread."""
        connection = connection or self.connect()
        connection.request(method, relative(target), body=body, headers=headers or {})
        return connection, connection.getresponse()

    def ask(self, method, target, body=None, headers=None):
        """Sends a request and returns the whole `Response`."""
        connection = self.connect()
        try:
            _, raw = self.open(method, target, body, headers, connection)
            return Response(raw, raw.read())
        finally:
            connection.close()

    def get(self, target, headers=None):
        return self.ask("GET", target, headers=headers)

    def head(self, target, headers=None):
        return self.ask("HEAD", target, headers=headers)

    def manifest(self, name, reference, method="GET"):
        return self.ask(method, f"/v2/{name}/manifests/{reference}", headers={"Accept": EVERY_MANIFEST})

    def blob(self, name, digest, method="GET", headers=None):
        return self.ask(method, f"/v2/{name}/blobs/{digest}", headers=headers)

    def start_upload(self, name):
        """Opens an upload and returns its location; fails on anything but 202."""
        response = self.ask("POST", f"/v2/{name}/blobs/uploads/", headers={"Content-Length": "0"})
        if response.status != 202:
            raise RefusedPush(response)
        return response.header("Location")

    def push_blob(self, name, source, digest):
        """Pushes bytes or an open file by POST and PUT; fails on anything but 201."""
        response = self.ask(
            "PUT", with_query(self.start_upload(name), digest=digest), body=source,
            headers={"Content-Type": OCTETS, "Content-Length": str(_size(source))})
        if response.status != 201:
            raise RefusedPush(response)
        return response

    def push_manifest(self, name, reference, data, media_type):
        """Pushes a manifest; fails on anything but 201."""
        response = self.ask(
            "PUT", f"/v2/{name}/manifests/{reference}", body=data, headers={"Content-Type": media_type})
        if response.status != 201:
            raise RefusedPush(response)
        return response


class RefusedPush(Exception):
    """A push was answered by something else than success."""

    def __init__(self, response):
        super().__init__(f"push refused: {response!r}")
        self.response = response


def relative(target):
    """The path and query of a location, which may be absolute."""
    parts = urlsplit(target)
    return parts.path + ("?" + parts.query if parts.query else "")


def next_page(response):
    """The target of the answer's `Link` to the next page, or None."""
    link = response.header("Link")
    if link is None:
        return None
    match = re.fullmatch(r'<([^>]+)>;\s*rel="?next"?', link.strip())
    expect(match, f"Link is malformed: {link!r}")
    return relative(match.group(1))


def with_query(location, **parameters):
    """A location with parameters added, whether or not it has some."""
    query = "&".join(f"{key}={quote(value, safe=':')}" for key, value in parameters.items())
    return location + ("&" if "?" in location else "?") + query


def _size(source):
    if isinstance(source, (bytes, bytearray)):
        return len(source)
    here = source.tell()
    end = source.seek(0, 2)
    source.seek(here)
    return end - here
