"""The programs that make the load: wrk for many small requests, `load.c` for blobs."""

import os
import re
import resource
import signal
import subprocess
import time
import urllib.parse
from dataclasses import dataclass

from .contents import MANIFEST_TYPE

MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60000.0}


class LoadFailed(Exception):
    """A client got something other than what it asked for."""


@dataclass(frozen=True)
class Download:
    """What a download run did."""

    seconds: float
    bytes: int
    client_share: float

    @property
    def megabytes_per_second(self):
        """Million bytes a second over all connections."""
        return self.bytes / 1e6 / self.seconds


@dataclass(frozen=True)
class Requests:
    """What wrk saw. `client_share` near 1 means that wrk's one core, not the server, set the rate."""

    per_second: float
    p50_ms: float
    p99_ms: float
    client_share: float


class ClientClock:
    """Processor time of the client processes that ended since, as a share of one core of the time passed."""

    def __init__(self):
        self._cpu = self._used()
        self._start = time.monotonic()

    def share(self):
        """The share so far."""
        return (self._used() - self._cpu) / max(time.monotonic() - self._start, 1e-9)

    @staticmethod
    def _used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime


class BlobClient:
    """`load.c`, compiled into `folder`."""

    def __init__(self, folder):
        self._program = os.path.join(folder, "load")
        source = os.path.join(os.path.dirname(__file__), "load.c")
        subprocess.run(["cc", "-O2", "-Wall", "-D_GNU_SOURCE", "-o", self._program, source], check=True)

    def begin(self, server, paths, connections, repeats=1, together=False):
        """Starts downloading from `server`; `finish` waits for the end. Arguments as of `download`."""
        address = urllib.parse.urlsplit(server.url)
        return subprocess.Popen(
            [self._program, "together" if together else "free", str(connections), str(repeats),
             address.hostname, str(address.port), *paths],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self, process, clock=None):
        """Waits for a download that `begin` started."""
        output, errors = process.communicate()
        if process.returncode != 0:
            raise LoadFailed(errors.strip())
        seconds, count = output.split()
        return Download(float(seconds), int(count), clock.share() if clock else 0.0)

    def download(self, server, paths, connections, repeats=1, together=False):
        """Downloads and waits: `connections` at once, each `repeats` times, spread over `paths`.

        `together` holds every body back until all responses have begun.
        """
        clock = ClientClock()
        return self.finish(self.begin(server, paths, connections, repeats, together), clock)


def begin_wrk(url, connections, seconds, script=None):
    """Starts wrk with one thread: a second one would take the server's core on a small machine."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-H", f"Accept: {MANIFEST_TYPE}"]
    if script is not None:
        command += ["-s", script]
    return subprocess.Popen(command + [url], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def end_wrk(process, early=False):
    """wrk's findings; `early` ends it now instead of waiting for its time."""
    clock = ClientClock()
    if early:
        process.send_signal(signal.SIGINT)
    output = process.communicate()[0]
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    if not rate or "Non-2xx" in output or "Socket errors" in output:
        raise LoadFailed(f"wrk was not answered properly:\n{output}")
    return Requests(float(rate[1]), _percentile(output, "50%"), _percentile(output, "99%"), clock.share())


def wrk(url, connections, seconds, script=None):
    """Runs wrk for so many seconds."""
    return end_wrk(begin_wrk(url, connections, seconds, script))


def _percentile(output, name):
    found = re.search(rf"^\s+{name}\s+([\d.]+)(us|ms|s|m)$", output, re.MULTILINE)
    if not found:
        raise LoadFailed(f"wrk printed no {name} line:\n{output}")
    return float(found[1]) * MILLISECONDS[found[2]]
