"""Signs of real progress, by which the watchdog is fed; a timer alone would keep a dead program alive."""

from __future__ import annotations

import time
from collections.abc import Callable


class Progress:
    """When each loop last got somewhere, against how long it may take."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._allowed: dict[str, float] = {}
        self._marked: dict[str, float] = {}

    def expect(self, loop: str, within: float) -> Callable[[], None]:
        """Begin to expect a mark from a loop every so many seconds; returns how to mark."""
        self._allowed[loop] = within
        self._marked[loop] = self._monotonic()

        def mark() -> None:
            self._marked[loop] = self._monotonic()

        return mark

    def forget(self, loop: str) -> None:
        """The loop ended on purpose."""
        self._allowed.pop(loop, None)
        self._marked.pop(loop, None)

    def stuck(self) -> tuple[str, ...]:
        """The loops that have made no progress for longer than they may."""
        now = self._monotonic()
        return tuple(
            loop for loop, allowed in self._allowed.items() if now - self._marked[loop] > allowed
        )
