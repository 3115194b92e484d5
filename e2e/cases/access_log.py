"""One line in the log for every request, that says what became of it."""

import json
import re

from harness.artifact import EMPTY_DIGEST, push
from harness.case import case
from harness.checks import expect, expect_equal, until


def _entries(roost, text):
    """The access lines about a target that has `text` in it, oldest first."""
    found = []
    for line in roost.log().splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if text in str(entry.get("target", "")):
            found.append(entry)
    return found


def _expect_next(roost, text, before, **wanted):
    """The next access line about `text` has these values; returns how many there are now."""
    until(lambda: len(_entries(roost, text)) > before, f"the log has its line {before + 1} about {text}")
    entries = _entries(roost, text)
    expect_equal(len(entries), before + 1, f"lines about {text}")
    for key, value in wanted.items():
        expect_equal(entries[-1].get(key), value, f"{key} in {entries[-1]}")
    return len(entries)


@case("each request leaves one line with repository, reference, outcome, bytes and duration",
      needs=["docker-registry", "busybox"])
def one_line_each(t):
    upstream = t.upstream()
    roost = t.roost({"freshness": "0s", "log": {"level": "info", "format": "json"}}, upstream=upstream)
    registry = roost.registry
    target = "team/tool/manifests/latest"
    size = len(t.world.tool.index)

    registry.manifest("team/tool", "latest")
    lines = _expect_next(roost, target, 0, method="GET", status=200, outcome="miss", bytes=size, reference="latest")
    expect("team/tool" in _entries(roost, target)[0].get("repository", ""), "no repository in the line")
    expect("duration" in "".join(_entries(roost, target)[0]), "no duration in the line")
    registry.manifest("team/tool", "latest")
    lines = _expect_next(roost, target, lines, status=200, outcome="hit", bytes=size)
    upstream.stop()
    registry.manifest("team/tool", "latest")
    lines = _expect_next(roost, target, lines, status=200, outcome="stale", bytes=size)
    registry.manifest("team/tool", t.world.tool.digest)
    _expect_next(roost, "manifests/sha256", 0, outcome="hit", reference=t.world.tool.digest)

    push(registry, "mine/app", "v1")
    _expect_next(roost, "mine/app/manifests/v1", 0, method="PUT", status=201, outcome="push", reference="v1")
    registry.blob("mine/app", EMPTY_DIGEST)
    _expect_next(roost, f"mine/app/blobs/{EMPTY_DIGEST}", 0, status=200, outcome="hit", bytes=2)
    registry.manifest("mine/app", "absent")
    _expect_next(roost, "mine/app/manifests/absent", 0, status=404)


@case("a cold blob is a miss and a warm one a hit in the log", needs=["docker-registry", "busybox"])
def blobs_too(t):
    roost = t.roost({"log": {"level": "info", "format": "json"}}, upstream=t.upstream())
    digest, blob = next((digest, blob) for digest, blob in t.world.tool.blobs.items() if not isinstance(blob, bytes))
    roost.registry.blob("team/tool", digest)
    lines = _expect_next(roost, digest, 0, status=200, outcome="miss", bytes=blob.size, reference=digest)
    roost.registry.blob("team/tool", digest)
    _expect_next(roost, digest, lines, status=200, outcome="hit", bytes=blob.size, reference=digest)


@case("a line cannot be forged by what a client sends")
def no_forgery(t):
    roost = t.roost({"local": ["mine/*"], "log": {"level": "info", "format": "text"}})
    forged = "GET /v2/stolen client=127.0.0.1 status=200 outcome=hit"
    roost.registry.get("/v2/mine/app/manifests/x", {"User-Agent": f'curl" outcome=push\t{forged}'})
    roost.registry.get("/v2/mine/app/manifests/%0A" + forged.replace(" ", "%20"))
    until(lambda: roost.log().count("/v2/mine/app/manifests") >= 2, "both requests are logged")
    for line in roost.log().splitlines():
        expect(not line.startswith("GET"), f"a forged line: {line!r}")
        if "/v2/mine/app" in line:
            outside = "".join(re.split(r'"(?:[^"\\]|\\.)*"', line))
            expect_equal(outside.count(" outcome="), 1, f"outcomes outside quotes in {line!r}")
