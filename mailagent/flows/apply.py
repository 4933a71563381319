"""Carry out decisions, inside the caller's transaction: one match over the closed set."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from mailagent.core.decisions import (
    AskStaff,
    ConfirmSent,
    Decision,
    FileMail,
    PlaceHold,
    RecordPromise,
    Suppress,
)
from mailagent.core.hold import Hold
from mailagent.core.outbox import OutboxState
from mailagent.flows.account import account_changed
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup


async def apply(
    decisions: Iterable[Decision], records: Records, setup: Setup, mail: str | None = None
) -> FileMail | None:
    """Write every decision; returns how the mail is filed, for the inbox row.

    `mail` is the content hash of the mail that made us decide. Accounts touched are looked at again, and
    queued mail that is no longer wanted is cancelled in the same transaction.
    """
    filing: FileMail | None = None
    touched: dict[str, None] = {}
    for decision in decisions:
        if isinstance(decision, FileMail):
            filing = decision
        else:
            touched |= dict.fromkeys(await _carry_out(decision, records, mail))
    for customer in touched:
        await account_changed(customer, records, setup)
    return filing


async def _carry_out(
    decision: PlaceHold | RecordPromise | Suppress | ConfirmSent | AskStaff,
    records: Records,
    mail: str | None,
) -> tuple[str, ...]:
    """Write one decision; returns the customers whose account it changed."""
    match decision:
        case PlaceHold(customer=customer):
            await _place_hold(decision, records, mail)
            return (customer,)
        case RecordPromise(customer=customer, pay_by=pay_by, amount=amount, evidence=evidence):
            for invoice in decision.invoices:
                await records.promise(customer, invoice, pay_by, amount, evidence)
            return (customer,)
        case Suppress(address=address, reason=reason):
            await records.suppress(address, reason)
            return await records.tx.customers.by_address(address)
        case ConfirmSent():
            await _confirm_sent(decision, records)
        case AskStaff(customer=about, invoices=invoices, question=question, evidence=evidence):
            await records.tx.reviews.open("mail", about, invoices, question, evidence, records.now)
        case _:
            assert_never(decision)
    return ()


async def _place_hold(decision: PlaceHold, records: Records, mail: str | None) -> None:
    invoices: tuple[str | None, ...] = decision.invoices or (None,)
    active = await records.tx.holds.active(decision.customer, records.now)
    for invoice in invoices:
        if any(_says_as_much(hold, decision, invoice) for hold in active):
            continue  # ten thousand automatic answers are one silence, and the account stays small
        await records.hold(
            decision.customer, invoice, decision.reason, decision.until, decision.evidence, mail
        )


def _says_as_much(hold: Hold, decision: PlaceHold, invoice: str | None) -> bool:
    """True for a hold of the same scope and reason that lasts at least as long."""
    lasts = hold.until is None or (decision.until is not None and hold.until >= decision.until)
    return (hold.invoice, hold.reason) == (invoice, decision.reason) and lasts


async def _confirm_sent(decision: ConfirmSent, records: Records) -> None:
    """A mail in doubt reached the other side; one that is not in doubt needs no proof."""
    mail = await records.tx.outbox.get(decision.outbox_id)
    if mail is None or mail.state is not OutboxState.UNKNOWN:
        return
    await records.confirm_sent(mail, decision.evidence)
