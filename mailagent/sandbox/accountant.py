"""What Claire does at her desk: approve mails, make calls, and let go on what she has talked over."""

from __future__ import annotations

from datetime import datetime

from mailagent.core.customer import Account
from mailagent.core.decisions import Cause, CauseKind
from mailagent.core.hold import HoldReason
from mailagent.core.outbox import OutboxState
from mailagent.flows.orders import resume
from mailagent.flows.outgoing import APPROVAL, approve
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup
from mailagent.sandbox.story import ACCOUNTANT
from mailagent.store.database import Database
from mailagent.store.reviews import Review

MANY = 100
DONE_BY_COFFEE = frozenset({"call", "letter"})


async def clear_the_desk(setup: Setup, db: Database, now: datetime) -> None:
    """Everything that can be done before the coffee gets cold."""
    async with db.transaction(setup.company.id) as tx:
        records = Records(tx, Cause(CauseKind.PERSON, ACCOUNTANT.name), now)
        for mail in await tx.outbox.list((OutboxState.HELD,), MANY):
            if mail.reason == APPROVAL:
                await approve(mail.id, records, setup)
        accounts = await tx.accounts.load_many(await tx.customers.all_refs())
        for account in accounts.values():
            if _can_go_on(account, now):
                await resume(account.customer.ref, records, setup)
        for review in await tx.reviews.list_open():
            if _is_dealt_with(review, accounts.get(review.customer or "")):
                await tx.reviews.close(review.id, ACCOUNTANT.name, now)


def _is_dealt_with(review: Review, customer: Account | None) -> bool:
    """True for what she has done by then; a brake is no part of the story, and stays to be seen."""
    if review.kind == "brake":
        return False
    return review.kind in DONE_BY_COFFEE or customer is None or not _owes_reminded(customer)


def _can_go_on(account: Account, now: datetime) -> bool:
    """True when only an unread mail is in the way, and what it was about is talked over or paid."""
    active = [hold for hold in account.holds if hold.is_active(now)]
    if {hold.reason for hold in active} != {HoldReason.NOT_UNDERSTOOD}:
        return False
    talked = any(
        hold.reason is HoldReason.HUMAN_TALK and hold.since > active[-1].since
        for hold in account.holds
    )
    return talked or not _owes_reminded(account)


def _owes_reminded(account: Account) -> bool:
    """True while something he was reminded of is unpaid."""
    reminded = {number for reminder in account.reminders for number in reminder.invoices}
    return any(invoice.number in reminded for invoice in account.open_invoices())
