"""A house under attack: SQLite, because every threat here is above the database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from mailagent.store.database import Database
from tests.house import House


@pytest.fixture
async def house(tmp_path) -> AsyncIterator[House]:
    db = Database(f"sqlite:///{tmp_path}/mailagent.db")
    await db.migrate()
    house = await House.build(db)
    yield house
    await house.close()
