"""SQLite as mailagent needs it: durable at each commit, one writer, no surprise file."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiosqlite
from sqlalchemy import AsyncAdaptedQueuePool, Connection, NullPool, Pool, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from mailagent.errors import StoreUnavailable
from mailagent.store.in_loop import InLoop

_WAIT_SECONDS = 30  # for a lock, and for the one writing connection
_TRY_EVERY = 0.05
_READERS = 4

_WAIT = f"busy_timeout={_WAIT_SECONDS * 1000}"
_DURABLE = (
    _WAIT,
    "synchronous=FULL",  # a lost `transmitting` mark would be a second mail
    "foreign_keys=ON",
)
_READ_ONLY = (_WAIT, "query_only=ON")
_MIGRATING = (_WAIT, "synchronous=FULL", "foreign_keys=OFF")


def writer(path: Path, same_file: Callable[[], None]) -> AsyncEngine:
    """One connection in turn: writers of one process queue here instead of polling for the lock.

    BEGIN IMMEDIATE, because a deferred transaction that reads before it writes loses updates. Statements
    run in the event loop: those of a writer are short, and it holds the lock while they run.
    """
    engine = _engine(
        path, _DURABLE, driver=InLoop, pool_size=1, max_overflow=0, pool_timeout=_WAIT_SECONDS
    )
    event.listen(engine.sync_engine, "begin", _begin("BEGIN IMMEDIATE", same_file))
    return engine


def reader(path: Path, same_file: Callable[[], None]) -> AsyncEngine:
    """Snapshots: they never wait for the writer and cannot write."""
    engine = _engine(path, _READ_ONLY, pool_size=_READERS, pool_timeout=_WAIT_SECONDS)
    event.listen(engine.sync_engine, "begin", _begin("BEGIN", same_file))
    return engine


def migrator(path: Path) -> AsyncEngine:
    """Creates the file when there is none. Foreign keys are off: a changed table is copied and renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # it holds other people's mail
    engine = _engine(path, _MIGRATING, poolclass=NullPool)
    event.listen(engine.sync_engine, "begin", _begin("BEGIN IMMEDIATE", lambda: None))
    return engine


class SameFile:
    """Notices that the file was deleted or replaced: SQLite would go on writing into the lost one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._first: tuple[int, int] | None = None

    def __call__(self) -> None:
        try:
            found = self._path.stat()
        except OSError as error:
            raise StoreUnavailable(f"The database {self._path} is gone.") from error
        self._first = self._first or (found.st_dev, found.st_ino)
        if self._first != (found.st_dev, found.st_ino):
            raise StoreUnavailable(
                f"The database {self._path} was replaced by another file: check it, then restart."
            )


def _engine(
    path: Path,
    settings: tuple[str, ...],
    poolclass: type[Pool] = AsyncAdaptedQueuePool,
    driver: type[aiosqlite.Connection] = aiosqlite.Connection,
    **options: Any,
) -> AsyncEngine:
    """An engine whose connections never create the file, and leave transactions to us."""
    uri = f"file:{quote(str(path.absolute()))}?mode=rw"
    return create_async_engine(
        "sqlite+aiosqlite://",
        async_creator=lambda: _connect(uri, settings, driver),
        poolclass=poolclass,
        hide_parameters=True,
        **options,
    )


async def _connect(
    uri: str, settings: tuple[str, ...], driver: type[aiosqlite.Connection]
) -> aiosqlite.Connection:
    """Opened here and handed over ready: a failure must not leave aiosqlite's thread behind."""
    opened = sqlite3.connect(
        uri, uri=True, timeout=0, isolation_level=None, check_same_thread=False
    )
    try:
        await _write_ahead(opened)
        for setting in settings:
            opened.execute(f"PRAGMA {setting}")
    except BaseException:
        opened.close()
        raise
    connection = driver(lambda: opened, iter_chunk_size=64)
    connection._thread.daemon = True  # noqa: SLF001 - a connection never closed must not keep us alive
    return await connection


async def _write_ahead(opened: sqlite3.Connection) -> None:
    """WAL lets readers and the writer work together; some file systems cannot do it.

    The switch of a new file does not wait for another process that does the same, so we do.
    """
    for _ in range(int(_WAIT_SECONDS / _TRY_EVERY)):
        try:
            (mode,) = opened.execute("PRAGMA journal_mode=WAL").fetchone()
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            await asyncio.sleep(_TRY_EVERY)
    else:
        raise StoreUnavailable("The database is kept locked by another program.")
    if mode != "wal":
        raise StoreUnavailable(f"SQLite uses journal_mode={mode}, not WAL: use a local disk.")


def _begin(statement: str, same_file: Callable[[], None]) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        same_file()
        connection.exec_driver_sql(statement)

    return begin
