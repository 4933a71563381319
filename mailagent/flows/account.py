"""What follows at once when anything about a customer's account changed."""

from __future__ import annotations

from mailagent.core.customer import Account, PromiseState
from mailagent.core.outbox import OutboxMail
from mailagent.core.wanted import Freshness, NotWanted, still_wanted
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup

TASKS = frozenset({"call", "letter", "hand_over"})  # kinds of review that a payment answers


async def account_changed(customer: str, records: Records, setup: Setup) -> None:
    """Settle what the new facts settle, cancel queued mail they make wrong, and plan again soon."""
    account = await records.tx.accounts.load(customer)
    if account is None:
        return
    await _settle(account, records, setup)
    account = await records.tx.accounts.load(customer)
    assert account is not None
    for mail in await records.tx.outbox.waiting_for(customer):
        verdict = wanted_but_for_time(mail, account, records, setup)
        if isinstance(verdict, NotWanted):
            await cancel(mail, verdict.reason, records)
    await records.tx.customers.look_again(customer, records.now)


async def cancel(mail: OutboxMail, reason: str, records: Records) -> None:
    """Take a mail that was never sent out of the queue; its step is free again."""
    await records.tx.outbox.cancel(mail.id, reason)
    await records.reminder_dropped(mail, "reminder.cancelled", reason)


def wanted_but_for_time(
    mail: OutboxMail, account: Account, records: Records, setup: Setup
) -> object:
    """`still_wanted` on the facts alone, as if mail and clock stood well."""
    fresh = Freshness(inbox_read_at=records.now, sent_read_at=records.now)
    return still_wanted(
        mail, account, setup.sequence, setup.calendar, setup.company.policy, fresh, "", records.now
    )


async def _settle(account: Account, records: Records, setup: Setup) -> None:
    """A paid invoice needs no holds, no promises and no tasks any more."""
    settled = {i.number for i in account.invoices if i.is_settled(setup.sequence.tolerance)}
    for hold in account.holds:
        if hold.invoice in settled and hold.is_active(records.now):
            await records.lift(hold)
    for promise in account.promises:
        if promise.invoice in settled and promise.state is PromiseState.OPEN:
            await records.promise_became(promise, PromiseState.KEPT)
    for review in await records.tx.reviews.list_open(account.customer.ref):
        if review.kind in TASKS and settled.issuperset(review.invoices):
            await records.tx.reviews.close(review.id, "paid", records.now)
