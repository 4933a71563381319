"""PostgreSQL as mailagent needs it: many processes, nobody waits for ever."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, NullPool, event, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

_CONNECT_SECONDS = 10
_SETTINGS = (
    "SET timezone = 'UTC'",
    "SET statement_timeout = '30s'",
    "SET idle_in_transaction_session_timeout = '60s'",  # a frozen process must give its locks back
)
_COMPANY_LOCKS = 7_104  # keeps our lock numbers apart from other programs'
_MIGRATION_LOCK = 7_104_000


def writer(url: URL) -> AsyncEngine:
    """Connections for transactions."""
    engine = create_async_engine(
        url,
        pool_size=10,
        max_overflow=10,
        pool_timeout=30,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": _CONNECT_SECONDS},
    )
    event.listen(engine.sync_engine, "connect", _set_up)
    return engine


def reader(writing: AsyncEngine) -> AsyncEngine:
    """The same pool, for snapshots."""
    return writing.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def migrator(url: URL) -> AsyncEngine:
    """A connection without a statement limit: a migration takes what it takes."""
    return create_async_engine(
        url, poolclass=NullPool, connect_args={"connect_timeout": _CONNECT_SECONDS}
    )


async def lock_company(connection: AsyncConnection, company: str) -> None:
    """One writer per company at a time, as on SQLite: no lost update, no deadlock, a gapless journal."""
    key = func.hashtextextended(company, _COMPANY_LOCKS)
    await connection.execute(select(func.pg_advisory_xact_lock(key)))


async def lock_migrations(connection: AsyncConnection) -> None:
    """Of several processes that start together, one migrates."""
    await connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))


def _set_up(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    try:
        for setting in _SETTINGS:
            cursor.execute(setting)
    finally:
        cursor.close()
    connection.commit()
