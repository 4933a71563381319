"""A loop that fails gets a few chances in a row, and as many again once it has worked for a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mailagent import duty
from mailagent.progress import Progress
from mailagent.store.database import Database
from mailagent.store.fence import Lease
from tests.house import House


class Broken(Exception):
    """A fault in the program."""


class Failing:
    """Work that fails so often, and then is told to stop."""

    def __init__(self, times: int) -> None:
        self.turns = 0
        self._times = times

    async def __call__(self, _lease: Lease, stop: asyncio.Event) -> None:
        self.turns += 1
        if self.turns <= self._times:
            raise Broken
        stop.set()


@pytest.fixture
async def loops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[duty.Duty]:
    monkeypatch.setattr(duty, "RESTART_SECONDS", 0.0)
    db = Database(f"sqlite:///{tmp_path}/mailagent.db")
    await db.migrate()
    house = await House.build(db)
    yield duty.Duty(house.setup, db, house.reader, house.clock, "me", Progress())
    await house.close()


async def test_after_five_failures_in_a_row_the_process_gives_up(loops: duty.Duty) -> None:
    work = Failing(duty.RESTARTS)
    with pytest.raises(Broken):
        await loops._under_lease("a loop", work, asyncio.Event())
    assert work.turns == duty.RESTARTS


async def test_fewer_failures_are_survived(loops: duty.Duty) -> None:
    work = Failing(duty.RESTARTS - 1)
    await loops._under_lease("a loop", work, asyncio.Event())
    assert work.turns == duty.RESTARTS


async def test_failures_with_long_work_between_are_no_row(
    loops: duty.Duty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duty, "STEADY_SECONDS", 0.0)
    work = Failing(3 * duty.RESTARTS)
    await loops._under_lease("a loop", work, asyncio.Event())
    assert work.turns == 3 * duty.RESTARTS + 1
