"""A server under test as a process tree: starting it, ending it by its own pid, and what the kernel says it used."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
START_SECONDS = 20


class ServerFailed(Exception):
    """A server did not start or died; the message says which one and where its log is."""


def free_port():
    """A TCP port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ServerProcess:
    """One server program on one loopback port. Subclasses give `command()`; `folder` holds its files and its log."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = os.path.join(folder, "server.log")
        self._process = None
        os.makedirs(folder)

    def command(self):
        """The program and its arguments; it must stay in the foreground."""
        raise NotImplementedError

    def start(self):
        """Starts the program and returns when `GET /v2/` answers."""
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(
                self.command(), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(self.url + "/v2/", timeout=2):
                    return
            except urllib.error.HTTPError as error:
                raise ServerFailed(f"{self.name} answers /v2/ with {error.code}") from error
            except OSError:
                time.sleep(0.02)
        raise ServerFailed(f"{self.name} did not start:\n{self._last_log_lines()}")

    def stop(self):
        """Ends the program and waits for it. Harmless when it does not run."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def restart(self):
        """A new process on the same port and files."""
        self.stop()
        self.start()

    def pids(self):
        """The program's pid and those of its workers."""
        found, queue = [], [self._process.pid]
        while queue:
            pid = queue.pop()
            found.append(pid)
            with open(f"/proc/{pid}/task/{pid}/children") as children:
                queue.extend(int(child) for child in children.read().split())
        return found

    def cpu_seconds(self):
        """Processor time used so far, user and system, in steps of a clock tick."""
        ticks = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/stat") as stat:
                fields = stat.read().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / TICKS_PER_SECOND

    def resident_bytes(self):
        """Resident memory now. Pages that workers share count once for each of them."""
        return self._status_sum("VmRSS")

    def forget_peak(self):
        """Makes `peak_resident_bytes` start from now."""
        for pid in self.pids():
            with open(f"/proc/{pid}/clear_refs", "w") as clear:
                clear.write("5")

    def peak_resident_bytes(self):
        """The kernel's own high-water mark, so no peak falls between samples."""
        return self._status_sum("VmHWM")

    def disk_bytes_read(self):
        """Bytes that were fetched from the disk on behalf of this server."""
        total = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/io") as counters:
                total += next(int(line.split()[1]) for line in counters if line.startswith("read_bytes"))
        return total

    def _status_sum(self, field):
        total = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/status") as status:
                total += next(int(line.split()[1]) for line in status if line.startswith(field)) * 1024
        return total

    def _last_log_lines(self):
        with open(self.log, errors="replace") as log:
            return "".join(log.readlines()[-8:])
