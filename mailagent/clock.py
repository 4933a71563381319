"""The only reader of time. Everything else is given `now` or asks a Clock."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What tells the time and waits."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        ...

    def elapsed(self) -> float:
        """Seconds that passed since some moment; setting the clock does not change them."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; a fast clock waits less in real time."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def elapsed(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)  # counts the time a machine slept, too

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
