"""The same tests on both databases, each test with an empty database."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from mailagent.store.database import Database
from mailagent.store.tables import METADATA, companies
from tests.peers.postgresql import PostgresqlServer


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy: migrating for every test would take most of the time."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    asyncio.run(set_up(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: PostgresqlServer) -> Iterator[str]:
    """One database for all tests: making one for each would take most of the time."""
    with postgresql.database("store") as url:
        asyncio.run(set_up(url))
        yield url


async def set_up(url: str) -> None:
    async with Database(url) as database:
        await database.migrate()
        for company in ("acme", "other"):
            async with database.transaction(company) as tx:
                await tx.companies.upsert(company, company.title())


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "mailagent.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def emptied_postgresql(migrated_postgresql: str) -> str:
    tables = [table.name for table in reversed(METADATA.sorted_tables) if table is not companies]
    with psycopg.connect(migrated_postgresql.replace("+psycopg", "")) as connection:
        for table in tables:
            connection.execute(f"DELETE FROM {table}".encode())
    return migrated_postgresql


@pytest.fixture(params=["sqlite_url", "emptied_postgresql"], ids=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database with two companies."""
    address: str = request.getfixturevalue(request.param)
    return address


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    async with Database(url) as database:
        yield database
