"""Finds the cases, runs those asked for, and prints what came of each."""

import argparse
import importlib
import pathlib
import signal
import sys
import time
import traceback

from harness.case import CASES, Context
from harness.checks import Failure, Skip
from harness.roost import binary
from harness.world import World

# How much of each log a failure shows: Roost's own says most.
_LOG_LINES = {"roost": 25}
_OTHER_LOG_LINES = 6


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="e2e/run", description="Runs Roost against the real programs. $ROOST_BIN names another build of it.")
    parser.add_argument("names", metavar="NAME", nargs="*", help="part of a case's name or sentence; all without one")
    parser.add_argument("--list", action="store_true", help="print the cases and end")
    options = parser.parse_args(arguments)

    folder = pathlib.Path(__file__).resolve().parents[1] / "cases"
    for path in sorted(folder.glob("[!_]*.py")):
        importlib.import_module(f"cases.{path.stem}")
    chosen = [one for one in CASES if not options.names or any(_matches(one, name) for name in options.names)]
    if options.list:
        for one in chosen:
            print(f"{one.name}: {one.sentence}")
        return 0
    if not chosen:
        print("e2e: no case has such a name; --list prints them", file=sys.stderr)
        return 64

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        print(f"testing {binary()}", flush=True)
    except Failure as failure:
        print(f"e2e: {failure}", file=sys.stderr)
        return 1
    world = World()
    try:
        return _run_all(chosen, world)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    finally:
        world.close()


def _matches(one, name):
    return name.lower() in one.name.lower() or name.lower() in one.sentence.lower()


def _interrupt(number, frame):
    raise KeyboardInterrupt


def _run_all(chosen, world):
    counts = {"ok": 0, "FAILED": 0, "skipped": 0}
    failed = []
    for one in chosen:
        started = time.monotonic()
        verdict, reason = _run(one, world)
        seconds = time.monotonic() - started
        counts[verdict] += 1
        word = f"skipped: {reason}" if verdict == "skipped" else verdict
        print(f"{word:6} {seconds:6.1f} s  {one.name}: {one.sentence}", flush=True)
        if verdict == "FAILED":
            failed.append(one)
            print(_indented(reason), flush=True)
    for one in failed:
        print(f"FAILED {one.name}: {one.sentence}")
    print(f"{counts['ok']} passed, {counts['FAILED']} failed, {counts['skipped']} skipped", flush=True)
    return 1 if failed else 0


def _run(one, world):
    """Runs one case; returns its verdict and the reason for any but "ok"."""
    missing = one.missing()
    if missing:
        return "skipped", missing
    context = Context(world)
    try:
        one.function(context)
        return "ok", ""
    except Skip as skip:
        return "skipped", str(skip)
    except Failure as failure:
        return "FAILED", f"{failure}\n{_place(failure)}{_tails(context)}"
    except Exception:
        return "FAILED", f"{traceback.format_exc().strip()}{_tails(context)}"
    finally:
        context.close()


def _place(failure):
    """Where in the cases it happened."""
    for frame in reversed(traceback.extract_tb(failure.__traceback__)):
        if "/cases/" in frame.filename:
            return f"at cases/{pathlib.Path(frame.filename).name}:{frame.lineno}: {frame.line}"
    return ""


def _tails(context):
    """The end of each log that the case's programs wrote."""
    parts = []
    for path in context.logs:
        if not path.exists():
            continue
        name = str(path.relative_to(context.directory))
        count = _LOG_LINES.get(name.split("-")[0], _OTHER_LOG_LINES)
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
        parts += ["", f"--- {name}", *(line[:240] for line in lines)]
    return "\n".join(parts)


def _indented(text):
    return "\n".join(f"       {line}" for line in text.splitlines())
