"""Assertions that say what was expected, and waiting for a condition instead of for time."""

import time

# How long a condition may take to come true. Far above what any takes: a failure is a hang, never a slow machine.
PATIENCE = 60.0


class Failure(Exception):
    """A case did not hold; the message says what was expected and what came."""


class Skip(Exception):
    """A case cannot run here; the message says what it lacks."""


def expect(condition, message):
    """Fails the case with `message` unless `condition` is true."""
    if not condition:
        raise Failure(message)


def expect_equal(actual, expected, what):
    """Fails the case unless `actual` equals `expected`; `what` names the thing compared."""
    if actual != expected:
        raise Failure(f"{what}: expected {_short(expected)}, got {_short(actual)}")


def expect_in(part, whole, what):
    """Fails the case unless `part` occurs in `whole`."""
    if part not in whole:
        raise Failure(f"{what}: expected {_short(part)} in {_short(whole)}")


def until(condition, what, patience=PATIENCE):
    """Polls `condition` until it gives something true, and returns that. Fails after `patience` seconds."""
    deadline = time.monotonic() + patience
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise Failure(f"gave up after {patience:.0f} s waiting until {what}")
        time.sleep(0.01)


def _short(value):
    text = repr(value)
    return text if len(text) <= 600 else text[:600] + "…"
