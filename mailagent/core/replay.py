"""Accounts rebuilt from the journal alone: proof that it tells everything that made them.

The result equals what the database holds, so an entry that is missing or changed shows as a difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from mailagent.core.customer import Account, Contact, Customer, Promise, PromiseState, Reminder
from mailagent.core.hold import Hold, HoldReason
from mailagent.core.invoice import Books, Invoice
from mailagent.core.journal import Entry
from mailagent.core.money import Money

_Data = Mapping[str, Any]
_Key = tuple[str, str, int]  # customer, step, cycle


@dataclass(slots=True)
class _Books:
    """The facts as they build up."""

    customers: dict[str, Customer] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    holds: dict[int, Hold] = field(default_factory=dict)
    promises: dict[int, Promise] = field(default_factory=dict)
    reminders: dict[_Key, Reminder] = field(default_factory=dict)
    suppressed: dict[str, str] = field(default_factory=dict)  # reason by address


def replay(entries: Iterable[Entry]) -> dict[str, Account]:
    """Every customer's account after these entries of one company, oldest first."""
    books = _Books()
    for entry in entries:
        change = _CHANGES.get(entry.event)  # other events change no account
        if change:
            change(books, entry.company, entry.data)
    return _accounts(books)


def _accounts(books: _Books) -> dict[str, Account]:
    invoices, holds, promises = (
        _by_customer(facts.values()) for facts in (books.invoices, books.holds, books.promises)
    )
    reminders: dict[str, list[Reminder]] = defaultdict(list)
    for (ref, _, _), reminder in books.reminders.items():
        reminders[ref].append(reminder)
    return {
        ref: Account(
            customer=replace(customer, contacts=_contacts(customer, books)),
            invoices=tuple(sorted(invoices[ref], key=lambda i: i.number)),
            holds=tuple(sorted(holds[ref], key=lambda h: h.id)),
            promises=tuple(sorted(promises[ref], key=lambda p: p.id)),
            reminders=tuple(sorted(reminders[ref], key=lambda r: (r.planned_for, r.cycle, r.step))),
        )
        for ref, customer in books.customers.items()
    }


def _by_customer(facts: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for fact in facts:
        found[fact.customer].append(fact)
    return found


def _contacts(customer: Customer, books: _Books) -> tuple[Contact, ...]:
    return tuple(
        replace(c, suppressed=books.suppressed.get(c.address.lower(), ""))
        for c in customer.contacts
    )


def _customer_imported(books: _Books, company: str, data: _Data) -> None:
    known = books.customers.get(data["ref"])
    contacts = tuple(Contact(c["address"], c["name"], c["language"]) for c in data["contacts"])
    if known and not contacts:  # an import without contacts leaves those we have
        contacts = known.contacts
    books.customers[data["ref"]] = Customer(
        company, data["ref"], data["name"], data["language"], data["country"], contacts
    )


def _invoice_imported(books: _Books, company: str, data: _Data) -> None:
    known = books.invoices.get(data["number"])
    header = {
        "customer": data["customer"],
        "issued_on": date.fromisoformat(data["issued_on"]),
        "due_on": date.fromisoformat(data["due_on"]),
        "total": Money(data["amount"], data["currency"]),
        "purchase_order": data["purchase_order"],
    }
    if known is None:
        known = Invoice(company, data["number"], **header)
    document = data["document"] or known.document
    books.invoices[known.number] = replace(known, **header, document=document)


def _payment_recorded(books: _Books, _company: str, data: _Data) -> None:
    invoice = books.invoices[data["invoice"]]
    books.invoices[invoice.number] = replace(invoice, paid=invoice.paid + data["amount"])


def _credit_note_recorded(books: _Books, _company: str, data: _Data) -> None:
    invoice = books.invoices[data["invoice"]]
    books.invoices[invoice.number] = replace(invoice, credited=invoice.credited + data["amount"])


def _invoice_closed(books: _Books, _company: str, data: _Data) -> None:
    invoice = books.invoices[data["number"]]
    books.invoices[invoice.number] = replace(invoice, books=Books(data["books"]))


def _hold_placed(books: _Books, _company: str, data: _Data) -> None:
    books.holds[data["id"]] = Hold(
        id=data["id"],
        customer=data["customer"],
        invoice=data["invoice"],
        reason=HoldReason(data["reason"]),
        since=datetime.fromisoformat(data["since"]),
        until=datetime.fromisoformat(data["until"]) if data["until"] else None,
        evidence=data["evidence"],
        mail=data["mail"],
    )


def _hold_ended(books: _Books, _company: str, data: _Data) -> None:
    hold = books.holds[data["id"]]
    if hold.lifted_at is None:  # it ends once
        books.holds[hold.id] = replace(hold, lifted_at=datetime.fromisoformat(data["at"]))


def _promise_recorded(books: _Books, _company: str, data: _Data) -> None:
    books.promises[data["id"]] = Promise(
        id=data["id"],
        invoice=data["invoice"],
        pay_by=date.fromisoformat(data["pay_by"]),
        amount=data["amount"],
        made_at=datetime.fromisoformat(data["made_at"]),
        customer=data["customer"],
    )


def _promise_became(state: PromiseState) -> Callable[[_Books, str, _Data], None]:
    def change(books: _Books, _company: str, data: _Data) -> None:
        books.promises[data["id"]] = replace(books.promises[data["id"]], state=state)

    return change


def _reminder_queued(books: _Books, _company: str, data: _Data) -> None:
    books.reminders[_key(data)] = Reminder(
        step=data["step"],
        cycle=data["cycle"],
        invoices=tuple(data["invoices"]),
        advanced=tuple((invoice, step) for invoice, step in data["advanced"]),
        planned_for=date.fromisoformat(data["planned_for"]),
        live=True,
        channel=data["channel"],
    )


def _reminder_sent(books: _Books, _company: str, data: _Data) -> None:
    key = _key(data)
    sent_at = datetime.fromisoformat(data["at"])
    books.reminders[key] = replace(books.reminders[key], sent_at=sent_at)


def _reminder_dropped(books: _Books, _company: str, data: _Data) -> None:
    key = _key(data)
    books.reminders[key] = replace(books.reminders[key], live=False)


def _address_suppressed(books: _Books, _company: str, data: _Data) -> None:
    books.suppressed.setdefault(data["address"].lower(), data["reason"])


def _key(data: _Data) -> _Key:
    return data["customer"], data["step"], data["cycle"]


_CHANGES: Mapping[str, Callable[[_Books, str, _Data], None]] = {
    "customer.imported": _customer_imported,
    "invoice.imported": _invoice_imported,
    "payment.recorded": _payment_recorded,
    "credit_note.recorded": _credit_note_recorded,
    "invoice.closed": _invoice_closed,
    "hold.placed": _hold_placed,
    "hold.lifted": _hold_ended,
    "hold.expired": _hold_ended,
    "promise.recorded": _promise_recorded,
    "promise.kept": _promise_became(PromiseState.KEPT),
    "promise.broken": _promise_became(PromiseState.BROKEN),
    "promise.replaced": _promise_became(PromiseState.REPLACED),
    "reminder.queued": _reminder_queued,
    "reminder.sent": _reminder_sent,
    "reminder.cancelled": _reminder_dropped,
    "reminder.refused": _reminder_dropped,
    "address.suppressed": _address_suppressed,
}
