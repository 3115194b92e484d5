"""What the numbers were measured on and with."""

import datetime
import os
import platform
import subprocess
import time
from statistics import median


def _first_line(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = done.stdout.strip().splitlines()
    return lines[0] if lines else "unknown"


def _cpu_model():
    with open("/proc/cpuinfo") as info:
        return next((line.partition(":")[2].strip() for line in info if line.startswith("model name")), "unknown")


def _memory_gib():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)


def load_average():
    """Of the last minute. Much above 0 before the start means that something else will be in the numbers."""
    return os.getloadavg()[0]


def seconds_to_write(folder, size):
    """How long the disk takes for so many bytes written in one go and synced: no push can be faster. Median of 3."""
    content, path, found = os.urandom(size), os.path.join(folder, "written"), []
    for _ in range(3):
        start = time.monotonic()
        with open(path, "wb", buffering=0) as file:
            file.write(content)
            os.fsync(file.fileno())
        found.append(time.monotonic() - start)
        os.unlink(path)
    return median(found)


def described(roost_binary):
    """Lines of (what, value): date, machine, versions."""
    package = ["dpkg-query", "--showformat=${Version}", "--show"]
    return [
        ("date", datetime.date.today().isoformat()),
        ("processor", f"{os.cpu_count()} cores, {_cpu_model()}"),
        ("memory", f"{_memory_gib():.0f} GiB"),
        ("kernel", platform.release()),
        ("Roost", _first_line([roost_binary, "--version"]) if roost_binary else "stand-in: docker-registry"),
        ("docker-registry", _first_line([*package, "docker-registry"])),
        ("nginx", _first_line([*package, "nginx"])),
        ("clients", f"wrk {_first_line([*package, 'wrk'])}, curl {_first_line([*package, 'curl'])}, load.c"),
    ]
