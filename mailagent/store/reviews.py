"""Reviews: what waits for a person."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from mailagent.store.repository import Repository
from mailagent.store.tables import reviews


@dataclass(frozen=True, slots=True)
class Review:
    """One question to a person."""

    id: int
    kind: str
    customer: str | None
    invoices: tuple[str, ...]
    question: str
    evidence: str
    opened_at: datetime


class Reviews(Repository):
    """The same question is asked once while it is open."""

    async def open(
        self,
        kind: str,
        customer: str | None,
        invoices: Sequence[str],
        question: str,
        evidence: str,
        at: datetime,
    ) -> int:
        """Ask; the id of the new question, or of the same one already open."""
        numbers = json.dumps(list(invoices))
        same = json.dumps([kind, customer, sorted(invoices), question])
        fingerprint = hashlib.sha256(same.encode()).hexdigest()
        waiting: int | None = await self._scalar(
            select(reviews.c.id).where(
                self._own(reviews),
                reviews.c.fingerprint == fingerprint,
                reviews.c.closed_at.is_(None),
            )
        )
        if waiting is not None:
            return waiting
        asked = await self._next_id(reviews)
        values = {
            "id": asked, "kind": kind, "customer": customer, "invoices": numbers,
            "question": question, "evidence": evidence, "fingerprint": fingerprint,
            "opened_at": at, "closed_by": "",
        }  # fmt: skip
        await self._add(reviews, values)
        return asked

    async def close(self, review: int, by: str, at: datetime) -> bool:
        """It is answered; False when it was not open."""
        of = update(reviews).where(
            self._own(reviews), reviews.c.id == review, reviews.c.closed_at.is_(None)
        )
        return await self._run(of.values(closed_by=by, closed_at=at)) == 1

    async def list_open(self, customer: str | None = None) -> tuple[Review, ...]:
        """What waits, about one customer or at all, oldest first."""
        waiting = select(reviews).where(self._own(reviews), reviews.c.closed_at.is_(None))
        if customer is not None:
            waiting = waiting.where(reviews.c.customer == customer)
        rows = await self._all(waiting.order_by(reviews.c.id))
        return tuple(
            Review(
                id=row.id,
                kind=row.kind,
                customer=row.customer,
                invoices=tuple(json.loads(row.invoices)),
                question=row.question,
                evidence=row.evidence,
                opened_at=row.opened_at,
            )
            for row in rows
        )

    async def count(self) -> int:
        """How many wait."""
        waiting = select(func.count()).where(self._own(reviews), reviews.c.closed_at.is_(None))
        return int(await self._scalar(waiting))
