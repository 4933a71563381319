import asyncio

import pytest
from sqlalchemy.exc import IntegrityError

from mailagent.errors import ConfigError, StoreUnavailable
from mailagent.store import database as module
from mailagent.store.database import Database
from tests.store.make import NOW, make_customer, one_customer, undone


async def test_what_was_committed_is_there(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await one_customer(tx)
    async with database.snapshot("acme") as tx:
        assert await tx.customers.all_refs() == ("C1",)


async def test_an_exception_rolls_everything_back(database: Database) -> None:
    async with undone(database) as tx:
        await one_customer(tx)
    async with database.snapshot("acme") as tx:
        assert await tx.customers.all_refs() == ()


async def test_one_company_does_not_see_another(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await one_customer(tx)
    async with database.transaction("other") as tx:
        assert await tx.customers.all_refs() == ()
        assert await tx.accounts.load("C1") is None
        assert await tx.invoices.get("FA-1") is None
    assert await database.companies() == ("acme", "other")


async def test_a_snapshot_cannot_write(database: Database) -> None:
    with pytest.raises(StoreUnavailable):
        async with database.snapshot("acme") as tx:
            await tx.customers.upsert(make_customer())


async def test_a_snapshot_sees_one_moment(database: Database) -> None:
    async with database.snapshot("acme") as before:
        assert await before.customers.all_refs() == ()
        async with database.transaction("acme") as tx:
            await one_customer(tx)
        assert await before.customers.all_refs() == ()


async def test_no_update_is_lost(database: Database) -> None:
    async def count_up() -> None:
        for _ in range(5):
            async with database.transaction("acme") as tx:
                cursor = await tx.mailboxes.get("INBOX")
                last = cursor.last_uid if cursor else 0
                await tx.mailboxes.save("INBOX", 1, last + 1, NOW)

    await asyncio.gather(*(count_up() for _ in range(5)))
    async with database.snapshot("acme") as tx:
        cursor = await tx.mailboxes.get("INBOX")
    assert cursor is not None
    assert cursor.last_uid == 25


async def test_no_update_is_lost_between_two_processes(database: Database, url: str) -> None:
    async def count_up(one: Database) -> None:
        for _ in range(10):
            async with one.transaction("acme") as tx:
                cursor = await tx.mailboxes.get("INBOX")
                last = cursor.last_uid if cursor else 0
                await tx.mailboxes.save("INBOX", 1, last + 1, NOW)

    async with Database(url) as second:
        await asyncio.gather(count_up(database), count_up(second))
    async with database.snapshot("acme") as tx:
        cursor = await tx.mailboxes.get("INBOX")
    assert cursor is not None
    assert cursor.last_uid == 20


async def test_a_broken_rule_of_the_schema_is_a_bug_not_an_outage(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.transaction("nobody") as tx:
            await tx.customers.upsert(make_customer())


async def test_a_cancelled_commit_still_ends(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    committing = asyncio.Event()
    monkeypatch.setattr(module, "failpoint", lambda _place: committing.set())

    async def write() -> None:
        async with database.transaction("acme") as tx:
            await one_customer(tx)

    task = asyncio.create_task(write())
    await committing.wait()
    task.cancel()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.snapshot("acme") as tx:
        assert await tx.customers.all_refs() == ("C1",)


async def test_a_cancelled_transaction_is_rolled_back_and_blocks_nobody(
    database: Database,
) -> None:
    inside = asyncio.Event()

    async def write() -> None:
        async with database.transaction("acme") as tx:
            await one_customer(tx)
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5), database.transaction("acme") as tx:
        assert await tx.customers.all_refs() == ()


async def test_fail_points_stand_around_the_commit(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    places: list[str] = []
    monkeypatch.setattr(module, "failpoint", places.append)
    async with database.transaction("acme") as tx:
        await one_customer(tx)
    async with database.snapshot("acme"):
        pass
    assert places == ["commit.before", "commit.after"]


async def test_the_signing_key_is_made_once(database: Database, url: str) -> None:
    async with Database(url) as second:
        keys = await asyncio.gather(*(one.signing_key() for one in (database, second) * 3))
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql://root:secret@host/x", "nonsense"]
)
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Database(url)
    assert "secret" not in str(refused.value)


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(Database("postgresql://me:secret@host/name"))


async def test_postgresql_that_is_away_is_unavailable() -> None:
    async with Database("postgresql://me:secret@127.0.0.1:1/name") as database:
        with pytest.raises(StoreUnavailable) as away:
            await database.signing_key()
    assert "secret" not in str(away.value)
