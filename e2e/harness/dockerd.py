"""Docker and containerd daemons that share nothing with the machine's own."""

import json

from harness.checks import until
from harness.processes import Process, run


class Containerd:
    """A containerd with its own root, state and socket."""

    def __init__(self, folder, env):
        self.socket = folder / "s"
        self.log_path = folder / "log"
        self.log_path.touch()
        self._env = env
        self._process = None
        self._config = folder / "config.toml"
        self._config.write_text(
            "version = 2\n"
            f'root = "{folder}/root"\n'
            f'state = "{folder}/state"\n'
            'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
            f'[grpc]\naddress = "{self.socket}"\n')

    def start(self):
        argv = ["containerd", "--log-level", "warn", "--config", self._config]
        self._process = Process("containerd", argv, self.log_path, self._env)
        until(lambda: self._process.require_alive() and self._answers(), "containerd answers")
        return self

    def _answers(self):
        return self.socket.exists() and self.ctr("version", check=False).status == 0

    def ctr(self, *words, **options):
        return run(["ctr", "--address", self.socket, *words], self._env, **options)

    def stop(self):
        if self._process:
            self._process.stop()


class Dockerd:
    """A dockerd with its own socket and data, no bridge, no firewall rules, and a registry mirror."""

    def __init__(self, folder, env, containerd, mirror):
        self.log_path = folder / "log"
        self.log_path.touch()
        self._process = None
        self._env = {**env, "DOCKER_CONFIG": str(folder), "DOCKER_HOST": f"unix://{folder}/s"}
        config = folder / "daemon.json"
        config.write_text(json.dumps({
            "registry-mirrors": [mirror.url],
            "insecure-registries": [mirror.address],
        }))
        self._argv = [
            "dockerd", "--log-level", "warn", "--config-file", config,
            "--host", f"unix://{folder}/s", "--pidfile", folder / "pid", "--data-root", folder / "data",
            "--exec-root", folder / "exec", "--containerd", containerd.socket,
            "--bridge", "none", "--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false",
        ]

    def start(self):
        self._process = Process("dockerd", self._argv, self.log_path, self._env)
        until(lambda: self._process.require_alive() and self._answers(), "dockerd answers")
        return self

    def _answers(self):
        return self.docker("version", check=False).status == 0

    def docker(self, *words, **options):
        """Runs a docker command against it."""
        return run(["docker", *words], self._env, **options)

    def image_id(self, name):
        return self.docker("image", "inspect", "--format", "{{.Id}}", name).output.strip()

    def repository_digest(self, name, repository):
        """The digest under which `repository` knows the image, or None."""
        listed = json.loads(self.docker("image", "inspect", "--format", "{{json .RepoDigests}}", name).output)
        found = [entry.split("@")[1] for entry in listed if entry.split("@")[0] == repository]
        return found[0] if found else None

    def stop(self):
        if self._process:
            self._process.stop()
