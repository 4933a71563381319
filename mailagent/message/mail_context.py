"""Everything a template may say about one mail to one customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from mailagent.core.company import Company
from mailagent.core.invoice import Invoice
from mailagent.core.money import Money, sum_by_currency
from mailagent.core.sequence import Step
from mailagent.message.tokens import subject_token
from mailagent.message.wording import grouped

_USUAL_DELAY = timedelta(days=8)  # calendar days a formal notice usually grants


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One invoice as written in the mail."""

    number: str
    issued_on: date
    due_on: date
    total: Money  # including VAT
    balance: Money  # still owed
    paid: Money  # payments received; zero for none
    credited: Money  # credit notes; zero for none
    purchase_order: str = ""
    attached: bool = False  # its PDF comes with the mail

    @classmethod
    def of(cls, invoice: Invoice, *, attached: bool = False) -> InvoiceLine:
        """The line that states this invoice."""
        currency = invoice.total.currency
        return cls(
            number=invoice.number,
            issued_on=invoice.issued_on,
            due_on=invoice.due_on,
            total=invoice.total,
            balance=invoice.balance_due,
            paid=Money(invoice.paid, currency),
            credited=Money(invoice.credited, currency),
            purchase_order=invoice.purchase_order,
            attached=attached,
        )


@dataclass(frozen=True, slots=True)
class MailContext:
    """The facts of one mail; templates see each field and property under its own name."""

    company: Company
    customer: str  # name
    contact: str  # name of the person written to; may be empty
    language: str  # ISO 639-1
    step: Step
    invoices: tuple[InvoiceLine, ...]  # oldest due first, at least one
    today: date  # in the company's time zone
    customer_ref: str = ""  # the creditor's customer number
    deadline: date | None = None  # pay until; None: eight days from today
    broken_promise: date | None = None  # the day the customer had named
    previous_reminder: date | None = None  # the last mail about these invoices

    @property
    def overdue(self) -> tuple[InvoiceLine, ...]:
        """The lines past their due date."""
        return tuple(line for line in self.invoices if line.due_on < self.today)

    @property
    def upcoming(self) -> tuple[InvoiceLine, ...]:
        """The lines that fall due today or later."""
        return tuple(line for line in self.invoices if line.due_on >= self.today)

    @property
    def registration(self) -> str:
        """Our registration number as printed: a SIREN in groups of three."""
        number = self.company.legal.registration
        return grouped(number, 3) if self.company.legal.country == "FR" else number

    @property
    def subject_token(self) -> str:
        """What the subject must end with, so that answers are recognised."""
        return subject_token([line.number for line in self.invoices])

    def variables(self) -> dict[str, Any]:
        """The names a template can use."""
        overdue, upcoming = self.overdue, self.upcoming
        deadline = self.deadline or self.today + _USUAL_DELAY
        chased = overdue or upcoming  # what the mail is about
        return {
            "company": self.company,
            "registration": self.registration,
            "customer": self.customer,
            "customer_ref": self.customer_ref,
            "contact": self.contact,
            "language": self.language,
            "step": self.step,
            "invoices": self.invoices,
            "overdue": overdue,
            "upcoming": upcoming,
            "chased": chased,
            "several": len(chased) > 1,
            "partly_paid": all(line.paid.amount > 0 for line in chased),
            "some_paid": any(line.paid.amount > 0 for line in chased),
            "attached": tuple(line.number for line in self.invoices if line.attached),
            "totals": sum_by_currency(line.balance for line in chased),
            "today": self.today,
            "deadline": deadline,
            "deadline_days": (deadline - self.today).days,
            "broken_promise": self.broken_promise,
            "previous_reminder": self.previous_reminder,
            "subject_token": self.subject_token,
        }
