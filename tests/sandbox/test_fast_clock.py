"""The demonstration's clock: fast, monotonic, waking sleepers in order."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mailagent.sandbox.fast_clock import FastClock

START = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


class Ticks:
    """A machine clock moved by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_time_runs_at_its_rate() -> None:
    ticks = Ticks()
    clock = FastClock(START, rate=60, ticks=ticks)
    ticks.seconds += 2
    assert clock.now() == START + timedelta(minutes=2)


async def test_a_leap_keeps_the_rate_and_never_goes_back() -> None:
    ticks = Ticks()
    clock = FastClock(START, rate=60, ticks=ticks)
    clock.leap_to(START + timedelta(days=1))
    ticks.seconds += 1
    assert clock.now() == START + timedelta(days=1, minutes=1)
    clock.leap_to(START)
    assert clock.now() == START + timedelta(days=1, minutes=1)


def test_summer_time_is_no_jump() -> None:
    paris = ZoneInfo("Europe/Paris")
    clock = FastClock(datetime(2026, 3, 28, 17, 30, tzinfo=paris), rate=60, ticks=Ticks())
    shown, elapsed = clock.now(), clock.elapsed()
    clock.leap_to(datetime(2026, 3, 29, 17, 30, tzinfo=paris))
    assert clock.now() - shown == timedelta(hours=23)
    assert clock.elapsed() - elapsed == timedelta(hours=23).total_seconds()


async def test_sleepers_wake_in_the_order_of_their_moments() -> None:
    clock = FastClock(START, rate=60, ticks=Ticks())
    clock.pause()
    woken: list[int] = []

    async def sleeper(minutes: int) -> None:
        await clock.sleep(minutes * 60)
        woken.append(minutes)

    async with asyncio.TaskGroup() as group:
        for minutes in (30, 10, 20, 90):
            group.create_task(sleeper(minutes))
        await asyncio.sleep(0)
        clock.leap_to(START + timedelta(minutes=60))
        await asyncio.sleep(0)
        assert woken == [10, 20, 30]
        clock.leap_to(START + timedelta(minutes=90))
    assert woken == [10, 20, 30, 90]


async def test_a_running_clock_wakes_sleepers_by_itself() -> None:
    clock = FastClock(START, rate=100_000)
    before = clock.now()
    await asyncio.wait_for(clock.sleep(600), timeout=5)
    assert clock.now() - before >= timedelta(seconds=600)


async def test_a_pause_stops_time_and_resume_continues_it() -> None:
    ticks = Ticks()
    clock = FastClock(START, rate=60, ticks=ticks)
    clock.pause()
    ticks.seconds += 1000
    assert clock.now() == START
    clock.resume()
    ticks.seconds += 1
    assert clock.now() == START + timedelta(minutes=1)


async def test_a_cancelled_sleeper_disturbs_nobody() -> None:
    clock = FastClock(START, rate=60, ticks=Ticks())
    clock.pause()
    first = asyncio.create_task(clock.sleep(60))
    second = asyncio.create_task(clock.sleep(120))
    await asyncio.sleep(0)
    first.cancel()
    clock.leap_to(START + timedelta(minutes=5))
    await second
    assert first.cancelled()


async def test_a_moment_that_has_passed_returns_at_once() -> None:
    clock = FastClock(START, rate=60)
    await asyncio.wait_for(clock.sleep(-5), timeout=1)


async def test_another_rate_counts_from_now_on() -> None:
    ticks = Ticks()
    clock = FastClock(START, rate=60, ticks=ticks)
    ticks.seconds += 1
    clock.set_rate(1)
    ticks.seconds += 5
    assert clock.now() == START + timedelta(minutes=1, seconds=5)


async def test_it_knows_how_many_wait() -> None:
    clock = FastClock(START, rate=60, ticks=Ticks())
    clock.pause()
    waiting = asyncio.create_task(clock.sleep(60))
    await asyncio.sleep(0)
    assert clock.sleepers == 1
    clock.leap_to(START + timedelta(minutes=1))
    assert clock.sleepers == 0
    await waiting
