"""Reviews: what waits for a person."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from mailagent.store.repository import Repository, in_chunks
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
        asked = Review(0, kind, customer, tuple(invoices), question, evidence, at)
        (review,) = await self.open_all((asked,))
        return review

    async def open_all(self, asked: Sequence[Review]) -> tuple[int, ...]:
        """Ask several in this order: for each the id given here, or that of the same one already open."""
        prints = [_fingerprint(review) for review in asked]
        known = await self._waiting(prints)
        following = await self._next_id(reviews) if known.keys() < set(prints) else 0
        rows: list[dict[str, Any]] = []
        for review, fingerprint in zip(asked, prints, strict=True):
            if fingerprint not in known:
                known[fingerprint] = following + len(rows)
                rows.append(self._values(review, known[fingerprint], fingerprint))
        await self._insert_many(reviews, rows)
        return tuple(known[fingerprint] for fingerprint in prints)

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

    async def _waiting(self, prints: Iterable[str]) -> dict[str, int]:
        """The open questions with these fingerprints."""
        found: dict[str, int] = {}
        for chunk in in_chunks(prints):
            of = select(reviews.c.fingerprint, reviews.c.id).where(
                self._own(reviews),
                reviews.c.fingerprint.in_(chunk),
                reviews.c.closed_at.is_(None),
            )
            found |= {row.fingerprint: row.id for row in await self._all(of)}
        return found

    def _values(self, review: Review, number: int, fingerprint: str) -> dict[str, Any]:
        return {
            "company": self._company, "id": number, "kind": review.kind,
            "customer": review.customer, "invoices": json.dumps(review.invoices),
            "question": review.question, "evidence": review.evidence, "fingerprint": fingerprint,
            "opened_at": review.opened_at, "closed_by": "",
        }  # fmt: skip

    async def count(self) -> int:
        """How many wait."""
        waiting = select(func.count()).where(self._own(reviews), reviews.c.closed_at.is_(None))
        return int(await self._scalar(waiting))


def _fingerprint(review: Review) -> str:
    same = json.dumps([review.kind, review.customer, sorted(review.invoices), review.question])
    return hashlib.sha256(same.encode()).hexdigest()
