"""The Roost under test."""

import json
import os
import pathlib
import signal

from harness.checks import Failure, until
from harness.ports import accepts, free_port
from harness.processes import Process
from harness.wire import Registry

_ROOT = pathlib.Path(__file__).resolve().parents[2]


def binary():
    """The program under test: $ROOST_BIN, or the package's release build, or its debug build."""
    named = os.environ.get("ROOST_BIN")
    candidates = [pathlib.Path(named)] if named else [
        _ROOT / ".build" / build / "roost" for build in ("release", "debug")]
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    raise Failure(f"no Roost to test at {' or '.join(map(str, candidates))}: run `make build`, or set ROOST_BIN")


class Roost:
    """A `roost serve` on a storage directory of its own. It can be killed and started again; the port stays."""

    def __init__(self, directory, env, settings=None, prefix=(), host="127.0.0.1"):
        self.port = free_port()
        self.registry = Registry(self.port, host)
        self.address = self.registry.address
        self.url = self.registry.url
        self.storage = directory / f"roost-{self.port}"
        self.log_path = directory / f"roost-{self.port}.log"
        self.settings_path = directory / f"roost-{self.port}.yaml"
        self.process = None
        self._env = env
        self._prefix = list(prefix)
        self._host = host
        self.write_settings(settings or {})

    def write_settings(self, settings):
        """Settings for the next start. JSON is YAML."""
        whole = {"listen": self.address, "storage": {"path": str(self.storage)}}
        whole.update(settings)
        self.settings_path.write_text(json.dumps(whole, indent=2) + "\n")

    def launch(self, flags=(), env=None):
        """Starts it, with more flags and environment when given, without waiting until it listens."""
        argv = [*self._prefix, binary(), "serve", "--config", self.settings_path, *flags]
        self.process = Process("roost", argv, self.log_path, {**self._env, **(env or {})})
        return self

    def start(self, flags=(), env=None):
        """Starts it and waits until it listens; behind a prefix it may listen where that cannot be seen."""
        self.launch(flags, env)
        if not self._prefix:
            until(lambda: self.process.require_alive() and accepts(self.port, self._host), "Roost listens")
        return self

    def kill(self):
        """kill -9."""
        self.process.kill()

    def terminate(self):
        """SIGTERM; returns the exit status."""
        self.process.signal(signal.SIGTERM)
        return self.process.wait()

    def stop(self):
        if self.process:
            self.process.stop()

    def log(self):
        return self.process.log()
