import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.schema import CheckConstraint

from mailagent.errors import StoreUnavailable
from mailagent.store.database import Database
from mailagent.store.tables import METADATA


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    on_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/new/new.db"
    async with Database(url if on_sqlite else request.getfixturevalue("postgresql_url")) as made:
        yield made


def difference(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, METADATA))


def checks(connection: Connection) -> set[tuple[str, str | None]]:
    inspector = inspect(connection)
    return {
        (table, check["name"])
        for table in METADATA.tables
        for check in inspector.get_check_constraints(table)
    }


async def test_from_empty_to_exactly_the_declared_tables(empty: Database) -> None:
    await empty.migrate()
    async with empty.writing() as connection:
        assert await connection.run_sync(difference) == []
        assert await connection.run_sync(checks) == {
            (name, str(rule.name))
            for name, table in METADATA.tables.items()
            for rule in table.constraints
            if isinstance(rule, CheckConstraint)
        }


async def test_every_closed_set_of_the_code_is_allowed(sqlite_url: str) -> None:
    """SQLite keeps the words of a CHECK, so the revisions can be compared with the enums."""
    async with Database(sqlite_url) as database, database.writing() as connection:
        for table in METADATA.tables.values():
            found = await connection.run_sync(
                lambda c, name=table.name: inspect(c).get_check_constraints(name)
            )
            declared = {str(r.sqltext) for r in table.constraints if isinstance(r, CheckConstraint)}
            assert {check["sqltext"] for check in found} == declared


async def test_migrating_again_changes_nothing(empty: Database) -> None:
    await empty.migrate()
    key = await empty.signing_key()
    await empty.migrate()
    assert await empty.signing_key() == key


async def test_several_processes_start_together(empty: Database) -> None:
    same = [Database(empty._url.render_as_string(hide_password=False)) for _ in range(3)]
    await asyncio.gather(*(database.migrate() for database in same))
    await empty.check()
    for database in same:
        await database.close()


async def test_a_database_of_a_newer_program_is_refused(empty: Database) -> None:
    await empty.migrate()
    async with empty.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for attempt in (empty.migrate, empty.check):
        with pytest.raises(StoreUnavailable, match="newer mailagent"):
            await attempt()


async def test_an_older_database_is_refused_until_it_is_migrated(empty: Database) -> None:
    await empty.migrate()
    async with empty.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(StoreUnavailable, match="older mailagent"):
        await empty.check()


async def test_a_database_without_tables_is_refused(postgresql_url: str) -> None:
    async with Database(postgresql_url) as database:
        with pytest.raises(StoreUnavailable, match="no tables yet"):
            await database.check()
        with pytest.raises(StoreUnavailable, match="not set up yet"):
            await database.signing_key()


async def test_a_migration_that_fails_leaves_nothing(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_connection: Connection) -> None:
        raise RuntimeError("killed half way")

    with monkeypatch.context() as patch:
        patch.setattr("mailagent.store.migrate._check_references", fail)
        with pytest.raises(RuntimeError):
            await empty.migrate()
    async with empty.writing() as connection:
        assert await connection.run_sync(lambda c: inspect(c).get_table_names()) == []
    await empty.migrate()


def test_company_leads_every_key_and_index() -> None:
    whole_installation = {"installation", "leases"}
    for name in METADATA.tables.keys() - whole_installation:
        table = METADATA.tables[name]
        assert table.primary_key.columns.keys()[0] == "company", name
        assert all(index.columns.keys()[0] == "company" for index in table.indexes), name
