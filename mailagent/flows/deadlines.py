"""What the calendar alone changes: holds that end, promises that were not kept."""

from __future__ import annotations

from mailagent.core.customer import PromiseState
from mailagent.core.decisions import Cause, CauseKind
from mailagent.flows.account import account_changed
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup
from mailagent.store.transaction import Transaction


async def pass_deadlines(tx: Transaction, setup: Setup, records: Records) -> int:
    """End what is over, break what was not kept; returns how many accounts changed."""
    touched: dict[str, None] = {}
    for hold in await tx.holds.expiring(records.now):
        await records.expire(hold)
        touched[hold.customer] = None
    today = setup.calendar.local_date(records.now)
    for promise in await tx.promises.open_due(today):
        invoice = await tx.invoices.get(promise.invoice)
        if invoice is None or any(
            hold.covers(promise.invoice) and hold.reason == "promise"
            for hold in await tx.holds.active(invoice.customer, records.now)
        ):
            continue  # its own hold lasts one working day longer, so that the bank can book
        settled = invoice.is_settled(setup.sequence.tolerance)
        await records.promise_became(promise, PromiseState.KEPT if settled else PromiseState.BROKEN)
        touched[invoice.customer] = None
    for customer in touched:
        await account_changed(customer, records, setup)
    return len(touched)


def clock_cause(what: str) -> Cause:
    """The cause of a change that only time brought about."""
    return Cause(CauseKind.CLOCK, what)
