"""A clock that is wrong, or was set: nothing is sent on it, nothing twice, and no silence is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailagent.core.outbox import OutboxState
from mailagent.flows.clock_guard import LARGE, ClockGuard
from mailagent.flows.orders import pause_sending, resume_sending
from mailagent.sandbox.fast_clock import FastClock
from tests.house import START, House
from tests.letters import reply
from tests.peers.sink import Sink
from tests.threats.siege import LEROY, PETIT, active, questions, reminded

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JUMPS = [HOUR, -HOUR, DAY, -DAY, START.replace(year=2038) - START]


class Adjustable(FastClock):
    """A clock that somebody sets; the time that passes is another matter."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start, rate=1)
        self.pause()
        self._passed = 0.0

    def set_to(self, moment: datetime) -> None:
        self._anchor = moment.astimezone(UTC)

    def pass_(self, time: timedelta) -> None:
        self.set_to(self._anchor + time)
        self._passed += time.total_seconds()

    def elapsed(self) -> float:
        return self._passed


class InParis(Adjustable):
    def now(self) -> datetime:
        return super().now().astimezone(ZoneInfo("Europe/Paris"))


@pytest.fixture
def clock(house: House) -> Adjustable:
    house.clock = Adjustable(START)
    return house.clock


async def rests(house: House, guard: ClockGuard) -> bool:
    return await guard.rests(house.setup, house.db, None)


async def resume(house: House) -> None:
    await house.change(lambda records: resume_sending(records, house.setup))


async def due(house: House) -> set[str]:
    async with house.db.snapshot(house.setup.company.id) as tx:
        return set(await tx.customers.due(house.clock.now(), 10))


@pytest.mark.parametrize("jump", JUMPS, ids=str)
async def test_a_large_jump_holds_everything_until_a_person_resumes(
    house: House, clock: Adjustable, jump: timedelta
):
    guard = ClockGuard(clock)
    clock.pass_(timedelta(seconds=30))
    assert not await rests(house, guard)

    clock.set_to(clock.now() + jump)

    assert await rests(house, guard)
    assert await rests(house, guard)  # and stays so
    (question,) = await questions(house)
    assert "clock was set" in question.question
    await resume(house)
    assert not await rests(house, guard)
    assert await questions(house) == ()


async def test_small_steps_and_long_waits_are_no_jump(house: House, clock: Adjustable):
    guard = ClockGuard(clock)
    for step in (timedelta(seconds=-5), LARGE, timedelta(minutes=-29)):
        clock.set_to(clock.now() + step)
        assert not await rests(house, guard)
    clock.pass_(timedelta(days=3))  # the machine slept
    assert not await rests(house, guard)


async def test_a_clock_set_back_while_nothing_ran_is_noticed_at_the_start(
    house: House, clock: Adjustable
):
    await house.freshen()
    clock.set_to(START - DAY)
    assert await rests(house, ClockGuard(clock))


@pytest.mark.parametrize("to", [START - HOUR, START - DAY, datetime(1970, 1, 1, tzinfo=UTC)])
async def test_a_hold_outlives_a_clock_set_back(house: House, clock: Adjustable, to: datetime):
    mails = await reminded(house)
    await house.receive(reply("La facture est contestée.", answers=mails["C1"].message_id))

    clock.set_to(to)

    assert active(await house.account("C1"), house)


@pytest.mark.parametrize("to", [START - HOUR, START - DAY, datetime(1970, 1, 1, tzinfo=UTC)])
async def test_a_clock_set_back_sends_nothing_again(house: House, clock: Adjustable, to: datetime):
    await reminded(house)

    clock.set_to(to)
    await house.plan()
    await house.freshen()
    async with Sink() as sink:
        assert await house.send(sink.account()) == 0


async def test_a_look_in_the_future_is_no_fresh_look(house: House, clock: Adjustable):
    await house.invoices(PETIT, LEROY)
    await house.plan()
    clock.set_to(START + HOUR)
    await house.freshen()
    clock.set_to(START)

    async with Sink() as sink:
        assert await house.send(sink.account()) == 0
    assert {m.state for m in await house.outbox()} == {OutboxState.QUEUED}


async def test_summer_time_is_no_jump(house: House):
    """Between two moments of one zone Python counts by the clock on the wall."""
    clock = InParis(datetime(2026, 3, 29, 0, 30, tzinfo=UTC))
    guard = ClockGuard(clock)
    clock.pass_(HOUR)
    assert not await rests(house, guard)


@pytest.mark.parametrize("restarts", [False, True])
async def test_nobody_met_ahead_of_time_is_forgotten_until_then(
    house: House, clock: Adjustable, restarts: bool
):
    clock.set_to(START + DAY)
    guard = ClockGuard(clock)
    assert not await rests(house, guard)  # wrong from the start: nothing to compare with
    await house.invoices(PETIT)
    await house.plan()
    await house.invoices(LEROY)

    clock.set_to(START)
    guard = ClockGuard(clock) if restarts else guard
    assert await rests(house, guard)
    await resume(house)

    assert not await rests(house, ClockGuard(clock) if restarts else guard)
    assert await due(house) == {"C1", "C2"}


async def test_nobody_met_during_the_pause_is_forgotten_either(house: House, clock: Adjustable):
    guard = ClockGuard(clock)
    clock.set_to(START + DAY)
    assert await rests(house, guard)
    await house.invoices(PETIT)

    clock.set_to(START)
    await resume(house)

    assert not await rests(house, guard)
    assert await due(house) == {"C1"}


async def test_a_pause_of_somebody_else_hides_no_clock_set_back(house: House, clock: Adjustable):
    clock.set_to(START + DAY)
    guard = ClockGuard(clock)
    await house.change(lambda records: pause_sending("holidays", records, house.setup))
    await house.invoices(PETIT)

    clock.set_to(START)
    assert await rests(house, guard)
    assert await rests(house, guard)  # and stays so

    await resume(house)
    assert not await rests(house, guard)
    assert await due(house) == {"C1"}
