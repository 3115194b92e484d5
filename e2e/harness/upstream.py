"""Debian's docker-registry, a real registry that stands for Docker Hub."""

import json
import re

from harness.checks import until
from harness.ports import accepts, free_port
from harness.processes import Process
from harness.wire import Registry

_LINE = re.compile(r'"(?P<method>[A-Z]+) (?P<target>\S+) HTTP/1\.[01]" (?P<status>\d+) (?P<bytes>\d+)')


class Upstream:
    """A docker-registry on a storage directory. It can be switched off and on again; the port stays."""

    def __init__(self, directory, storage, env):
        self.port = free_port()
        self.registry = Registry(self.port)
        self.url = self.registry.url
        self._env = env
        self._process = None
        self.log_path = directory / f"upstream-{self.port}.log"
        self._config = directory / f"upstream-{self.port}.json"
        self._config.write_text(json.dumps({
            "version": "0.1",
            "log": {"level": "warn"},
            "storage": {
                "filesystem": {"rootdirectory": str(storage)},
                "delete": {"enabled": True},
                "maintenance": {"uploadpurging": {"enabled": False}},
            },
            "http": {"addr": f"127.0.0.1:{self.port}"},
        }))

    def start(self):
        self._process = Process(
            "docker-registry", ["docker-registry", "serve", self._config], self.log_path, self._env)
        until(lambda: self._process.require_alive() and accepts(self.port), "docker-registry listens")
        return self

    def stop(self):
        if self._process:
            # It ends at once on a signal it does not handle gracefully; there is nothing here to lose.
            self._process.kill()
            self._process = None

    def requests(self):
        """What it was asked and has answered so far: (method, path with query, status) in order."""
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return [(m["method"], m["target"], int(m["status"])) for m in _LINE.finditer(log.read())]

    def count(self, method, part):
        """How many answered requests of a method have `part` in their target."""
        return sum(1 for asked, target, _ in self.requests() if asked == method and part in target)
