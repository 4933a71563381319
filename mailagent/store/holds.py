"""Holds: placed on evidence, ended by a person, a payment or their own date."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select, update

from mailagent.core.hold import Hold, HoldReason
from mailagent.store.repository import Repository
from mailagent.store.tables import holds


class Holds(Repository):
    """The only thing that stops a sequence."""

    async def place(
        self,
        customer: str,
        invoice: str | None,
        reason: HoldReason,
        since: datetime,
        until: datetime | None,
        evidence: str,
        mail: str | None = None,
    ) -> int:
        """Stop the sequence of the customer, or of one invoice; the hold's id."""
        placed = await self._next_id(holds)
        values = {
            "id": placed, "customer": customer, "invoice": invoice, "reason": reason.value,
            "since": since, "until": until, "evidence": evidence, "mail": mail,
        }  # fmt: skip
        await self._add(holds, values)
        return placed

    async def lift(self, hold: int, at: datetime) -> bool:
        """End it; False when it was not there or had ended before."""
        ended = update(holds).where(
            self._own(holds), holds.c.id == hold, holds.c.lifted_at.is_(None)
        )
        return await self._run(ended.values(lifted_at=at)) == 1

    async def active(self, customer: str, now: datetime) -> tuple[Hold, ...]:
        """Those that stop something now, oldest first."""
        rows = await self._all(
            select(holds)
            .where(
                self._own(holds),
                holds.c.customer == customer,
                holds.c.lifted_at.is_(None),
                or_(holds.c.until.is_(None), holds.c.until > now),
            )
            .order_by(holds.c.id)
        )
        return tuple(hold_from(row) for row in rows)

    async def expiring(self, now: datetime) -> tuple[Hold, ...]:
        """Close those whose date has passed, and tell which they were; each is told once."""
        ended = (
            update(holds)
            .where(self._own(holds), holds.c.lifted_at.is_(None), holds.c.until <= now)
            .values(lifted_at=holds.c.until)
            .returning(holds)
        )
        closed = (hold_from(row) for row in await self._all(ended))
        return tuple(sorted(closed, key=lambda hold: hold.id))


def hold_from(row: Row[Any]) -> Hold:
    """The core value of one row."""
    return Hold(
        id=row.id,
        customer=row.customer,
        invoice=row.invoice,
        reason=HoldReason(row.reason),
        since=row.since,
        until=row.until,
        evidence=row.evidence,
        mail=row.mail,
        lifted_at=row.lifted_at,
    )
