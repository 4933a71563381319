"""Reminders: which steps each customer and each invoice has had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, select, update

from mailagent.core.customer import Reminder
from mailagent.core.sequence import Channel
from mailagent.store.repository import Repository, of_customers
from mailagent.store.tables import reminder_invoices, reminders

_Key = tuple[str, str, int]  # customer, step, cycle

_REMINDERS = of_customers(
    select(reminders).order_by(reminders.c.planned_for, reminders.c.cycle, reminders.c.step),
    reminders,
    "customer",
)
_LINES = of_customers(
    select(reminder_invoices).order_by(reminder_invoices.c.position), reminder_invoices, "customer"
)


class Reminders(Repository):
    """Promise P5: one per (company, customer, step, cycle), and one live step per invoice."""

    async def add(
        self,
        customer: str,
        step: str,
        cycle: int,
        channel: Channel,
        invoices: Sequence[str],
        advanced: Sequence[tuple[str, str]],
        planned_for: date,
        outbox_id: int | None = None,
    ) -> None:
        """Record it, live. An invoice that already had its step is a bug, told by the database."""
        steps = dict(advanced)
        if len(steps) != len(advanced) or not steps.keys() <= set(invoices):
            raise ValueError(f"each invoice advances once and is in the mail: {advanced}")
        values = {
            "customer": customer, "step": step, "cycle": cycle, "channel": channel.value,
            "planned_for": planned_for, "live": True, "outbox_id": outbox_id,
        }  # fmt: skip
        await self._add(reminders, values)
        rows = [
            {
                "company": self._company, "customer": customer, "step": step, "cycle": cycle,
                "invoice": invoice, "position": position,
                "advanced_to": steps.get(invoice), "live": True,
            }
            for position, invoice in enumerate(invoices)
        ]  # fmt: skip
        await self._insert_many(reminder_invoices, rows)

    async def set_live(self, customer: str, step: str, cycle: int, *, live: bool) -> None:
        """False: it never reached the customer, the step is free again."""
        for table in (reminders, reminder_invoices):
            of = update(table).where(self._is(table, customer, step, cycle))
            await self._run(of.values(live=live))

    async def mark_sent(self, customer: str, step: str, cycle: int, at: datetime) -> None:
        """It left."""
        of = update(reminders).where(self._is(reminders, customer, step, cycle))
        await self._run(of.values(sent_at=at))

    async def of_customers(self, refs: list[str]) -> dict[str, list[Reminder]]:
        """Reminders by customer, oldest first."""
        lines = await self._lines(refs)
        rows = await self._of_customers(_REMINDERS, refs)
        found: dict[str, list[Reminder]] = defaultdict(list)
        for row in rows:
            found[row.customer].append(_reminder(row, lines[row.customer, row.step, row.cycle]))
        return found

    async def _lines(self, refs: list[str]) -> dict[_Key, list[Row[Any]]]:
        rows = await self._of_customers(_LINES, refs)
        lines: dict[_Key, list[Row[Any]]] = defaultdict(list)
        for row in rows:
            lines[row.customer, row.step, row.cycle].append(row)
        return lines

    def _is(self, table: Any, customer: str, step: str, cycle: int) -> Any:
        return and_(
            self._own(table),
            table.c.customer == customer,
            table.c.step == step,
            table.c.cycle == cycle,
        )


def _reminder(row: Row[Any], lines: list[Row[Any]]) -> Reminder:
    return Reminder(
        step=row.step,
        cycle=row.cycle,
        invoices=tuple(line.invoice for line in lines),
        advanced=tuple((line.invoice, line.advanced_to) for line in lines if line.advanced_to),
        planned_for=row.planned_for,
        live=row.live,
        channel=row.channel,
        sent_at=row.sent_at,
    )
