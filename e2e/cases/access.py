"""Who may come in: callers outside the trusted networks are refused, from /v2/ on."""

import subprocess

from harness.case import case
from harness.checks import expect_equal, expect_in, until
from harness.processes import Process
from harness.wire import digest_of

_TARGETS = ["/v2/", "/v2/mine/app/manifests/latest", "/v2/mine/app/tags/list", "/v2/_catalog"]
# Free in a network namespace of its own.
_PORT = 5000


@case("a caller outside `trusted` gets 403 DENIED, whatever X-Forwarded-For it sends")
def refuses_untrusted(t):
    roost = t.roost({"access": {"trusted": ["192.0.2.0/24"]}})
    for headers in [{}, {"X-Forwarded-For": "192.0.2.7"}, {"Forwarded": "for=192.0.2.7"}]:
        for target in _TARGETS:
            answer = roost.registry.get(target, headers)
            expect_equal((answer.status, answer.codes()), (403, ["DENIED"]), f"GET {target} with {headers}")
    push = roost.registry.ask("POST", "/v2/mine/app/blobs/uploads/", headers={"Content-Length": "0"})
    expect_equal((push.status, push.codes()), (403, ["DENIED"]), "POST of an upload")


@case("a proxy named in the settings speaks for its callers, and only for the last hop it saw")
def believes_named_proxies(t):
    roost = t.roost({"access": {"trusted": ["192.0.2.0/24"], "proxies": ["127.0.0.0/8"]}})
    for forwarded, status in [
            ("192.0.2.7", 200), ("203.0.113.9", 403), ("203.0.113.9, 192.0.2.7", 200), ("192.0.2.7, 203.0.113.9", 403)]:
        answer = roost.registry.get("/v2/", {"X-Forwarded-For": forwarded})
        expect_equal(answer.status, status, f"GET /v2/ with X-Forwarded-For: {forwarded}")


@case("a machine in a private network pulls, one with a public address is refused",
      needs=["root", "unshare", "nsenter", "ip", "curl"])
def networks(t):
    here = _Namespace(t, "here")
    roost = t.unstarted_roost({"listen": f"0.0.0.0:{_PORT}", "local": ["mine/*"]}, prefix=here.prefix)
    roost.start()
    until(lambda: roost.process.require_alive() and _status(t, here, "127.0.0.1") == "200", "Roost listens")

    there = _Namespace(t, "there")
    here.join(there)
    here.address("192.168.77.1/24", "203.0.113.1/24")
    there.address("192.168.77.2/24", "203.0.113.2/24")

    blob = t.directory / "blob"
    blob.write_bytes(b"held here\n" * 1000)
    digest = digest_of(blob.read_bytes())
    # A push by the private neighbour, then pulls by it and by the public one.
    posted = _curl(t, there, "-X", "POST", f"http://192.168.77.1:{_PORT}/v2/mine/app/blobs/uploads/?digest={digest}",
                   "--data-binary", f"@{blob}", "-H", "Content-Type: application/octet-stream")
    expect_equal(posted.splitlines()[-1], "201", "a push from 192.168.77.2")
    target = f"/v2/mine/app/blobs/{digest}"
    expect_equal(_status(t, there, "192.168.77.1", target), "200", "a pull from 192.168.77.2")
    for path in ["/v2/", target]:
        refused = _curl(t, there, f"http://203.0.113.1:{_PORT}{path}")
        expect_equal(refused.splitlines()[-1], "403", f"GET {path} from 203.0.113.2")
        expect_in("DENIED", refused, f"GET {path} from 203.0.113.2")
    named = _curl(t, there, "-H", "X-Forwarded-For: 192.168.77.2", f"http://203.0.113.1:{_PORT}/v2/")
    expect_equal(named.splitlines()[-1], "403", "GET /v2/ from 203.0.113.2 that claims another address")


class _Namespace:
    """A network namespace that lives as long as the process that holds it, and leaves no name behind."""

    def __init__(self, t, name):
        self._t = t
        # It ends by itself when the suite, the other end of its input, is gone.
        self._holder = Process(
            name, ["unshare", "--net", "sh", "-c", "ip link set lo up && echo ready && exec cat"],
            t.directory / f"namespace-{name}.log", t.env, stdin=subprocess.PIPE)
        t.at_end(self._holder.stdin.close)
        t.at_end(self._holder.kill)
        until(lambda: self._holder.require_alive() and "ready" in self._holder.log(), "the namespace is there")
        self.prefix = ["nsenter", f"--net=/proc/{self._holder.pid}/ns/net"]

    def join(self, other):
        """Lays a cable between two namespaces."""
        self.run("ip", "link", "add", "cable", "type", "veth", "peer", "name", "cable",
                 "netns", str(other._holder.pid))
        for end in (self, other):
            end.run("ip", "link", "set", "cable", "up")

    def address(self, *addresses):
        for address in addresses:
            self.run("ip", "address", "add", address, "dev", "cable")

    def run(self, *argv):
        return self._t.run(*self.prefix, *argv)


def _curl(t, namespace, *words):
    """What curl got, with the status on the last line; 000 when there was no answer."""
    return t.run(*namespace.prefix, "curl", "--silent", "--noproxy", "*", "--max-time", "60",
                 "--write-out", "\n%{http_code}", *words, check=False).output


def _status(t, namespace, host, path="/v2/"):
    return _curl(t, namespace, f"http://{host}:{_PORT}{path}").splitlines()[-1]
