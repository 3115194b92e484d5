"""Programs that the suite starts: each in a process group of its own, with its output in a log file."""

import os
import signal
import subprocess

from harness.checks import PATIENCE, Failure, until

# Debian's own programs, whatever else the machine's PATH holds.
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def environment(home, extra=None):
    """The environment of every program started here: nothing of the caller's, and no way out of this machine.

    A client that falls back from Roost to a real registry meets a closed loopback port instead of the internet.
    """
    nowhere = "http://127.0.0.1:1"
    result = {
        "PATH": PATH,
        "HOME": str(home),
        "TMPDIR": str(home),
        "LC_ALL": "C.UTF-8",
        "HTTPS_PROXY": nowhere,
        "https_proxy": nowhere,
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }
    result.update(extra or {})
    return result


class Process:
    """A program running in the background."""

    def __init__(self, name, argv, log_path, env, stdin=subprocess.DEVNULL):
        self.name = name
        self.log_path = log_path
        with open(log_path, "ab") as log:
            self._popen = subprocess.Popen(
                [str(word) for word in argv],
                stdin=stdin, stdout=log, stderr=subprocess.STDOUT, env=env, start_new_session=True,
            )

    @property
    def pid(self):
        return self._popen.pid

    @property
    def stdin(self):
        return self._popen.stdin

    @property
    def status(self):
        """The exit status, negative for a signal; None while it runs."""
        return self._popen.poll()

    def require_alive(self):
        """True while the program runs; fails the case with its output when it has ended."""
        if self.status is not None:
            raise Failure(f"{self.name} ended with status {self.status}: {self.log().strip()[-800:]}")
        return True

    def signal(self, number):
        if self.status is None:
            self._popen.send_signal(number)

    def wait(self, patience=PATIENCE):
        """Waits for the end and returns the exit status."""
        until(lambda: self.status is not None, f"{self.name} ends", patience)
        return self.status

    def kill(self):
        """Ends the program and what it started, at once."""
        _kill_group(self.pid)
        self._popen.wait()

    def stop(self, patience=30):
        """Asks the program to end; one that does not is killed."""
        self.signal(signal.SIGTERM)
        try:
            self.wait(patience)
        except Failure:
            pass
        self.kill()

    def descriptors(self):
        """How many files and connections it has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()


class Finished:
    """What a program that ran to its end left."""

    def __init__(self, argv, status, output, errors):
        self.argv = argv
        self.status = status
        self.output = output
        self.errors = errors

    def __str__(self):
        return f"`{' '.join(self.argv)}` ended with status {self.status}: {_end(self.errors or self.output)}"


def _end(text):
    """The last lines that differ in more than a number: progress counts down by the second."""
    lines = []
    for line in text.strip().splitlines():
        if not lines or _letters(line) != _letters(lines[-1]):
            lines.append(line)
    return "\n".join(lines[-8:])[-1000:]


def _letters(line):
    return "".join(letter for letter in line.split(":")[-1] if letter.isalpha())


def run(argv, env, check=True, patience=PATIENCE * 2, stdin=None):
    """Runs a program to its end. With `check`, any status but 0 fails the case."""
    argv = [str(word) for word in argv]
    popen = subprocess.Popen(
        argv, env=env, start_new_session=True,
        stdin=subprocess.DEVNULL if stdin is None else stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    try:
        output, errors = popen.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        raise Failure(f"`{' '.join(argv)}` did not end within {patience:.0f} s") from None
    finally:
        if popen.returncode is None:
            _kill_group(popen.pid)
            popen.communicate()
    finished = Finished(
        argv, popen.returncode, output.decode("utf-8", "replace"), errors.decode("utf-8", "replace"))
    if check and finished.status != 0:
        raise Failure(str(finished))
    return finished


def end_leftovers(directory):
    """Kills processes that name `directory` on their command line: a container's shim that outlived its daemon."""
    marker = str(directory).encode()
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as command_line:
                if marker in command_line.read():
                    os.kill(int(entry), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue


def _kill_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
