"""How many connections one server gets from us, over all accounts on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

Evict = Callable[[], bool]
"""Gives up one idle connection; False when there is none."""


class Slots:
    """One slot for each open connection, also an idle one."""

    def __init__(self, limit: int) -> None:
        self._free = asyncio.Semaphore(limit)
        self._holders: list[Evict] = []
        self._waiting = 0

    @property
    def wanted(self) -> bool:
        """Whether somebody waits: an unused connection is then better closed than kept."""
        return self._waiting > 0

    def join(self, evict: Evict) -> None:
        """Take part, and be asked to give up idle connections when others need them."""
        self._holders.append(evict)

    def leave(self, evict: Evict) -> None:
        self._holders.remove(evict)

    async def take(self) -> None:
        """Wait for a slot."""
        if self._free.locked():
            any(evict() for evict in self._holders)  # the first that has one to give
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1

    def give(self) -> None:
        """The connection is closed."""
        self._free.release()
