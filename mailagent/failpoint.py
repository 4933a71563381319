"""Fail points: named places before and after each commit and protocol step.

The kill-everywhere test sets MAILAGENT_FAILPOINT to a place and a number, "commit.after:3"; the process kills
itself when it passes that place for the third time, as a power cut would. Places are counted apart, since the
order of what happens at the same time differs from run to run. Without the variable a place costs one comparison.
"""

from __future__ import annotations

import os
import signal

_armed: tuple[str, int] | None = None
_passed: list[str] = []


def arm(point: str) -> None:
    """Die at "PLACE:NUMBER"; with a number that is never reached, only note what was passed."""
    global _armed  # noqa: PLW0603 - a process dies once
    place, _, number = point.rpartition(":")
    _armed = (place, int(number))


def failpoint(place: str) -> None:
    """Die here if this is the pass that was asked for; place and number are the last words on stderr."""
    if _armed is None:
        return
    _passed.append(place)
    if _armed == (place, _passed.count(place)):
        os.write(2, f"failpoint {_armed[0]}:{_armed[1]}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)


def passed() -> list[str]:
    """The places passed since it was armed, in order."""
    return list(_passed)


if _asked := os.environ.get("MAILAGENT_FAILPOINT"):
    arm(_asked)
