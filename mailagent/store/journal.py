"""The journal, append-only; `core/journal.py` says what its chain proves."""

from __future__ import annotations

import json
from collections.abc import Mapping
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


class Journal(Repository):
    """Everything that changed, with its cause."""

    _last: Entry | None = None  # what this transaction wrote last: nobody else appends meanwhile

    async def append(
        self, event: str, subject: str, data: Mapping[str, JSON], cause: Cause, at: datetime
    ) -> Entry:
        """Write the next entry of this company."""
        entry = next_entry(
            self._last or await self._newest(),
            company=self._company,
            at=at,
            event=event,
            subject=storable(subject),
            data=json.loads(canonical(data)),  # as it will be read: tuples are lists
            cause=Cause(cause.kind, storable(cause.ref)),
        )
        values = {
            "seq": entry.seq, "at": at, "event": event, "subject": entry.subject,
            "data": canonical(entry.data), "cause_kind": cause.kind.value,
            "cause_ref": entry.cause.ref, "previous": entry.previous, "hash": entry.hash,
        }  # fmt: skip
        await self._add(journal, values)
        self._last = entry
        return entry

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

    async def _newest(self) -> Entry | None:
        newest = await self._connection.execute(_NEWEST, {"company": self._company})
        row = newest.first()
        return _entry(row) if row else None

    async def _read(self, statement: Select[Any]) -> tuple[Entry, ...]:
        return tuple(_entry(row) for row in await self._all(statement))


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
