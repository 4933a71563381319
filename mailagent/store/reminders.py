"""Reminders: which steps each customer and each invoice has had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, select, update

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


_SENT = (
    update(reminders)
    .where(
        reminders.c.company == bindparam("of"),
        reminders.c.customer == bindparam("to"),
        reminders.c.step == bindparam("by"),
        reminders.c.cycle == bindparam("number"),
    )
    .values(sent_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class Queued:
    """A reminder on its way."""

    customer: str
    step: str
    cycle: int
    channel: Channel
    invoices: Sequence[str]  # all that are in it
    advanced: Sequence[tuple[str, str]]  # (invoice, its own step)
    outbox_id: int | None = None


class Reminders(Repository):
    """Promise P5: one per (company, customer, step, cycle), and one live step per invoice."""

    async def add_all(self, queued: Sequence[Queued], planned_for: date) -> None:
        """Record them, live. An invoice that already had its step is a bug, told by the database."""
        lines = [line | {"company": self._company} for each in queued for line in _lines_of(each)]
        rows = [
            {
                "company": self._company, **_key_of(each), "channel": each.channel.value,
                "planned_for": planned_for, "live": True, "outbox_id": each.outbox_id,
            }
            for each in queued
        ]  # fmt: skip
        await self._insert_many(reminders, rows)
        await self._insert_many(reminder_invoices, lines)

    async def set_live(self, customer: str, step: str, cycle: int, *, live: bool) -> None:
        """False: it never reached the customer, the step is free again."""
        for table in (reminders, reminder_invoices):
            of = update(table).where(self._is(table, customer, step, cycle))
            await self._run(of.values(live=live))

    async def mark_all_sent(self, keys: Iterable[_Key], at: datetime) -> None:
        """They left."""
        given = [
            {"of": self._company, "to": customer, "by": step, "number": cycle, "at": at}
            for customer, step, cycle in keys
        ]
        if given:
            await self._connection.execute(_SENT, given)

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


def _key_of(queued: Queued) -> dict[str, Any]:
    return {"customer": queued.customer, "step": queued.step, "cycle": queued.cycle}


def _lines_of(queued: Queued) -> list[dict[str, Any]]:
    """One row for each invoice in the mail."""
    steps = dict(queued.advanced)
    if len(steps) != len(queued.advanced) or not steps.keys() <= set(queued.invoices):
        raise ValueError(f"each invoice advances once and is in the mail: {queued.advanced}")
    return [
        {
            **_key_of(queued), "invoice": invoice, "position": position,
            "advanced_to": steps.get(invoice), "live": True,
        }
        for position, invoice in enumerate(queued.invoices)
    ]  # fmt: skip


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
