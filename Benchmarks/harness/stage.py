"""Everything a row needs: the servers in their roles, the blobs, the clients, and how long to measure."""

import os
from dataclasses import dataclass

from .clients import BlobClient
from .contents import BlobQuarry
from .measures import NGINX, REGISTRY, ROOST
from .servers import DockerRegistry, Nginx, Roost

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Scale:
    """How much is measured: the large blob's size, seconds of each wrk run, downloads in a row on one connection."""

    blob: int
    seconds: int
    repeats: int
    uncached_blobs: int

    @staticmethod
    def full():
        """What the targets are about."""
        return Scale(200 * MEGABYTE, 3, 5, 12)

    @staticmethod
    def quick():
        """Enough to see that everything works."""
        return Scale(50 * MEGABYTE, 1, 8, 12)


@dataclass(frozen=True)
class Peer:
    """One side of the comparison: the server that is pushed to, and the one that pulls through (if it can)."""

    name: str
    pushed: object
    cached: object = None

    def servers(self):
        """Its processes, each once."""
        return [self.pushed] if self.cached in (None, self.pushed) else [self.pushed, self.cached]


class Stage:
    """Starts the servers in `folder`; `close` ends them."""

    def __init__(self, folder, scale, roost_binary):
        self.folder = folder
        self._roost_binary = roost_binary
        self.scale = scale
        self.client_shares = {}
        self.quarry = BlobQuarry(os.path.join(folder, "blobs"))
        self.blob_client = BlobClient(folder)
        self.upstream = Nginx("upstream", os.path.join(folder, "upstream"), as_upstream=True)
        registries = self._registries("docker-registry")
        if roost_binary is None:
            roost = self._registries("stand-in")
            roost = Peer(ROOST, roost[0], roost[1])
        else:
            server = Roost(roost_binary, os.path.join(folder, "roost"), self.upstream)
            roost = Peer(ROOST, server, server)
        self.peers = {
            ROOST: roost,
            NGINX: Peer(NGINX, Nginx("nginx", os.path.join(folder, "nginx"))),
            REGISTRY: Peer(REGISTRY, *registries),
        }

    def start(self):
        """Starts all, the upstream first."""
        self.upstream.start()
        for peer in self.peers.values():
            for server in peer.servers():
                server.start()

    def close(self):
        """Ends all."""
        for peer in self.peers.values():
            for server in peer.servers():
                server.stop()
        self.upstream.stop()

    def push(self, repository, tag, image, names=(ROOST, NGINX, REGISTRY)):
        """Puts an image on the peers' servers for pushed content."""
        for name in names:
            self.peers[name].pushed.put_image(repository, tag, image)

    def note_client(self, peer, key, share):
        """Remembers how much of a core the client used while a measure was taken."""
        self.client_shares.setdefault((key, peer.name), []).append(share)

    def spare_roost(self):
        """A Roost with a store of its own, not started; nothing ends it but who asked for it."""
        return Roost(self._roost_binary, os.path.join(self.folder, "spare"), self.upstream)

    def free_memory(self):
        """Gives the page cache back, as root, so that no one who writes pays for room that others filled."""
        os.sync()
        if os.geteuid() == 0:
            with open("/proc/sys/vm/drop_caches", "w") as file:
                file.write("1")

    def settle(self):
        """Waits until what was written is on the disk, so that no measurement pays for the one before."""
        os.sync()

    def _registries(self, name):
        return (
            DockerRegistry(name, os.path.join(self.folder, name)),
            DockerRegistry(name + " proxy", os.path.join(self.folder, name + "-proxy"), proxied=self.upstream),
        )
