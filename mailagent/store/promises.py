"""Promises to pay."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select, update

from mailagent.core.customer import Promise, PromiseState
from mailagent.store.repository import Repository
from mailagent.store.tables import promises


class Promises(Repository):
    """What customers said they would pay, and by when."""

    async def record(
        self,
        customer: str,
        invoice: str,
        pay_by: date,
        amount: int | None,
        made_at: datetime,
        evidence: str,
    ) -> int:
        """Note the customer's word; an earlier open one for this invoice is replaced. The new id."""
        open_before = update(promises).where(
            self._own(promises),
            promises.c.customer == customer,
            promises.c.invoice == invoice,
            promises.c.state == PromiseState.OPEN.value,
        )
        await self._run(open_before.values(state=PromiseState.REPLACED.value))
        noted = await self._next_id(promises)
        values = {
            "id": noted, "customer": customer, "invoice": invoice, "pay_by": pay_by,
            "amount": amount, "made_at": made_at, "evidence": evidence,
            "state": PromiseState.OPEN.value,
        }  # fmt: skip
        await self._add(promises, values)
        return noted

    async def open_due(self, today: date) -> tuple[Promise, ...]:
        """Open promises whose day is over: kept or broken, the books decide."""
        rows = await self._all(
            select(promises)
            .where(
                self._own(promises),
                promises.c.state == PromiseState.OPEN.value,
                promises.c.pay_by < today,
            )
            .order_by(promises.c.pay_by, promises.c.id)
        )
        return tuple(promise_from(row) for row in rows)

    async def set_state(self, promise: int, state: PromiseState) -> bool:
        """What became of it; False for an unknown id."""
        of = update(promises).where(self._own(promises), promises.c.id == promise)
        return await self._run(of.values(state=state.value)) == 1


def promise_from(row: Row[Any]) -> Promise:
    """The core value of one row."""
    return Promise(
        id=row.id,
        invoice=row.invoice,
        pay_by=row.pay_by,
        amount=row.amount,
        made_at=row.made_at,
        state=PromiseState(row.state),
        customer=row.customer,
    )
