"""How Roost starts, refuses to start, and stops."""

import http.client
import re
import signal
import socket

from harness.case import case
from harness.checks import expect, expect_equal, expect_in, until
from harness.content import Content, Reading
from harness.ports import accepts
from harness.roost import binary


def _stops_gracefully(t, number):
    roost = t.roost({"local": ["team/*"]})
    content = Content(64_000_000)
    roost.registry.push_blob("team/app", content.data, content.digest)
    # A connection that is kept alive and asks nothing holds nobody up.
    idle, raw = roost.registry.open("GET", "/v2/")
    t.at_end(idle.close)
    raw.read()

    connection, raw = roost.registry.open("GET", f"/v2/team/app/blobs/{content.digest}")
    t.at_end(connection.close)
    reading = Reading(raw)
    reading.step(65536)
    roost.process.signal(number)
    until(lambda: not accepts(roost.port), "new connections are refused")
    expect(roost.process.status is None, "Roost ended with a download under way")
    expect_equal(reading.to_end().digest, content.digest, "the digest of the download that was under way")
    connection.close()
    expect_equal(roost.process.wait(), 0, "the exit status")


@case("SIGTERM lets a download finish, refuses new connections and ends with status 0")
def stops_on_sigterm(t):
    _stops_gracefully(t, signal.SIGTERM)


@case("SIGINT does the same")
def stops_on_sigint(t):
    _stops_gracefully(t, signal.SIGINT)


@case("SIGTERM lets a push finish, and what it acknowledged is there after the restart")
def finishes_a_push(t):
    roost = t.roost({"local": ["team/*"]})
    content = Content(8_000_000)
    location = roost.registry.start_upload("team/app")
    connection = http.client.HTTPConnection("127.0.0.1", roost.port, timeout=60)
    t.at_end(connection.close)
    connection.putrequest("PUT", f"{location}{'&' if '?' in location else '?'}digest={content.digest}")
    connection.putheader("Content-Type", "application/octet-stream")
    connection.putheader("Content-Length", str(content.size))
    connection.putheader("Expect", "100-continue")
    connection.endheaders()
    # Only a request that Roost has taken up is under way.
    expect(connection.sock.recv(4096).startswith(b"HTTP/1.1 100 "), "no 100 Continue")
    connection.send(content.data[:4_000_000])
    roost.process.signal(signal.SIGTERM)
    until(lambda: not accepts(roost.port), "new connections are refused")
    connection.send(content.data[4_000_000:])
    expect_equal(connection.getresponse().status, 201, "the PUT that was under way")
    connection.close()
    expect_equal(roost.process.wait(), 0, "the exit status")
    roost.start()
    expect(roost.registry.blob("team/app", content.digest).body == content.data, "the blob's bytes differ")


@case("clients that have stopped reading or sending hold the end up for the grace period only")
def stuck_clients(t):
    roost = t.roost({"local": ["team/*"]})
    content = Content(64_000_000)
    roost.registry.push_blob("team/app", content.data, content.digest)
    connection, raw = roost.registry.open("GET", f"/v2/team/app/blobs/{content.digest}")
    t.at_end(connection.close)
    raw.read(1)
    pushing = roost.registry.connect()
    t.at_end(pushing.close)
    pushing.putrequest("PATCH", roost.registry.start_upload("team/app"))
    pushing.putheader("Content-Length", str(content.size))
    pushing.endheaders()
    pushing.send(content.data[:1000])
    roost.process.signal(signal.SIGTERM)
    expect_equal(roost.process.wait(patience=60), 0, "the exit status")


@case("two servers on one storage directory: the second ends with status 1 and one line that names it")
def one_server_for_a_store(t):
    roost = t.roost()
    second = t.run(
        binary(), "serve", "--listen", "127.0.0.1:0", "--storage", roost.storage, check=False, patience=30)
    _expect_one_clear_line(second, str(roost.storage))
    expect_equal(roost.registry.get("/v2/").status, 200, "GET /v2/ of the first")


@case("--version, /healthz and the bare /v2/ answer")
def says_who_it_is(t):
    expect(re.search(r"\d+\.\d+", t.run(binary(), "--version").output), "roost --version says no version")
    roost = t.roost()
    expect_equal(roost.registry.get("/healthz").status, 200, "GET /healthz")
    ping = roost.registry.get("/v2/")
    expect_equal(ping.status, 200, "GET /v2/")
    expect_equal(ping.header("Docker-Distribution-API-Version"), "registry/2.0", "the API version's header")
    expect_equal(roost.registry.head("/v2/").status, 200, "HEAD /v2/")


_BAD_SETTINGS = [
    # (settings, line, key)
    ("listen: 127.0.0.1:0\nfreshnes: 5m\n", 2, "freshnes"),
    ("storage:\n  path: /tmp\n  paht: /tmp\n", 3, "paht"),
    ("freshness: soon\n", 1, "freshness"),
    ("upstreams:\n  docker.io:\n    url: https://registry-1.docker.io\n    user: alice\n", 4, "user"),
    ("access:\n  trusted: everyone\n", 2, "trusted"),
    ("access:\n  trusted: [private, 10.0.0.0/99]\n", 2, "trusted"),
    ("log: {level: loud}\n", 1, "level"),
    ("local: 7\n", 1, "local"),
]


@case("wrong settings end it with status 78 and one line that names file, line and key")
def refuses_wrong_settings(t):
    for number, (text, line, key) in enumerate(_BAD_SETTINGS):
        path = t.directory / f"bad-{number}.yaml"
        path.write_text(text)
        for words in [("serve", "--config", path), ("config", "check", path)]:
            refused = t.run(binary(), *words, check=False, patience=30)
            what = f"`roost {words[0]}` with {text!r}"
            expect_equal(refused.status, 78, f"{what}: {refused.errors or refused.output!r}: status")
            said = (refused.errors + refused.output).strip()
            expect_equal(len(said.splitlines()), 1, f"{what}: lines in {said!r}")
            expect_in(path.name, said, f"{what}: the file")
            expect(re.search(rf"\b{line}\b", said), f"{what}: no line {line} in {said!r}")
            expect_in(key, said, f"{what}: the key")


@case("an unreadable settings file ends it with status 78 and one line")
def refuses_missing_settings(t):
    path = t.directory / "absent.yaml"
    refused = t.run(binary(), "serve", "--config", path, check=False, patience=30)
    expect_equal(refused.status, 78, f"{refused.errors!r}: status")
    expect_equal(len(refused.errors.strip().splitlines()), 1, f"lines in {refused.errors!r}")
    expect_in(str(path), refused.errors, "the file")


@case("right settings pass `roost config check`")
def accepts_right_settings(t):
    secret = t.directory / "secret"
    secret.write_text("hush\n")
    path = t.directory / "roost.yaml"
    path.write_text(
        "listen: 0.0.0.0:5000\n"
        "storage:\n  path: /var/lib/roost\n"
        "freshness: 5m                  # how long\n"
        "upstreams:\n  docker.io:\n    url: https://registry-1.docker.io\n    username: alice\n"
        f"    password: {{file: {secret}}}\n    freshness: 1m\n"
        'local: ["team/*"]\n'
        "access:\n  trusted: [private, 192.0.2.0/24, '2001:db8::/32']\n  proxies: []\n"
        "log: {level: info, format: json}\n")
    t.run(binary(), "config", "check", path)


@case("a port in use ends it with status 1 and one line that names the port")
def refuses_taken_port(t):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = t.run(
            binary(), "serve", "--listen", f"127.0.0.1:{port}", "--storage", t.directory / "store",
            check=False, patience=30)
    _expect_one_clear_line(refused, str(port))


@case("a storage directory that cannot be written ends it with status 1 and one line that names it")
def refuses_unwritable_storage(t):
    blocked = t.directory / "file"
    blocked.write_text("in the way\n")
    refused = t.run(
        binary(), "serve", "--listen", "127.0.0.1:0", "--storage", blocked / "store", check=False, patience=30)
    _expect_one_clear_line(refused, str(blocked))


def _expect_one_clear_line(refused, part):
    said = (refused.errors + refused.output).strip()
    expect_equal(refused.status, 1, f"{said!r}: status")
    expect_equal(len(said.splitlines()), 1, f"lines in {said!r}")
    expect_in(part, said, "the line")


@case("flags win over the environment, the environment over the file")
def flags_environment_file(t):
    roost = t.unstarted_roost()
    elsewhere = t.directory / "by-environment"
    flagged = t.directory / "by-flag"
    roost.write_settings({"storage": {"path": str(t.directory / "by-file")}})
    roost.start(["--storage", flagged], {"ROOST_STORAGE_PATH": str(elsewhere)})
    expect(flagged.is_dir(), "the flag's directory is not there")
    roost.stop()
    roost.start([], {"ROOST_STORAGE_PATH": str(elsewhere)})
    expect(elsewhere.is_dir(), "the environment's directory is not there")
    expect(not (t.directory / "by-file").exists(), "the file's directory was made")
