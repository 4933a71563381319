"""A customer and everything a decision needs to know about his account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mailagent.core.hold import Hold
from mailagent.core.invoice import Invoice


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or function to write to."""

    address: str
    name: str = ""
    language: str = ""  # empty: the customer's
    suppressed: str = ""  # why we no longer write there; empty = we may


@dataclass(frozen=True, slots=True)
class Customer:
    """Who owes."""

    company: str
    ref: str  # the creditor's customer number
    name: str
    language: str = ""  # empty: the company's
    country: str = ""  # ISO 3166-1 alpha-2; empty: the company's
    contacts: tuple[Contact, ...] = ()  # first usable one receives

    def recipient(self) -> Contact | None:
        """The contact to write to, or None when every address is suppressed."""
        return next((c for c in self.contacts if not c.suppressed), None)


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    REPLACED = "replaced"  # a newer promise took its place


@dataclass(frozen=True, slots=True)
class Promise:
    """A customer's word to pay."""

    id: int
    invoice: str
    pay_by: date
    amount: int | None  # minor units; None: the whole balance
    made_at: datetime
    state: PromiseState = PromiseState.OPEN
    customer: str = ""  # who gave it


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder as recorded: the key (company, customer, step, cycle) of promise P5."""

    step: str
    cycle: int  # how many mails of this step this customer had before
    invoices: tuple[str, ...]  # every invoice in the mail
    advanced: tuple[tuple[str, str], ...]  # (invoice, its own step): those that moved with it
    planned_for: date
    live: bool  # False: cancelled or refused before it reached the customer, so the step is free again
    channel: str = "email"
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A snapshot of one customer: the input of every decision about him."""

    customer: Customer
    invoices: tuple[Invoice, ...]  # open and settled
    holds: tuple[Hold, ...] = ()
    promises: tuple[Promise, ...] = ()
    reminders: tuple[Reminder, ...] = ()  # oldest first

    def invoice(self, number: str) -> Invoice | None:
        """The invoice of that number, or None."""
        return next((i for i in self.invoices if i.number == number), None)

    def open_invoices(self, tolerance: int = 0) -> tuple[Invoice, ...]:
        """Invoices still worth chasing, oldest due first."""
        left = (i for i in self.invoices if not i.is_settled(tolerance))
        return tuple(sorted(left, key=lambda i: (i.due_on, i.number)))
