"""Killed at any fail point, the daemon ends where it would have ended undisturbed, and no mail leaves twice.

By default points are thinned out: the first two passes of each place, then every STRIDE-th point of the
undisturbed run. MAILAGENT_EVERY_POINT=1 kills at all of them (a quarter of an hour).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailagent.store.database import Database
from tests.peers.mail_host import MailHost
from tests.system import scenario
from tests.system.invariants import check
from tests.system.rehearsal import Point, Rehearsal, nursery
from tests.system.scenario import end_state

STRIDE = 13
LANES = 2  # runs at the same time


@dataclass(frozen=True)
class Stage:
    """What all runs share."""

    nursery: Path
    folder: Path  # in memory: no run waits for a disk
    dovecot: MailHost

    @property
    def template(self) -> Path:
        return self.folder / "template.db"

    def rehearsal(self, name: str):
        return Rehearsal.begin(self.nursery, self.template, self.folder / name, self.dovecot)


@pytest.fixture(scope="module")
def stage(dovecot: MailHost) -> Iterator[Stage]:
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="ma-", dir=memory if memory.is_dir() else None))

    async def prepare() -> None:
        async with Database(f"sqlite:///{folder}/template.db") as db:
            await scenario.prepare(db)

    try:
        asyncio.run(prepare())
        with nursery(folder) as path:
            yield Stage(path, folder, dovecot)
    finally:
        shutil.rmtree(folder)


@dataclass(frozen=True)
class Undisturbed:
    """How it ends when nothing goes wrong."""

    places: list[str]
    state: dict[str, object]


async def undisturbed(stage: Stage) -> Undisturbed:
    async with stage.rehearsal("undisturbed") as run:
        await run.play()
        found = await run.witnesses()
        check(found, run.quiet)
        assert run.doubts == 0
        return Undisturbed(run.places, end_state(found))


async def test_a_finished_run_begun_again_changes_nothing(stage: Stage) -> None:
    async with stage.rehearsal("again") as run:
        await run.play()
        before = await run.witnesses()

        await run.play()

        after = await run.witnesses()
        assert end_state(after) == end_state(before)
        assert after.journal == before.journal
        assert after.log == before.log
        assert after.server == before.server


async def test_killed_anywhere_it_ends_in_the_same_state(stage: Stage) -> None:
    goal = await undisturbed(stage)
    chosen = points(goal.places)
    todo = iter(chosen)
    died: Counter[str] = Counter()
    doubts = 0

    async def lane() -> None:
        nonlocal doubts
        for point in todo:
            died_at, doubtful = await killed_at(point, stage, goal)
            died[died_at.rpartition(":")[0]] += 1
            doubts += doubtful

    async with asyncio.TaskGroup() as lanes:
        for _ in range(LANES):
            lanes.create_task(lane())

    places = ", ".join(f"{place} {count}" for place, count in sorted(died.items()))
    print(  # noqa: T201 - how much was covered is part of the result
        f"\nkilled at {len(chosen)} of {len(goal.places)} points ({places}); {doubts} mails in doubt"
    )
    assert set(died) - {""} == set(goal.places), "every kind of place was reached"


def points(places: list[str]) -> list[Point]:
    """The fail points to die at, of those that the undisturbed run passed."""
    passes: Counter[str] = Counter()
    chosen = []
    for at, place in enumerate(places, start=1):
        passes[place] += 1
        if os.environ.get("MAILAGENT_EVERY_POINT") or passes[place] <= 2 or at % STRIDE == 0:
            chosen.append(Point(place, passes[place]))
    return chosen


async def killed_at(point: Point, stage: Stage, goal: Undisturbed) -> tuple[str, int]:
    """One run with a power cut; the name of the place, and how many mails a person had to settle."""
    name = f"{point.place}-{point.number}".replace(" ", "_")
    async with stage.rehearsal(name) as run:
        await run.play(kill_at=point)
        try:
            found = await run.witnesses()
            check(found, run.quiet)
            state = end_state(found)
            assert {k: v for k, v in state.items() if goal.state.get(k) != v} == {}
            assert state.keys() == goal.state.keys()
        except AssertionError as error:
            error.add_note(f"to be killed at {point}, killed at {run.died_at}")
            raise
        assert run.doubts <= 2, "no more than were under way"
        return run.died_at, run.doubts
