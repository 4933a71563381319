"""Time for the demonstration: it runs faster than the wall clock and can leap ahead.

A constant speed cannot show two months in a minute: ten minutes, the age at which a look at the
mailbox becomes stale (P1), would pass in a few milliseconds. So time runs at a moderate rate while
mail is under way and leaps when nothing is going on. It never runs backwards, and those who sleep
wake in the order in which they asked to.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count


class FastClock:
    """A `Clock` at `rate` times the speed of the machine's."""

    def __init__(
        self, start: datetime, rate: float, *, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._ticks = ticks
        # UTC: between two moments of a zone with summer time Python counts the hours of the wall.
        self._anchor = start.astimezone(UTC)  # what this clock showed ...
        self._anchor_tick = ticks()  # ... when the machine's clock showed this
        self._paused = False
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = count()
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def sleepers(self) -> int:
        """How many wait for a moment to come."""
        return sum(not woken.done() for _, _, woken in self._sleepers)

    def now(self) -> datetime:
        if self._paused:
            return self._anchor
        return self._anchor + timedelta(seconds=(self._ticks() - self._anchor_tick) * self._rate)

    def elapsed(self) -> float:
        """Leaps are time that passed here: nobody sets this clock."""
        return self.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(self.now() + timedelta(seconds=seconds))

    async def sleep_until(self, moment: datetime) -> None:
        """Wait for a moment; one that has passed still lets others run."""
        if moment <= self.now():
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (moment, next(self._order), woken))
        self._set_alarm()
        await woken

    def leap_to(self, moment: datetime) -> None:
        """Move ahead at once and wake everyone whose time has come, in order; never back."""
        self._anchor, self._anchor_tick = max(moment.astimezone(UTC), self.now()), self._ticks()
        self._wake()

    def set_rate(self, rate: float) -> None:
        """Run slower or faster from now on."""
        self._anchor, self._anchor_tick, self._rate = self.now(), self._ticks(), rate
        self._set_alarm()

    def pause(self) -> None:
        """Stop; only `leap_to` moves the time now."""
        self._anchor, self._paused = self.now(), True
        self._set_alarm()

    def resume(self) -> None:
        """Run on from the moment of the pause."""
        self._anchor_tick, self._paused = self._ticks(), False
        self._set_alarm()

    def _wake(self) -> None:
        now = self.now()
        while self._sleepers and self._sleepers[0][0] <= now:
            _, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():  # a cancelled sleeper no longer cares
                woken.set_result(None)
        self._set_alarm()

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._sleepers and not self._paused:
            wait = (self._sleepers[0][0] - self.now()).total_seconds() / self._rate
            self._alarm = asyncio.get_running_loop().call_later(max(wait, 0), self._wake)
