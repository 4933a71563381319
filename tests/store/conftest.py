"""The same tests on both databases, each test with an empty database of its own."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from mailagent.store.database import Database
from tests.peers.postgresql import PostgresqlServer

COMPANY = "acme"
numbers = itertools.count(1)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy: migrating for every test would take most of the time."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    asyncio.run(set_up(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql: PostgresqlServer) -> Iterator[str]:
    """The name of a migrated database to copy."""
    with postgresql.database("store_template") as url:
        asyncio.run(set_up(url))
        yield "store_template"


async def set_up(url: str) -> None:
    async with Database(url) as database:
        await database.migrate()
        for company in (COMPANY, "other"):
            async with database.transaction(company) as tx:
                await tx.companies.upsert(company, company.title())


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "mailagent.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_copy(postgresql: PostgresqlServer, postgresql_template: str) -> Iterator[str]:
    name = f"store{next(numbers)}"
    postgresql.run(f"CREATE DATABASE {name} TEMPLATE {postgresql_template}")
    yield postgresql.address.rpartition("/")[0].replace("://", "+psycopg://") + f"/{name}"
    postgresql.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite_url", "postgresql_copy"], ids=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database with two companies."""
    address: str = request.getfixturevalue(request.param)
    return address


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    async with Database(url) as database:
        yield database
