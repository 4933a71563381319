"""The inbox: every received mail once, and where it ended (promise P4)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Row, func, select

from mailagent.core.decisions import Filing
from mailagent.core.journal import JSON, canonical
from mailagent.store.repository import Repository, in_chunks
from mailagent.store.tables import inbox, inbox_failures


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """A received mail as filed."""

    id: int
    mailbox: str
    uidvalidity: int
    uid: int
    digest: str  # sha256 of the raw bytes
    message_id: str
    sender: str
    subject: str
    received_at: datetime
    filing: Filing
    reason: str
    customer: str | None
    summary: Mapping[str, JSON]


_COLUMNS = tuple(field.name for field in fields(ReceivedMail))


class Inbox(Repository):
    """Mails by position (mailbox, UIDVALIDITY, UID) and by content."""

    async def seen(self, mailbox: str, uidvalidity: int, uid: int) -> bool:
        """Whether the mail at this position was filed."""
        return uid in await self.seen_of(mailbox, uidvalidity, (uid,))

    async def seen_of(self, mailbox: str, uidvalidity: int, uids: Iterable[int]) -> frozenset[int]:
        """Those of the positions that were filed."""
        found: set[int] = set()
        for chunk in in_chunks(uids):
            rows = await self._all(
                select(inbox.c.uid).where(
                    self._own(inbox),
                    inbox.c.mailbox == mailbox,
                    inbox.c.uidvalidity == uidvalidity,
                    inbox.c.uid.in_(chunk),
                )
            )
            found.update(row.uid for row in rows)
        return frozenset(found)

    async def add_all(self, mails: Sequence[ReceivedMail]) -> None:
        """File mails in this order; their ids are given here."""
        first = await self._next_id(inbox)
        rows = [
            _values(mail) | {"company": self._company, "id": first + n}
            for n, mail in enumerate(mails)
        ]
        await self._insert_many(inbox, rows)

    async def add(
        self,
        mailbox: str,
        uidvalidity: int,
        uid: int,
        *,
        digest: str,
        message_id: str,
        sender: str,
        subject: str,
        received_at: datetime,
        filing: Filing,
        reason: str,
        customer: str | None = None,
        summary: Mapping[str, JSON] | None = None,
    ) -> int:
        """File a mail; its id. A position already filed is a bug, told by the database."""
        filed = await self._next_id(inbox)
        mail = ReceivedMail(
            filed, mailbox, uidvalidity, uid, digest, message_id, sender, subject, received_at,
            filing, reason, customer, summary or {},
        )  # fmt: skip
        await self._add(inbox, _values(mail))
        return filed

    async def get(self, mail: int) -> ReceivedMail | None:
        """One mail, or None."""
        of = select(inbox).where(self._own(inbox), inbox.c.id == mail)
        return next(iter(await self._mails(of)), None)

    async def digests(self, asked: Iterable[str]) -> frozenset[str]:
        """Those of the contents that were filed, at whatever position."""
        found: set[str] = set()
        for chunk in in_chunks(asked):
            of = select(inbox.c.digest).where(self._own(inbox), inbox.c.digest.in_(chunk))
            found.update(row.digest for row in await self._all(of))
        return frozenset(found)

    async def list(self, filing: Filing, limit: int) -> tuple[ReceivedMail, ...]:
        """Mails that ended there, newest first."""
        of = select(inbox).where(self._own(inbox), inbox.c.filing == filing.value)
        return await self._mails(of.order_by(inbox.c.id.desc()).limit(limit))

    async def counts(self) -> dict[Filing, int]:
        """How many mails ended where; the sum is all mail received."""
        rows = await self._all(
            select(inbox.c.filing, func.count().label("mails"))
            .where(self._own(inbox))
            .group_by(inbox.c.filing)
        )
        return dict.fromkeys(Filing, 0) | {Filing(row.filing): row.mails for row in rows}

    async def record_failure(self, mailbox: str, uidvalidity: int, uid: int, error: str) -> int:
        """We stumbled over the mail at this position; how often by now."""
        first = self._insert(
            inbox_failures,
            {
                "mailbox": mailbox, "uidvalidity": uidvalidity, "uid": uid,
                "attempts": 1, "error": error,
            },
        )  # fmt: skip
        counted = first.on_conflict_do_update(
            index_elements=["company", "mailbox", "uidvalidity", "uid"],
            set_={"attempts": inbox_failures.c.attempts + 1, "error": first.excluded.error},
        )
        return int(await self._scalar(counted.returning(inbox_failures.c.attempts)))

    async def _mails(self, statement: Executable) -> tuple[ReceivedMail, ...]:
        return tuple(_received(row) for row in await self._all(statement))


def _values(mail: ReceivedMail) -> dict[str, Any]:
    """The row of a mail, but for company and id."""
    values = {column: getattr(mail, column) for column in _COLUMNS}
    values["filing"] = mail.filing.value
    values["summary"] = canonical(mail.summary)
    return values


def _received(row: Row[Any]) -> ReceivedMail:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    del values["company"]
    values["filing"] = Filing(row.filing)
    values["summary"] = json.loads(row.summary)
    return ReceivedMail(**values)
