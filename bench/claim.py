"""Claiming: several processes take mails from one outbox, none twice."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import text

from bench.case import Case, Goal
from bench.store_world import COMPANY, NOW, queued_mails
from mailagent.store.database import Database
from tests.peers.postgresql import postgresql

PROCESSES = 4
QUEUED = 1_000
ONE, FIFTY = "one at a time", "fifty at a time"


@asynccontextmanager
async def on_postgresql() -> AsyncIterator[Case]:
    """Four processes, one PostgreSQL."""
    with postgresql() as server, server.database("claims") as url:
        async with Database(url) as db:
            await queued_mails(db, QUEUED)
            yield Case(
                f"claim: {PROCESSES} processes, PostgreSQL without fsync, each claim committed",
                "mails/s",
                ONE,
                {ONE: lambda: _claimed(db, url, 1), FIFTY: lambda: _claimed(db, url, 50)},
                {FIFTY: Goal("at least 10 times one at a time", ratio=10.0)},
            )


CASES: dict[str, Callable[[], object]] = {"claim": on_postgresql}


async def _claimed(db: Database, url: str, batch: int) -> float:
    """Mails a second until the outbox is empty, from the common start to the last claim."""
    async with db.writing() as connection:
        await connection.execute(
            text("UPDATE outbox SET state = 'queued', claimed_by = '' WHERE state = 'claimed'")
        )
    workers = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.claim", url, str(batch), str(number)),
            stdin=PIPE,
            stdout=PIPE,
        )
        for number in range(PROCESSES)
    ]
    for worker in workers:
        assert worker.stdout is not None
        await worker.stdout.readline()  # ready
    began = time.perf_counter()
    taken = await asyncio.gather(*(_work(worker) for worker in workers))
    elapsed = time.perf_counter() - began
    ids = [mail for each in taken for mail in each]
    assert len(ids) == len(set(ids)) == QUEUED, "a mail was claimed twice, or not at all"
    return QUEUED / elapsed


async def _work(worker: Process) -> list[int]:
    out, _ = await worker.communicate(b"go\n")
    taken: list[int] = json.loads(out)
    return taken


async def _process(url: str, batch: int, number: int) -> None:
    """One of the processes: claim until nothing is left, then tell what was taken."""
    owner, taken = f"process{number}", []
    async with Database(url) as db:
        async with db.snapshot(COMPANY) as tx:  # connected before the race
            await tx.outbox.has_claimable(NOW)
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        while True:
            async with db.transaction(COMPANY) as tx:
                until = NOW + timedelta(minutes=15)
                mails = await tx.outbox.claim(owner, number, NOW, until, batch)
            if not mails:
                break
            taken += [mail.id for mail in mails]
    print(json.dumps(taken))


if __name__ == "__main__":
    asyncio.run(_process(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
