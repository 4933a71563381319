"""The planning tick's question: who is to be looked at now? Its cost must follow what is due."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import psycopg

from bench.case import Case, Goal, Measure
from bench.store_world import COMPANY, NOW, receivables, sqlite_url
from mailagent.store.database import Database
from tests.peers.postgresql import postgresql

MANY, FEW = 1_000_000, 10_000
DUE = 500
TIMES = 20  # one measurement is the mean of so many
RAW_SQL = (
    f"SELECT ref FROM customers WHERE company = '{COMPANY}' AND next_look_at <= {{}} "
    f"ORDER BY next_look_at LIMIT {DUE}"
)
BARE, OURS, OURS_FEW = "raw driver, 1,000,000 invoices", "store, 1,000,000", "store, 10,000"
GOAL = {OURS: Goal("at most 50 ms", figure=50.0)}


@asynccontextmanager
async def on_sqlite() -> AsyncIterator[Case]:
    """In a file."""
    with sqlite_url() as many, sqlite_url() as few:
        async with Database(many) as large, Database(few) as small:
            await receivables(large, MANY, DUE)
            await receivables(small, FEW, DUE)
            raw = sqlite3.connect(many.removeprefix("sqlite:///"))
            try:
                statement = RAW_SQL.format("?")
                moment = NOW.isoformat(sep=" ").removesuffix("+00:00") + ".000000"
                assert len(raw.execute(statement, (moment,)).fetchall()) == DUE
                yield _case(
                    "SQLite", large, small, lambda: raw.execute(statement, (moment,)).fetchall()
                )
            finally:
                raw.close()


@asynccontextmanager
async def on_postgresql() -> AsyncIterator[Case]:
    """On a server."""
    with postgresql() as server, server.database("many") as many, server.database("few") as few:
        async with Database(many) as large, Database(few) as small:
            await receivables(large, MANY, DUE)
            await receivables(small, FEW, DUE)
            with psycopg.connect(many.replace("+psycopg", "")) as raw:
                statement = RAW_SQL.format("%s").encode()
                yield _case(
                    "PostgreSQL", large, small, lambda: raw.execute(statement, (NOW,)).fetchall()
                )


CASES: dict[str, Callable[[], object]] = {"due-sqlite": on_sqlite, "due-postgresql": on_postgresql}


def _case(where: str, large: Database, small: Database, raw: Callable[[], object]) -> Case:
    async def bare() -> None:
        raw()

    return Case(
        f"due query on {where}: {DUE} customers due",
        "ms",
        BARE,
        {BARE: _timed(bare), OURS: _timed(_asked(large)), OURS_FEW: _timed(_asked(small))},
        GOAL,
        more_is_better=False,
    )


def _asked(db: Database) -> Callable[[], Awaitable[None]]:
    async def ask() -> None:
        async with db.snapshot(COMPANY) as tx:
            assert len(await tx.customers.due(NOW, DUE)) == DUE

    return ask


def _timed(ask: Callable[[], Awaitable[None]]) -> Measure:
    async def measure() -> float:
        began = time.perf_counter()
        for _ in range(TIMES):
            await ask()
        return (time.perf_counter() - began) * 1000 / TIMES

    return measure
