"""Moves the demonstration's time from one moment of interest to the next and lets people act.

Between two leaps it waits until the daemon has done all there is to do: everyone who waits for time is
waiting again, and every mail in the mailbox is filed. A daemon that does not come to rest is waited for
only a while; it will be late, and its own rules must bear that.
"""

from __future__ import annotations

import asyncio
import time as machine_time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mailagent.core.calendar import Calendar
from mailagent.sandbox.acts import Act
from mailagent.sandbox.fast_clock import FastClock
from mailagent.sandbox.story import FIRST_DAY, ZONE
from mailagent.sandbox.world import World

BANK_FILE = time(7, 30)
OPENING = time(8, 31)
COFFEE = time(10, 5)  # Claire approves what waits for her
BACK_TO_WORK = time(10, 20)
EVENING = time(17, 30)
PATIENCE = 5.0  # real seconds to wait for rest
GLANCE = 0.01  # real seconds between two looks whether it has come


@dataclass(frozen=True, slots=True)
class Pace:
    """Real seconds that a day takes at least, so that a person can follow."""

    working_day: float
    day_off: float


class Director:
    """Keeps the list of what is to come and plays it, day by day."""

    def __init__(
        self, world: World, calendar: Calendar, clock: FastClock, pace: Pace, acts: Iterable[Act]
    ) -> None:
        self._world = world
        self._calendar = calendar
        self._clock = clock
        self._pace = pace
        self._acts = list(acts)
        self._last_day = world.story.ends.astimezone(ZONE).date()

    async def run(self) -> None:
        """Every day of the story."""
        day = FIRST_DAY
        while day <= self._last_day:
            began = machine_time.monotonic()
            working = self._calendar.is_working_day(day)
            if working:
                await self._work(day)
            await self._until(datetime.combine(day, EVENING, ZONE))
            least = self._pace.working_day if working else self._pace.day_off
            await asyncio.sleep(max(0.0, began + least - machine_time.monotonic()))
            day += timedelta(days=1)
        await self._settle(to_the_last=True)

    async def _work(self, day: date) -> None:
        await self._until(datetime.combine(day, BANK_FILE, ZONE))
        await self._world.open_the_day(day)
        await self._until(datetime.combine(day, OPENING, ZONE))
        await self._until(datetime.combine(day, COFFEE, ZONE))
        await self._world.have_coffee()
        await self._until(datetime.combine(day, BACK_TO_WORK, ZONE))

    async def _until(self, moment: datetime) -> None:
        """Go to that moment, stopping at all that happens before it."""
        while (following := self._next_act()) and following.at <= moment:
            self._acts.remove(following)
            await self._leap(following.at)
            await self._world.perform(following)
            await self._settle()
        await self._leap(moment)
        await self._settle()

    def _next_act(self) -> Act | None:
        """What happens next; people may have made up their minds meanwhile."""
        self._acts += self._world.to_come
        self._world.to_come.clear()
        return min(self._acts, key=lambda act: act.at, default=None)

    async def _leap(self, moment: datetime) -> None:
        self._clock.leap_to(moment)
        await asyncio.sleep(0)  # those who were woken run first

    async def _settle(self, *, to_the_last: bool = False) -> None:
        """Wait until there is nothing left to do at this moment, and show how things stand."""
        is_done = self._world.is_all_filed if to_the_last else self._world.is_at_rest
        deadline = machine_time.monotonic() + PATIENCE
        while machine_time.monotonic() < deadline:
            await asyncio.sleep(GLANCE)
            if self._clock.sleepers and await is_done():
                break
        await self._world.show()
