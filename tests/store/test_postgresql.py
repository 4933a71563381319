"""What can happen to a connection."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import text

from mailagent.errors import StoreUnavailable
from mailagent.store.database import Database
from tests.peers.postgresql import PostgresqlServer
from tests.store.make import make_customer, one_customer

Work = Callable[[Database, PostgresqlServer], Awaitable[None]]
CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = 'store' AND pid <> pg_backend_pid()
"""


@pytest.fixture
async def database(emptied_postgresql: str) -> AsyncIterator[Database]:
    async with Database(emptied_postgresql) as database:
        yield database


async def setting(database: Database, name: str) -> object:
    async with database.writing() as connection:
        return (await connection.execute(text(f"SHOW {name}"))).scalar()


async def test_nobody_waits_for_ever(database: Database) -> None:
    assert await setting(database, "statement_timeout") == "30s"
    assert await setting(database, "idle_in_transaction_session_timeout") == "1min"
    assert await setting(database, "timezone") == "UTC"


async def write_twice(database: Database, between: PostgresqlServer) -> None:
    async with database.transaction("acme") as tx:
        await one_customer(tx)
        between.run(CUT)
        await tx.customers.upsert(make_customer("C2"))


async def commit_after(database: Database, cut: PostgresqlServer) -> None:
    async with database.transaction("acme") as tx:
        await one_customer(tx)
        cut.run(CUT)


async def all_refs(database: Database) -> tuple[str, ...]:
    async with database.snapshot("acme") as tx:
        return await tx.customers.all_refs()


@pytest.mark.parametrize("work", [write_twice, commit_after])
async def test_a_lost_connection_is_told_and_the_next_one_works(
    database: Database, postgresql: PostgresqlServer, work: Work
) -> None:
    with pytest.raises(StoreUnavailable):
        await work(database, postgresql)
    assert await all_refs(database) == ()
    async with database.transaction("acme") as tx:
        await one_customer(tx)
    assert await all_refs(database) == ("C1",)


async def test_connections_lost_at_rest_are_not_noticed_by_anyone(
    database: Database, postgresql: PostgresqlServer
) -> None:
    assert await all_refs(database) == ()
    postgresql.run(CUT)
    async with database.transaction("acme") as tx:
        await one_customer(tx)
    assert await all_refs(database) == ("C1",)


async def test_values_do_not_reach_the_message(database: Database) -> None:
    with pytest.raises(StoreUnavailable) as told:
        async with database.snapshot("acme") as tx:
            await tx.customers.upsert(make_customer(name="Secret Customer"))
    assert "read-only" in str(told.value)
    assert "Secret" not in f"{told.value} {told.value.__cause__}"


async def test_companies_do_not_wait_for_each_other(database: Database) -> None:
    async with database.transaction("acme") as one, database.transaction("other") as two:
        await one.customers.upsert(make_customer())
        await two.customers.upsert(make_customer())
    assert await all_refs(database) == ("C1",)
