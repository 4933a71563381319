"""Mailboxes: how far each folder was read, and when last to its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from mailagent.store.repository import Repository
from mailagent.store.tables import mailboxes


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far one folder was read."""

    folder: str
    uidvalidity: int
    last_uid: int  # every mail up to here is filed
    first_seen_at: datetime  # mail older than this was there before us
    read_at: datetime | None  # when it was last read to the end (P1); None: never


class Mailboxes(Repository):
    """Cursors by folder."""

    async def get(self, folder: str) -> Cursor | None:
        """Where to go on, or None for a folder never seen."""
        row = await self._first(
            select(mailboxes).where(self._own(mailboxes), mailboxes.c.folder == folder)
        )
        if row is None:
            return None
        return Cursor(row.folder, row.uidvalidity, row.last_uid, row.first_seen_at, row.read_at)

    async def save(self, folder: str, uidvalidity: int, last_uid: int, at: datetime) -> None:
        """Move the cursor. The first call for a folder also notes `at` as the day it was first seen."""
        place = {"uidvalidity": uidvalidity, "last_uid": last_uid}
        moved = self._insert(mailboxes, {"folder": folder, "first_seen_at": at, **place})
        await self._run(
            moved.on_conflict_do_update(index_elements=["company", "folder"], set_=place)
        )

    async def mark_read(self, folder: str, at: datetime) -> None:
        """The folder was read to its end."""
        of = update(mailboxes).where(self._own(mailboxes), mailboxes.c.folder == folder)
        await self._run(of.values(read_at=at))

    async def freshness(self) -> dict[str, datetime | None]:
        """When each folder was last read to its end."""
        rows = await self._all(
            select(mailboxes.c.folder, mailboxes.c.read_at).where(self._own(mailboxes))
        )
        return {row.folder: row.read_at for row in rows}
