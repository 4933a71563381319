"""Why an invoice stands where it stands (promise P8): facts, holds with their quotes, plan, journal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mailagent.core.customer import Account
from mailagent.core.hold import Hold
from mailagent.core.invoice import Invoice, normalise_number
from mailagent.core.journal import Entry
from mailagent.core.plan import Silence, plan
from mailagent.core.standing import standing
from mailagent.flows.setup import Setup
from mailagent.store.database import Database


async def why(number: str, setup: Setup, db: Database, now: datetime) -> dict[str, Any]:
    """Everything that made one invoice's standing. Raises LookupError for an unknown number."""
    async with db.snapshot(setup.company.id) as tx:
        found = await tx.invoices.by_normalised((normalise_number(number),))
        exact = [f for f in found if f[1] == number] or list(found)
        if len(exact) != 1:
            rivals = ", ".join(f[1] for f in exact)
            told = (
                f"could be {rivals}: write it in full."
                if exact
                else "is not known: check the number, or import it first."
            )
            raise LookupError(f"Invoice {number} {told}")
        _, number, ref = exact[0]
        account = await tx.accounts.load(ref)
        assert account is not None, "an invoice has a customer"
        invoice = account.invoice(number)
        assert invoice is not None, "the account holds its invoices"
        journal = sorted(
            (*await tx.journal.for_subject(number), *await tx.journal.for_subject(ref)),
            key=lambda entry: entry.seq,
        )
    return _explanation(invoice, account, journal, setup, now)


def _explanation(
    invoice: Invoice, account: Account, journal: list[Entry], setup: Setup, now: datetime
) -> dict[str, Any]:
    stands = standing(invoice, account, setup.sequence, setup.calendar.local(now))
    number = invoice.number
    return {
        "invoice": number,
        "customer": {"ref": account.customer.ref, "name": account.customer.name},
        "standing": stands.kind.value,
        "since": stands.since,
        "until": stands.until,
        "due_on": invoice.due_on,
        "days_past_due": invoice.days_past_due(setup.calendar.local_date(now)),
        "amount": invoice.total.amount,
        "paid": invoice.paid,
        "credited": invoice.credited,
        "balance_due": invoice.balance_due.amount,
        "currency": invoice.total.currency,
        "holds": [_hold(h, now) for h in account.holds if h.covers(number)],
        "promises": [p for p in account.promises if p.invoice == number],
        "reminders": [
            {
                "step": dict(r.advanced).get(number, r.step),
                "planned_for": r.planned_for,
                "sent_at": r.sent_at,
                "channel": r.channel,
                "live": r.live,
            }
            for r in account.reminders
            if number in r.invoices
        ],
        "next": _next(number, account, setup, now),
        "journal": [_entry(e) for e in journal if _concerns(e, number)],
    }


def _next(number: str, account: Account, setup: Setup, now: datetime) -> dict[str, Any]:
    """What happens next to this invoice, or why nothing does."""
    answer = plan(account, setup.sequence, setup.calendar, setup.company.policy, now)
    if not isinstance(answer, Silence):
        step = dict(answer.advanced).get(number)
        if step:
            return {"step": step, "on": setup.calendar.local_date(now), "reason": "due now"}
        return {"step": None, "on": None, "reason": "another invoice of this customer is due now"}
    mine = next((s for s in answer.per_invoice if s.invoice == number), None)
    if mine is None:
        return {"step": None, "on": answer.until, "reason": answer.reason.value}
    return {
        "step": mine.next_step or None,
        "on": mine.next_on,
        "reason": mine.reason.value,
        "until": mine.until,
    }


def _hold(hold: Hold, now: datetime) -> dict[str, Any]:
    return {
        "id": hold.id,
        "reason": hold.reason.value,
        "whole_customer": hold.invoice is None,
        "since": hold.since,
        "until": hold.until,
        "active": hold.is_active(now),
        "lifted_at": hold.lifted_at,
        "evidence": hold.evidence,
        "mail": hold.mail,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at": entry.at,
        "event": entry.event,
        "data": dict(entry.data),
        "cause": {"kind": entry.cause.kind.value, "ref": entry.cause.ref},
    }


def _concerns(entry: Entry, number: str) -> bool:
    """False for entries about the customer that name only other invoices."""
    invoice = entry.data.get("invoice")
    if isinstance(invoice, str):
        return invoice == number
    invoices = entry.data.get("invoices")
    return not isinstance(invoices, list) or not invoices or number in invoices
