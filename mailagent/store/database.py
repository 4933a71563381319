"""The database: the only truth. Write transactions, read-only snapshots, set-up."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import URL, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from mailagent.clock import SystemClock
from mailagent.errors import ConfigError, Problem
from mailagent.failpoint import failpoint
from mailagent.store import migrate, postgresql, sqlite
from mailagent.store.fence import Lease, check_fence
from mailagent.store.repository import insert_into
from mailagent.store.tables import companies, installation
from mailagent.store.transaction import Transaction
from mailagent.store.unavailable import translated


class Database:
    """One SQLite file, or a PostgreSQL that many processes share."""

    def __init__(self, url: str) -> None:
        self._url = _read(url)
        self._place = self._url.render_as_string(hide_password=True)
        self._writer: AsyncEngine
        self._reader: AsyncEngine
        if self._on_sqlite:
            same_file = sqlite.SameFile(self._path)
            self._writer = sqlite.writer(self._path, same_file)
            self._reader = sqlite.reader(self._path, same_file)
        else:
            self._writer = postgresql.writer(self._url)
            self._reader = postgresql.reader(self._writer)

    def __repr__(self) -> str:
        return f"Database({self._place!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give all connections back; a forgotten SQLite connection would keep the process alive."""
        await self._writer.dispose()
        if self._on_sqlite:
            await self._reader.dispose()

    @asynccontextmanager
    async def transaction(
        self, company: str, fence: Lease | None = None
    ) -> AsyncIterator[Transaction]:
        """All or nothing, committed at the end; the company has no other writer meanwhile.

        With a lease, LeaseLost is raised when another process took it. No network call inside.
        """
        async with self.writing() as connection:
            if not self._on_sqlite:
                await postgresql.lock_company(connection, company)
            if fence is not None:
                await check_fence(connection, fence)
            yield Transaction(connection, company)

    @asynccontextmanager
    async def snapshot(self, company: str) -> AsyncIterator[Transaction]:
        """One consistent look; writing fails."""
        with translated(self._place):
            async with self._reader.connect() as connection, connection.begin():
                yield Transaction(connection, company)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A bare write transaction, for what belongs to no company."""
        with translated(self._place):
            async with self._writer.connect() as connection:
                try:
                    transaction = await connection.begin()
                    yield connection
                    failpoint("commit.before")
                    await _uninterrupted(transaction.commit())
                    failpoint("commit.after")
                except DBAPIError:
                    await connection.invalidate()  # after an I/O error nothing on it can be trusted
                    raise

    async def migrate(self) -> None:
        """Create the tables or bring them up to date; of several processes one does it."""
        with translated(self._place):
            on_sqlite = self._on_sqlite
            engine = sqlite.migrator(self._path) if on_sqlite else postgresql.migrator(self._url)
            try:
                async with engine.begin() as connection:
                    if not on_sqlite:
                        await postgresql.lock_migrations(connection)
                    await connection.run_sync(migrate.upgrade)
            finally:
                await engine.dispose()

    async def check(self) -> None:
        """Raise StoreUnavailable unless the tables are there and of this program's version."""
        with translated(self._place):
            async with self._reader.connect() as connection, connection.begin():
                await connection.run_sync(migrate.check)

    async def signing_key(self) -> bytes:
        """The installation's secret for Message-IDs and address tokens; made at the first call."""
        made = {"id": 1, "signing_key": secrets.token_bytes(32), "created_at": SystemClock().now()}
        async with self.writing() as connection:
            await connection.execute(
                insert_into(connection, installation).values(made).on_conflict_do_nothing()
            )
            stored = await connection.execute(select(installation.c.signing_key))
            key: bytes = stored.scalar_one()
        return key

    async def companies(self) -> tuple[str, ...]:
        """Every company that was ever set up here."""
        with translated(self._place):
            async with self._reader.connect() as connection, connection.begin():
                rows = await connection.execute(
                    select(companies.c.company).order_by(companies.c.company)
                )
                return tuple(rows.scalars())

    @property
    def _on_sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    @property
    def _path(self) -> Path:
        return Path(self._url.database or "")


def _read(url: str) -> URL:
    """The address with the driver we use; ConfigError for anything but SQLite files and PostgreSQL."""
    try:
        read = make_url(url)
        if read.get_backend_name() == "sqlite" and read.database not in {None, "", ":memory:"}:
            return read
        if read.get_backend_name() == "postgresql":
            return read.set(drivername="postgresql+psycopg")
    except ArgumentError:
        pass  # told below, without the address: it may hold a password
    raise ConfigError(
        (
            Problem(
                where="database",
                what="address",
                why="it is neither an SQLite file nor a PostgreSQL",
                hint="Write sqlite:////var/lib/mailagent/mailagent.db or postgresql://user@host/name",
            ),
        )
    )


async def _uninterrupted(work: Coroutine[Any, Any, None]) -> None:
    """Let a commit end whatever happens to the task: half-known is worse than late."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError:
                continue  # the commit's end matters more than the second request to stop
        if not task.cancelled():
            task.exception()  # the cancellation is what the caller hears of
        raise
