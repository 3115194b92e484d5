"""What clients do besides the specification's examples: odd names, 100-continue, TLS on the plain port, garbage."""

import os
import socket
import ssl
import threading

from harness.artifact import EMPTY, EMPTY_DIGEST, manifest, push
from harness.case import case
from harness.checks import expect, expect_equal, expect_in
from harness.content import Content
from harness.wire import with_query

_ODD_NAMES = [
    "a/tags/b", "a/manifests/b", "a/blobs/uploads", "a/blobs", "a/tags/list", "a/blobs/uploads/b", "manifests/tags",
    "blobs/manifests/uploads", "a/referrers/b", "v2/v2", "a/b/c/d/e/f", "x", "a__b/c-d.e--f",
]


@case("repositories called a/tags/b, a/manifests/b or a/blobs/uploads work")
def odd_names(t):
    registry = t.roost().registry
    for name in _ODD_NAMES:
        data = manifest(name)
        push(registry, name, "list", data)
        push(registry, name, "uploads", data)
        expect_equal(registry.manifest(name, "list").body, data, f"the manifest of {name}")
        expect_equal(registry.get(f"/v2/{name}/tags/list").json(), {"name": name, "tags": ["list", "uploads"]},
                     f"the tags of {name}")
        expect_equal(registry.blob(name, EMPTY_DIGEST).body, EMPTY, f"the blob of {name}")
        expect_equal(registry.get(f"/v2/{name}/referrers/{EMPTY_DIGEST}").status, 200, f"the referrers in {name}")
        mounted = registry.ask(
            "POST", f"/v2/copy/{name}/blobs/uploads/?mount={EMPTY_DIGEST}&from={name}", headers={"Content-Length": "0"})
        expect_equal(mounted.status, 201, f"a mount from {name}")
    for name in _ODD_NAMES:
        expect_equal(registry.manifest(name, "list").body, manifest(name), f"the manifest of {name}, at the end")


@case("a client that expects 100-continue is told to go on")
def continues(t):
    registry = t.roost().registry
    content = Content(100_000)
    location = with_query(registry.start_upload("spec/edge"), digest=content.digest)
    with socket.create_connection((registry.host, registry.port), timeout=60) as connection:
        connection.sendall(
            f"PUT {location} HTTP/1.1\r\nHost: {registry.address}\r\nContent-Type: application/octet-stream\r\n"
            f"Content-Length: {content.size}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n".encode())
        first = connection.recv(4096)
        expect(first.startswith(b"HTTP/1.1 100 "), f"the first answer is {first!r}")
        connection.sendall(content.data)
        rest = first.split(b"\r\n\r\n", 1)[1] + _to_end(connection)
    expect(rest.startswith(b"HTTP/1.1 201 "), f"the second answer is {rest!r}")
    expect_equal(registry.blob("spec/edge", content.digest).status, 200, "GET of the blob")


@case("a TLS ClientHello on the plain port is refused at once, as clients of insecure registries count on")
def tls_on_plain_port(t):
    registry = t.roost().registry
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    for _ in range(3):
        with socket.create_connection((registry.host, registry.port), timeout=20) as connection:
            try:
                context.wrap_socket(connection)
            except TimeoutError:
                expect(False, "the ClientHello was left unanswered for 20 s")
            except (ssl.SSLError, ConnectionError):
                pass
            else:
                expect(False, "the plain port speaks TLS")
    expect_equal(registry.get("/v2/").status, 200, "GET /v2/ afterwards")


@case("garbage is refused or dropped, and harms nobody")
def garbage(t):
    roost = t.roost()
    host = f"Host: {roost.address}\r\n".encode()
    for sent in [
            b"\r\n\r\n", b"GARBAGE\r\n\r\n", os.urandom(4096), b"GET /v2/ HTTP/9.9\r\n" + host + b"\r\n",
            b"GET /v2/ HTTP/1.1\r\n" + b"X: " + b"y" * 1_000_000 + b"\r\n\r\n",
            b"GET /v2/ HTTP/1.1\r\n" + host + b"X: y\r\n" * 50_000 + b"\r\n",
            b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n" + host + b"\r\n",
            b"GET /v2/ HTTP/1.1\r\n" + host + b"Content-Length: -5\r\n\r\n",
            b"GET /v2/ HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
            b"PUT /v2/x/manifests/v1 HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\nzzz\r\n"]:
        answer = _exchange(roost.registry, sent)
        first = answer.split(b"\r\n", 1)[0]
        expect(not first.startswith(b"HTTP/1.1 2"), f"{sent[:60]!r} was answered {first!r}")
        expect(not first.startswith(b"HTTP/1.1 500"), f"{sent[:60]!r} was answered {first!r}")
        expect(roost.process.require_alive(), "Roost ended")
    expect_equal(roost.registry.get("/v2/").status, 200, "GET /v2/ afterwards")


@case("a body nobody asked for, or one larger than a manifest may be, breaks nothing")
def unasked_bodies(t):
    registry = t.roost({"local": ["spec/*"]}).registry
    answer = registry.ask("GET", "/v2/", body=b"x" * 1_000_000)
    expect(answer.status in (200, 400, 413), f"GET with a body: {answer!r}")
    answer = registry.ask("DELETE", "/v2/spec/edge/manifests/x", body=b"x" * 100_000)
    expect(answer.status in (400, 404, 413), f"DELETE with a body: {answer!r}")
    expect_in(registry.get("/v2/").status, [200], "GET /v2/ afterwards")


@case("requests that come in one packet are answered in order, and HTTP/1.0 is answered and closed")
def pipelined(t):
    registry = t.roost({"local": ["spec/*"]}).registry
    small, large = Content(100), Content(3_000_000)
    for content in [small, large]:
        registry.push_blob("spec/edge", content.data, content.digest)
    targets = [
        ("/v2/", None), (f"/v2/spec/edge/blobs/{large.digest}", large), (f"/v2/spec/edge/blobs/{small.digest}", small),
        ("/v2/spec/absent/tags/list", None), (f"/v2/spec/edge/blobs/{large.digest}", large),
    ]
    with socket.create_connection((registry.host, registry.port), timeout=60) as connection:
        connection.sendall(b"".join(
            f"GET {target} HTTP/1.1\r\nHost: {registry.address}\r\n\r\n".encode() for target, _ in targets))
        incoming = connection.makefile("rb")
        for target, content in targets:
            status, length = _head(incoming)
            body = incoming.read(length)
            expect_equal(status, 404 if "absent" in target else 200, f"GET {target}")
            expect(content is None or body == content.data, f"GET {target}: the bytes differ")
    for version in ["1.0", "1.1"]:
        answer = _exchange(registry, (
            f"GET /v2/spec/edge/blobs/{large.digest} HTTP/{version}\r\nHost: {registry.address}\r\n"
            "Connection: close\r\n\r\n").encode(), half_close=False)
        expect(answer.split(b"\r\n\r\n", 1)[1] == large.data, f"HTTP/{version}: the bytes differ")


@case("two PATCHes of one upload at once never mix their bytes")
def patches_at_once(t):
    registry = t.roost().registry
    parts = [Content(2_000_000), Content(2_000_000)]
    for _ in range(5):
        location = registry.start_upload("spec/edge")
        answers = [None, None]

        def patch(number):
            try:
                answers[number] = registry.ask("PATCH", location, body=parts[number].data)
            except OSError:
                pass  # Refused, and closed before all was sent.

        threads = [threading.Thread(target=patch, args=[number]) for number in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        taken = [number for number in (0, 1) if answers[number] is not None and answers[number].status == 202]
        expect(taken, f"neither PATCH was taken: {answers}")
        for answer in answers:
            expect(answer is None or answer.status in (202, 400, 404, 409, 416, 429, 503), f"a PATCH: {answer!r}")
        asked = registry.get(location)
        expect_equal(asked.header("Range"), f"0-{2_000_000 * len(taken) - 1}", f"Range after {taken} were taken")
        if len(taken) == 1:
            closed = registry.ask("PUT", with_query(asked.header("Location"), digest=parts[taken[0]].digest))
            expect_equal(closed.status, 201, "PUT after the one PATCH that was taken")


def _head(incoming):
    """The status and the length of the body of the next answer."""
    status = int(incoming.readline().split()[1])
    length = 0
    while line := incoming.readline().strip():
        name, value = line.split(b":", 1)
        if name.lower() == b"content-length":
            length = int(value)
    return status, length


def _exchange(registry, sent, half_close=True):
    """Sends bytes and returns what comes back until the server closes, or nothing more is to be said."""
    with socket.create_connection((registry.host, registry.port), timeout=60) as connection:
        try:
            connection.sendall(sent)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
            return _to_end(connection)
        except ConnectionError:
            return b""


def _to_end(connection):
    received = b""
    while True:
        piece = connection.recv(65536)
        if not piece:
            return received
        received += piece
