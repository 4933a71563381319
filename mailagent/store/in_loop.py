"""An SQLite connection for short statements: each runs where it is asked for, not in another thread.

aiosqlite changes threads four times a statement, which takes several times as long as the statement.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

import aiosqlite

_FOR_THE_LOCK = "BEGIN IMMEDIATE"
_IN_A_ROW = 0.02  # seconds of statements before others have their turn in the loop


class InLoop(aiosqlite.Connection):
    """Only what waits for another process or for the disk is left to the thread."""

    _behind = False  # somebody stopped waiting, and the thread may still be at it
    _turn_ends = 0.0

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if not self._behind and not self._waits(fn, args):
            if (
                monotonic() > self._turn_ends
            ):  # a long import must not keep the whole daemon waiting
                await asyncio.sleep(0)
                self._turn_ends = monotonic() + _IN_A_ROW
            return fn(*args, **kwargs)
        try:
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]  # by aiosqlite
        except asyncio.CancelledError:
            self._behind = True  # what follows queues up behind it
            raise

    def _waits(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
        """BEGIN waits for the other writers, the end of a transaction and of the connection for the disk."""
        if self._connection is None or not self._running:
            return True  # aiosqlite says that it is closed
        if fn == self._connection.rollback:
            return self._connection.in_transaction  # else it does nothing: the pool always asks
        ends = fn in {self._connection.commit, self._connection.close}
        return ends or args[:1] == (_FOR_THE_LOCK,)
