"""A case: a function with a sentence for a name, and what it is handed."""

import contextlib
import os
import shutil

from harness.checks import Skip
from harness.dockerd import Containerd, Dockerd
from harness.processes import PATH, environment, run
from harness.roost import Roost
from harness.upstream import Upstream

CASES = []


class Case:
    """A registered case. `needs` are programs without which it is skipped; "root" stands for being root."""

    def __init__(self, sentence, function, needs):
        self.sentence = sentence
        self.function = function
        self.needs = needs
        self.name = f"{function.__module__.split('.')[-1]}.{function.__name__}"

    def missing(self):
        """What it lacks here, as a reason to skip it; None when it can run."""
        absent = [need for need in self.needs if need != "root" and not shutil.which(need, path=PATH)]
        if absent:
            return f"no {', '.join(absent)} here: run scripts/install-packages test"
        if "root" in self.needs and os.geteuid() != 0:
            return "needs root"
        return None


def case(sentence, needs=()):
    """Registers a function as a case; its name and the sentence are what `e2e/run NAME` looks in."""
    def register(function):
        CASES.append(Case(sentence, function, list(needs)))
        return function
    return register


class Context:
    """What a case gets: makers of what it needs, all of which end with it."""

    def __init__(self, world):
        self.world = world
        self.directory = world.case_directory()
        self.env = environment(self.directory)
        self.logs = []
        self._endings = contextlib.ExitStack()

    def upstream(self, storage=None):
        """A running docker-registry: with the world's images, or on a storage of its own."""
        upstream = Upstream(self.directory, storage or self.world.upstream_storage, self.env)
        self._keep(upstream, upstream.log_path)
        return upstream.start()

    def roost(self, settings=None, upstream=None):
        """A running Roost with fresh storage. `upstream` becomes its docker.io; without one, that is unreachable."""
        roost = self.unstarted_roost(settings, upstream)
        return roost.start()

    def unstarted_roost(self, settings=None, upstream=None, **options):
        url = upstream.url if upstream else "http://127.0.0.1:1"
        whole = {"upstreams": {"docker.io": {"url": url}}}
        whole.update(settings or {})
        roost = Roost(self.directory, self.env, whole, **options)
        self._keep(roost, roost.log_path)
        return roost

    def containerd(self):
        """A running containerd of its own."""
        containerd = Containerd(self._folder("containerd"), self.env)
        self._keep(containerd, containerd.log_path)
        return containerd.start()

    def dockerd(self, mirror):
        """A running dockerd of its own, with a Roost as its mirror."""
        dockerd = Dockerd(self._folder("dockerd"), self.env, self.containerd(), mirror)
        self._keep(dockerd, dockerd.log_path)
        return dockerd.start()

    def run(self, *argv, check=True, env=None, **options):
        """Runs a program to its end."""
        return run(argv, {**self.env, **(env or {})}, check=check, **options)

    def at_end(self, function, *arguments):
        """Has something undone when the case ends, however it ends."""
        self._endings.callback(function, *arguments)

    def skip(self, reason):
        raise Skip(reason)

    def close(self):
        try:
            self._endings.close()
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _keep(self, thing, log_path):
        self.logs.append(log_path)
        self._endings.callback(thing.stop)

    def _folder(self, kind):
        number = sum(1 for _ in self.directory.glob(f"{kind}-*"))
        folder = self.directory / f"{kind}-{number}"
        folder.mkdir()
        return folder
