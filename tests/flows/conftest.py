"""A house on each database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from mailagent.store.database import Database
from tests.house import House


@pytest.fixture(params=["sqlite", "postgresql"])
async def house(request: pytest.FixtureRequest, tmp_path) -> AsyncIterator[House]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/mailagent.db"
    else:
        url = request.getfixturevalue("postgresql_url")
    db = Database(url)
    await db.migrate()
    house = await House.build(db)
    yield house
    assert await house.is_replayed()  # whatever the test did, the journal tells it all
    await house.close()
