"""The programs compared, each on a loopback port of its own with its files in one folder."""

import os
import pwd

from . import push
from .contents import MANIFEST_TYPE
from .processes import ServerProcess


class RegistryServer(ServerProcess):
    """A server that is filled by pushing to it."""

    def put_image(self, repository, tag, image):
        """Pushes the blobs, then the manifest."""
        for blob in image.blobs:
            push.put_blob(self.url, repository, blob)
        push.put_manifest(self.url, repository, tag, image.manifest)

    def blob_file(self, blob):
        """Where this server stores the finished blob, or None as long as it does not."""
        raise NotImplementedError


class DockerRegistry(RegistryServer):
    """Debian's docker-registry with the settings of its package less the login; `proxied` makes it a pull-through cache."""

    def __init__(self, name, folder, proxied=None):
        super().__init__(name, folder)
        self._storage = os.path.join(folder, "storage")
        self._settings = os.path.join(folder, "config.yml")
        lines = [
            "version: 0.1",
            "log: {fields: {service: registry}}",
            "storage:",
            "  cache: {blobdescriptor: inmemory}",
            f"  filesystem: {{rootdirectory: {self._storage}}}",
            "  delete: {enabled: true}",
            "http:",
            f"  addr: 127.0.0.1:{self.port}",
            "  headers: {X-Content-Type-Options: [nosniff]}",
            "health: {storagedriver: {enabled: true, interval: 10s, threshold: 3}}",
        ]
        if proxied is not None:
            lines.append(f"proxy: {{remoteurl: {proxied.url}}}")
        with open(self._settings, "w") as file:
            file.write("\n".join(lines) + "\n")

    def command(self):
        return ["docker-registry", "serve", self._settings]

    def blob_file(self, blob):
        algorithm, _, hexadecimal = blob.digest.partition(":")
        path = os.path.join(
            self._storage, "docker/registry/v2/blobs", algorithm, hexadecimal[:2], hexadecimal, "data")
        return path if os.path.exists(path) else None


class Roost(RegistryServer):
    """The program under test, with no settings but where to listen, where to store and where docker.io is."""

    def __init__(self, binary, folder, upstream):
        super().__init__("Roost", folder)
        self._binary = binary
        self._storage = os.path.join(folder, "storage")
        self._settings = os.path.join(folder, "roost.yaml")
        with open(self._settings, "w") as file:
            file.write(
                f"listen: 127.0.0.1:{self.port}\n"
                f"storage: {{path: {self._storage}}}\n"
                f"upstreams: {{docker.io: {{url: '{upstream.url}'}}}}\n")
        os.makedirs(self._storage)

    def catalog(self):
        """The catalog's database; only while the program does not run."""
        return os.path.join(self._storage, "catalog", "roost.sqlite")

    def command(self):
        return [self._binary, "serve", "--config", self._settings]

    def blob_file(self, blob):
        algorithm, _, hexadecimal = blob.digest.partition(":")
        path = os.path.join(self._storage, "blobs", algorithm, hexadecimal[:2], hexadecimal[2:4], hexadecimal)
        return path if os.path.exists(path) else None


class Nginx(ServerProcess):
    """nginx serving a registry's answers as plain files.

    As a peer it sends the same bytes with the right types and nothing more; `as_upstream` adds the digest header that
    registries send, and a line per request in `access.log` that `requests_for` counts.
    """

    def __init__(self, name, folder, as_upstream=False):
        super().__init__(name, folder)
        self._as_upstream = as_upstream
        self._root = os.path.join(folder, "root")
        self._tags = os.path.join(folder, "tags.map")
        self._settings = os.path.join(folder, "nginx.conf")
        self._access_log = os.path.join(folder, "access.log")
        os.makedirs(self._root)
        open(self._tags, "w").close()
        with open(self._settings, "w") as file:
            file.write(self._configuration())

    def command(self):
        return ["nginx", "-p", self.folder, "-c", self._settings, "-e", self.log]

    def put_image(self, repository, tag, image):
        """Links the blobs into the served tree and writes the manifest under its digest, and its tag unless None."""
        base = os.path.join(self._root, "v2", repository)
        for kind in ("blobs", "manifests"):
            os.makedirs(os.path.join(base, kind), exist_ok=True)
        for blob in image.blobs:
            path = os.path.join(base, "blobs", blob.digest)
            if not os.path.exists(path):
                os.link(blob.path, path)
        for reference in {tag, image.digest} - {None}:
            with open(os.path.join(base, "manifests", reference), "wb") as file:
                file.write(image.manifest)
        if self._as_upstream and tag is not None:
            with open(self._tags, "a") as tags:
                tags.write(f"/v2/{repository}/manifests/{tag} {image.digest};\n")
            self.restart()

    def remove_image(self, repository, image):
        """Takes the blobs of an image out of the served tree."""
        for blob in image.blobs:
            os.unlink(os.path.join(self._root, "v2", repository, "blobs", blob.digest))

    def blob_file(self, blob):
        return blob.path

    def requests_for(self, blob):
        """How many GETs of this blob were answered so far."""
        with open(self._access_log) as log:
            return sum(1 for line in log if line.startswith("GET ") and blob.digest in line)

    def _configuration(self):
        digest_map = f"""
    map $uri $digest {{
        include {self._tags};
        "~/(?<named>sha256:[0-9a-f]+)$" $named;
        default "";
    }}
    add_header Docker-Content-Digest $digest;
    log_format requests '$request_method $uri $status $body_bytes_sent';"""
        user = pwd.getpwuid(os.getuid()).pw_name  # the workers must be able to read the benchmark's private folder
        return f"""user {user} {user};
worker_processes 2;
daemon off;
pid {self.folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{{digest_map if self._as_upstream else ""}
    access_log {self._access_log} {"requests" if self._as_upstream else "combined"};
    client_body_temp_path {self.folder}/body;
    proxy_temp_path {self.folder}/proxy;
    fastcgi_temp_path {self.folder}/fastcgi;
    uwsgi_temp_path {self.folder}/uwsgi;
    scgi_temp_path {self.folder}/scgi;
    sendfile on;
    tcp_nopush on;
    open_file_cache off;
    keepalive_requests 100000000;
    types {{ }}
    default_type application/octet-stream;
    server {{
        listen 127.0.0.1:{self.port};
        root {self._root};
        location = /v2/ {{ default_type application/json; return 200 '{{}}'; }}
        location /v2/ {{ }}
        location ~ /manifests/ {{ default_type {MANIFEST_TYPE}; }}
    }}
}}
"""
