"""Changes to an account, each written together with its journal entry.

Replaying these entries from empty gives the present accounts (`core/replay.py`): a change that does not
go through here would break that, so no flow touches these tables directly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from mailagent.core.customer import Customer, Promise, PromiseState
from mailagent.core.decisions import Cause
from mailagent.core.delivery import Delivery
from mailagent.core.hold import Hold, HoldReason
from mailagent.core.invoice import Books, Invoice
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.core.plan import Due
from mailagent.store.journal import Note
from mailagent.store.reminders import Queued
from mailagent.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that arrived for an invoice, or a credit note issued on it."""

    invoice: str
    amount: int  # minor units
    currency: str
    booked_on: date
    reference: str  # the bank's, or the credit note's number
    key: str  # equal keys are the same payment, however often it is imported


@dataclass(frozen=True, slots=True)
class Records:
    """The pen of one transaction: writes facts and says why."""

    tx: Transaction
    cause: Cause
    now: datetime

    async def _journal(self, event: str, subject: str, data: dict[str, Any]) -> None:
        await self.tx.journal.append(event, subject, data, self.cause, self.now)

    async def note(self, event: str, subject: str, data: dict[str, Any]) -> None:
        """Journal something that changes no account (a mail was filed, a brake was pulled)."""
        await self._journal(event, subject, data)

    async def customer(self, customer: Customer) -> bool:
        """Create or change a customer; False when nothing is new."""
        if not await self.tx.customers.upsert(customer):
            return False
        contacts = [
            {"address": c.address, "name": c.name, "language": c.language}
            for c in customer.contacts
        ]
        await self._journal(
            "customer.imported",
            customer.ref,
            {
                "ref": customer.ref,
                "name": customer.name,
                "language": customer.language,
                "country": customer.country,
                "contacts": contacts,
            },
        )
        return True

    async def invoice(self, invoice: Invoice) -> str:
        """Create or change an invoice; returns "new", "changed" or "same"."""
        change = await self.tx.invoices.upsert(invoice)
        if change != "same":
            await self._journal("invoice.imported", invoice.number, _invoice_data(invoice))
        return change

    async def document(self, invoice: Invoice, digest: str) -> None:
        """The PDF of an invoice is in the content store."""
        await self.tx.invoices.attach_document(invoice.number, digest)
        data = _invoice_data(replace(invoice, document=digest))
        await self._journal("invoice.imported", invoice.number, data)

    async def payment(self, payment: Payment) -> bool:
        """Record money; False when this payment is known already."""
        new = await self.tx.payments.record(
            payment.invoice,
            payment.amount,
            payment.currency,
            payment.booked_on,
            payment.reference,
            payment.key,
        )
        if new:
            await self._journal("payment.recorded", payment.invoice, _payment_data(payment))
        return new

    async def credit_note(self, credit: Payment) -> bool:
        """Record a credit note; False when it is known already."""
        new = await self.tx.credit_notes.record(
            credit.invoice,
            credit.amount,
            credit.currency,
            credit.booked_on,
            credit.reference,
            credit.key,
        )
        if new:
            data = _payment_data(credit) | {"number": credit.reference}
            await self._journal("credit_note.recorded", credit.invoice, data)
        return new

    async def close_invoice(self, number: str, books: Books) -> None:
        """What the books say changed: void, written off, or open again."""
        await self.tx.invoices.set_books(number, books)
        await self._journal("invoice.closed", number, {"number": number, "books": books.value})

    async def hold(
        self,
        customer: str,
        invoice: str | None,
        reason: HoldReason,
        until: datetime | None,
        evidence: str,
        mail: str | None = None,
    ) -> int:
        """Place a hold and return its id."""
        hold_id = await self.tx.holds.place(
            customer, invoice, reason, self.now, until, evidence, mail
        )
        await self._journal(
            "hold.placed",
            invoice or customer,
            {
                "id": hold_id,
                "customer": customer,
                "invoice": invoice,
                "reason": reason.value,
                "since": self.now.isoformat(),
                "until": until.isoformat() if until else None,
                "evidence": evidence,
                "mail": mail,
            },
        )
        return hold_id

    async def lift(self, hold: Hold) -> None:
        """End a hold before its time."""
        await self.tx.holds.lift(hold.id, self.now)
        await self._journal(
            "hold.lifted",
            hold.invoice or hold.customer,
            {"id": hold.id, "at": self.now.isoformat()},
        )

    async def expire(self, hold: Hold) -> None:
        """Note that a hold's time is over."""
        at = hold.until or self.now
        await self.tx.holds.lift(hold.id, at)
        await self._journal(
            "hold.expired", hold.invoice or hold.customer, {"id": hold.id, "at": at.isoformat()}
        )

    async def promise(
        self, customer: str, invoice: str, pay_by: date, amount: int | None, evidence: str
    ) -> None:
        """Record a customer's word; an earlier open one for the invoice is replaced."""
        account = await self.tx.accounts.load(customer)
        for earlier in account.promises if account else ():
            if earlier.invoice == invoice and earlier.state is PromiseState.OPEN:
                await self.promise_became(earlier, PromiseState.REPLACED)
        promise_id = await self.tx.promises.record(
            customer, invoice, pay_by, amount, self.now, evidence
        )
        await self._journal(
            "promise.recorded",
            invoice,
            {
                "id": promise_id,
                "customer": customer,
                "invoice": invoice,
                "pay_by": pay_by.isoformat(),
                "amount": amount,
                "made_at": self.now.isoformat(),
            },
        )

    async def promise_became(self, promise: Promise, state: PromiseState) -> None:
        """A promise was kept, broken or replaced."""
        await self.tx.promises.set_state(promise.id, state)
        await self._journal(f"promise.{state.value}", promise.invoice, {"id": promise.id})

    async def reminders_queued(
        self, queued: Sequence[tuple[Due, int | None]], planned_for: date
    ) -> None:
        """Steps are on their way, each under its key (company, customer, step, cycle) and its outbox id."""
        rows = [
            Queued(
                due.customer, due.step.id, due.cycle, due.step.channel, due.invoices, due.advanced,
                outbox_id,
            )
            for due, outbox_id in queued
        ]  # fmt: skip
        await self.tx.reminders.add_all(rows, planned_for)
        notes = [
            Note(event, subject, data, self.cause)
            for due, outbox_id in queued
            for event, subject, data in _queued(due, outbox_id, planned_for)
        ]
        await self.tx.journal.append_all(notes, self.now)

    async def reminders_sent(self, sent: Sequence[tuple[OutboxMail, Cause]]) -> None:
        """The server has them, as each cause says: their steps count as done."""
        keys = [(mail.customer, mail.step, mail.cycle) for mail, _ in sent]
        await self.tx.reminders.mark_all_sent(keys, self.now)
        at = {"at": self.now.isoformat()}
        notes = [
            Note("reminder.sent", mail.customer, _reminder_data(mail) | at, cause)
            for mail, cause in sent
        ]
        await self.tx.journal.append_all(notes, self.now)

    async def confirm_sent(self, mail: OutboxMail, evidence: str) -> None:
        """A mail in doubt is proven to have left."""
        proven = Delivery(OutboxState.SENT, evidence)
        await self.tx.outbox.record(mail.id, None, proven, None, self.now)
        await self.reminders_sent(((mail, self.cause),))

    async def reminder_dropped(self, mail: OutboxMail, event: str, reason: str) -> None:
        """It never reached the customer ("reminder.cancelled", "reminder.refused"): the step is free again."""
        await self.tx.reminders.set_live(mail.customer, mail.step, mail.cycle, live=False)
        await self._journal(event, mail.customer, _reminder_data(mail) | {"reason": reason})

    async def suppress(self, address: str, reason: str) -> None:
        """Never write to this address again."""
        if await self.tx.suppressions.add(address, reason, self.now):
            await self._journal(
                "address.suppressed", address, {"address": address, "reason": reason}
            )


def _payment_data(payment: Payment) -> dict[str, Any]:
    return {
        "invoice": payment.invoice,
        "amount": payment.amount,
        "currency": payment.currency,
        "paid_on": payment.booked_on.isoformat(),
        "reference": payment.reference,
    }


def _queued(
    due: Due, outbox_id: int | None, planned_for: date
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Event, subject and data of each entry about a step on its way."""
    data = {
        "customer": due.customer,
        "step": due.step.id,
        "cycle": due.cycle,
        "channel": due.step.channel.value,
        "invoices": list(due.invoices),
        "advanced": [list(a) for a in due.advanced],
        "planned_for": planned_for.isoformat(),
        "outbox_id": outbox_id,
    }
    yield "reminder.queued", due.customer, data
    for invoice, step in due.skipped:
        skipped = {"customer": due.customer, "invoice": invoice, "step": step}
        yield "reminder.skipped", invoice, skipped


def _reminder_data(mail: OutboxMail) -> dict[str, Any]:
    return {"customer": mail.customer, "step": mail.step, "cycle": mail.cycle, "outbox_id": mail.id}


def _invoice_data(invoice: Invoice) -> dict[str, Any]:
    return {
        "number": invoice.number,
        "customer": invoice.customer,
        "issued_on": invoice.issued_on.isoformat(),
        "due_on": invoice.due_on.isoformat(),
        "amount": invoice.total.amount,
        "currency": invoice.total.currency,
        "purchase_order": invoice.purchase_order,
        "document": invoice.document,
    }
