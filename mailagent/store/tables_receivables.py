"""Tables of what is owed: customers, invoices, payments, holds, promises, reminders."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import Field

from mailagent.core.customer import PromiseState
from mailagent.core.hold import HoldReason
from mailagent.core.invoice import Books
from mailagent.core.sequence import Channel
from mailagent.store.schema import FreeText, Row, one_of, table_of


class CompanyRow(Row, table=True):
    __tablename__ = "companies"

    company: str = Field(primary_key=True)
    name: str = Field(sa_type=FreeText)


class CustomerRow(Row, table=True):
    __tablename__ = "customers"
    __table_args__ = (
        ForeignKeyConstraint(["company"], ["companies.company"]),
        # the planning tick: cost follows what is due, not what is stored
        Index(
            "ix_customers_due",
            "company",
            "next_look_at",
            postgresql_where=text("next_look_at IS NOT NULL"),
            sqlite_where=text("next_look_at IS NOT NULL"),
        ),
    )

    company: str = Field(primary_key=True)
    ref: str = Field(primary_key=True)
    name: str = Field(sa_type=FreeText)
    language: str
    country: str
    next_look_at: datetime | None


class ContactRow(Row, table=True):
    __tablename__ = "contacts"
    __table_args__ = (
        ForeignKeyConstraint(["company", "customer"], ["customers.company", "customers.ref"]),
        Index(None, "company", "lookup"),
        Index(None, "company", "domain"),
    )

    company: str = Field(primary_key=True)
    customer: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    address: str
    lookup: str  # the address as compared: lower case
    domain: str  # lower case
    name: str = Field(sa_type=FreeText)
    language: str


class InvoiceRow(Row, table=True):
    __tablename__ = "invoices"
    __table_args__ = (
        ForeignKeyConstraint(["company", "customer"], ["customers.company", "customers.ref"]),
        one_of("books", Books),
        Index(None, "company", "customer"),
        Index(None, "company", "normalised"),
    )

    company: str = Field(primary_key=True)
    number: str = Field(primary_key=True)
    normalised: str  # as compared: core.invoice.normalise_number
    customer: str
    issued_on: date
    due_on: date
    total: int = Field(sa_type=BigInteger)
    currency: str
    paid: int = Field(sa_type=BigInteger)  # sum of payments, kept in their transaction
    credited: int = Field(sa_type=BigInteger)  # sum of credit notes, likewise
    books: str
    document: str | None
    purchase_order: str


class PaymentRow(Row, table=True):
    __tablename__ = "payments"
    __table_args__ = (
        ForeignKeyConstraint(["company", "invoice"], ["invoices.company", "invoices.number"]),
        Index(None, "company", "invoice"),
    )

    company: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    invoice: str
    amount: int = Field(sa_type=BigInteger)  # negative: taken back (a bounced direct debit)
    currency: str
    paid_on: date
    reference: str = Field(sa_type=FreeText)


class CreditNoteRow(Row, table=True):
    __tablename__ = "credit_notes"
    __table_args__ = (
        ForeignKeyConstraint(["company", "invoice"], ["invoices.company", "invoices.number"]),
        Index(None, "company", "invoice"),
    )

    company: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    invoice: str
    amount: int = Field(sa_type=BigInteger)
    currency: str
    issued_on: date
    reference: str = Field(sa_type=FreeText)


class HoldRow(Row, table=True):
    __tablename__ = "holds"
    __table_args__ = (
        ForeignKeyConstraint(["company", "customer"], ["customers.company", "customers.ref"]),
        ForeignKeyConstraint(["company", "invoice"], ["invoices.company", "invoices.number"]),
        one_of("reason", HoldReason),
        Index(None, "company", "customer"),
        Index(
            "ix_holds_expiring",
            "company",
            "until",
            postgresql_where=text("lifted_at IS NULL"),
            sqlite_where=text("lifted_at IS NULL"),
        ),
    )

    company: str = Field(primary_key=True)
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    customer: str
    invoice: str | None
    reason: str
    since: datetime
    until: datetime | None
    evidence: str = Field(sa_type=FreeText)
    mail: str | None
    lifted_at: datetime | None


class PromiseRow(Row, table=True):
    __tablename__ = "promises"
    __table_args__ = (
        ForeignKeyConstraint(["company", "customer"], ["customers.company", "customers.ref"]),
        ForeignKeyConstraint(["company", "invoice"], ["invoices.company", "invoices.number"]),
        one_of("state", PromiseState),
        Index(None, "company", "customer"),
        Index(None, "company", "state", "pay_by"),
    )

    company: str = Field(primary_key=True)
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    customer: str
    invoice: str
    pay_by: date
    amount: int | None = Field(sa_type=BigInteger)
    made_at: datetime
    evidence: str = Field(sa_type=FreeText)
    state: str


class ReminderRow(Row, table=True):
    """Promise P5: the key is (company, customer, step, cycle)."""

    __tablename__ = "reminders"
    __table_args__ = (
        ForeignKeyConstraint(["company", "customer"], ["customers.company", "customers.ref"]),
        ForeignKeyConstraint(["company", "outbox_id"], ["outbox.company", "outbox.id"]),
        one_of("channel", Channel),
        CheckConstraint("cycle >= 0", name="cycle"),
    )

    company: str = Field(primary_key=True)
    customer: str = Field(primary_key=True)
    step: str = Field(primary_key=True)
    cycle: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    channel: str
    planned_for: date
    live: bool
    sent_at: datetime | None
    outbox_id: int | None = Field(sa_type=BigInteger)


class ReminderInvoiceRow(Row, table=True):
    """The invoices of a reminder, and the step each one reached with it."""

    __tablename__ = "reminder_invoices"
    __table_args__ = (
        ForeignKeyConstraint(
            ["company", "customer", "step", "cycle"],
            ["reminders.company", "reminders.customer", "reminders.step", "reminders.cycle"],
        ),
        ForeignKeyConstraint(["company", "invoice"], ["invoices.company", "invoices.number"]),
        # one invoice reaches one step once; a reminder that never left frees it again
        Index(
            "uq_reminder_invoices_live",
            "company",
            "invoice",
            "advanced_to",
            unique=True,
            postgresql_where=text("live"),
            sqlite_where=text("live"),
        ),
    )

    company: str = Field(primary_key=True)
    customer: str = Field(primary_key=True)
    step: str = Field(primary_key=True)
    cycle: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    invoice: str = Field(primary_key=True)
    position: int  # order in the mail
    advanced_to: str | None  # the invoice's own step; None: listed, but not moved
    live: bool  # as in the reminder


companies = table_of(CompanyRow)
customers = table_of(CustomerRow)
contacts = table_of(ContactRow)
invoices = table_of(InvoiceRow)
payments = table_of(PaymentRow)
credit_notes = table_of(CreditNoteRow)
holds = table_of(HoldRow)
promises = table_of(PromiseRow)
reminders = table_of(ReminderRow)
reminder_invoices = table_of(ReminderInvoiceRow)
