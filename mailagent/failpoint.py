"""Fail points: numbered places before and after each commit and protocol step.

The kill-everywhere test sets MAILAGENT_FAILPOINT=N; the process kills itself at the N-th place it passes,
as a power cut would. Without the variable a place costs one comparison.
"""

from __future__ import annotations

import os
import signal

_kill_at = int(os.environ.get("MAILAGENT_FAILPOINT", "0"))
_passed: list[str] = []


def failpoint(place: str) -> None:
    """Die here if this is the N-th place passed; its name is the last word on stderr."""
    if not _kill_at:
        return
    _passed.append(place)
    if len(_passed) == _kill_at:
        os.write(2, f"failpoint {_kill_at}: {place}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)
