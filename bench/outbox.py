"""Sending end to end: planned, written and stored, then claimed, asked again, marked, sent and recorded."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

from bench.case import Case, Goal
from bench.send import CONNECTIONS, smtp_source
from bench.smtp_servers import smtp_sink
from bench.store_world import sqlite_url
from mailagent import log
from mailagent.core.company import Policy
from mailagent.core.server import Security, Server, SmtpAccount
from mailagent.store.database import Database
from mailagent.transport.smtp import SmtpPool
from tests.house import House

MAILS = 200
UNBRAKED = {"policy": Policy(unusual_minimum=10**9, daily_ceiling=10**9)}
C_CLIENT = "smtp-source (C), 4 sessions, no state"
WHOLE, QUEUED, SENT = "plan + send", "plan alone", "send alone"


@asynccontextmanager
async def outbox() -> AsyncIterator[Case]:
    """One process, one SQLite file with synchronous=FULL, one record per mail."""
    with smtp_sink() as port, sqlite_url() as url, logs_written_nowhere():
        db = Database(url)
        await db.migrate()
        house = await House.build(db, company=UNBRAKED)
        try:
            run = _Run(house, port)
            yield Case(
                "outbox: reminders from the schedule to the recorded 250, SQLite, smtp-sink",
                "mails/s",
                C_CLIENT,
                {
                    C_CLIENT: lambda: smtp_source(port, 8_000),
                    WHOLE: run.whole,
                    QUEUED: run.queue,
                    SENT: run.send,
                },
                {WHOLE: Goal("at least 0.06 of smtp-source", ratio=0.06)},
            )
        finally:
            await house.close()


CASES: dict[str, Callable[[], object]] = {"outbox": outbox}


class _Run:
    """Each measurement has customers of its own."""

    def __init__(self, house: House, port: int) -> None:
        server = Server("127.0.0.1", port, Security.NONE, None)
        self._account = SmtpAccount(server, CONNECTIONS, per_minute=60_000_000)
        self._house = house
        self._house.setup = replace(house.setup, smtp=self._account)
        self._numbers = itertools.count(1)

    async def whole(self) -> float:
        await self._import()
        planned, sent = await self._plan(), await self._send()
        return MAILS / (planned + sent)

    async def queue(self) -> float:
        await self._import()
        planned = await self._plan()
        await self._send()
        return MAILS / planned

    async def send(self) -> float:
        await self._import()
        await self._plan()
        return MAILS / await self._send()

    async def _import(self) -> None:
        await self._house.invoices(
            *(
                f"FA-{n};C{n};Client {n};client{n}@debtor{n}.example;2026-03-06;1200,00"
                for n in itertools.islice(self._numbers, MAILS)
            )
        )
        await self._house.freshen()

    async def _plan(self) -> float:
        began = time.perf_counter()
        assert await self._house.plan() == MAILS
        return time.perf_counter() - began

    async def _send(self) -> float:
        pool = SmtpPool(self._account)
        began = time.perf_counter()
        assert await self._house.sender(pool).send_queued(asyncio.Event()) == MAILS
        elapsed = time.perf_counter() - began
        await pool.close()
        return elapsed


@contextmanager
def logs_written_nowhere() -> Iterator[None]:
    """The daemon's own logs at their usual level: their cost counts, their words do not."""
    with Path(os.devnull).open("w") as nowhere:
        with contextlib.redirect_stderr(nowhere):
            log.set_up()
        yield
        log.set_up("critical")
