"""The journal, append-only; `core/journal.py` says what its chain proves."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, select

from mailagent.core.decisions import Cause, CauseKind
from mailagent.core.journal import JSON, Entry, canonical, next_entry
from mailagent.store.repository import Repository
from mailagent.store.schema import storable
from mailagent.store.tables import journal

_NEWEST = (
    select(journal)
    .where(journal.c.company == bindparam("company"))
    .order_by(journal.c.seq.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Note:
    """What an entry is to say, before it has its place in the chain."""

    event: str
    subject: str
    data: Mapping[str, JSON]
    cause: Cause


class Journal(Repository):
    """Everything that changed, with its cause."""

    _last: Entry | None = None  # what this transaction wrote last: nobody else appends meanwhile

    async def append(
        self, event: str, subject: str, data: Mapping[str, JSON], cause: Cause, at: datetime
    ) -> Entry:
        """Write the next entry of this company."""
        (entry,) = await self.append_all((Note(event, subject, data, cause),), at)
        return entry

    async def append_all(self, notes: Sequence[Note], at: datetime) -> tuple[Entry, ...]:
        """Write the next entries of this company, in this order."""
        entries: list[Entry] = []
        rows: list[dict[str, Any]] = []
        last = self._last or await self._newest()
        for note in notes:
            data = canonical(note.data)
            last = next_entry(
                last,
                company=self._company,
                at=at,
                event=note.event,
                subject=storable(note.subject),
                data=json.loads(data),  # as it will be read: tuples are lists
                cause=Cause(note.cause.kind, storable(note.cause.ref)),
            )
            entries.append(last)
            rows.append(_values(last, data))
        await self._insert_many(journal, rows)
        self._last = last
        return tuple(entries)

    async def entries(self, after_seq: int, limit: int) -> tuple[Entry, ...]:
        """Entries in order, to be read page by page."""
        return await self._read(
            select(journal)
            .where(self._own(journal), journal.c.seq > after_seq)
            .order_by(journal.c.seq)
            .limit(limit)
        )

    async def for_subject(self, subject: str) -> tuple[Entry, ...]:
        """Everything about one invoice, customer or mail, in order."""
        return await self._read(
            select(journal)
            .where(self._own(journal), journal.c.subject == subject)
            .order_by(journal.c.seq)
        )

    async def last_at(self) -> datetime | None:
        """When the newest entry was written, by the clock of then."""
        newest = await self._newest()
        return newest.at if newest else None

    async def _newest(self) -> Entry | None:
        newest = await self._connection.execute(_NEWEST, {"company": self._company})
        row = newest.first()
        return _entry(row) if row else None

    async def _read(self, statement: Select[Any]) -> tuple[Entry, ...]:
        return tuple(_entry(row) for row in await self._all(statement))


def _values(entry: Entry, data: str) -> dict[str, Any]:
    return {
        "company": entry.company, "seq": entry.seq, "at": entry.at, "event": entry.event,
        "subject": entry.subject, "data": data, "cause_kind": entry.cause.kind.value,
        "cause_ref": entry.cause.ref, "previous": entry.previous, "hash": entry.hash,
    }  # fmt: skip


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        company=row.company,
        seq=row.seq,
        at=row.at,
        event=row.event,
        subject=row.subject,
        data=json.loads(row.data),
        cause=Cause(CauseKind(row.cause_kind), row.cause_ref),
        previous=row.previous,
        hash=row.hash,
    )
