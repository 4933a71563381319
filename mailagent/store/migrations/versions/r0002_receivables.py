"""What is owed, and what was said about it."""

import sqlalchemy as sa
from alembic import op

from mailagent.store.migrations.parts import (
    big,
    check,
    day,
    flag,
    index,
    key,
    moment,
    number,
    of_company,
    of_customer,
    of_invoice,
    partial_index,
    refers,
    text,
    texts,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """In the order in which the tables refer to each other."""
    _customers()
    _invoices()
    _holds_and_promises()
    _reminders()


def _customers() -> None:
    op.create_table(
        "customers",
        *texts("company", "ref", "name", "language", "country"),
        moment("next_look_at", nullable=True),
        of_company("customers"),
        key("customers", "company", "ref"),
    )
    partial_index(
        "ix_customers_due",
        "customers",
        ("company", "next_look_at"),
        "next_look_at IS NOT NULL",
    )
    op.create_table(
        "contacts",
        *texts("company", "customer"),
        number("position"),
        *texts("address", "lookup", "domain", "name", "language"),
        of_customer("contacts"),
        key("contacts", "company", "customer", "position"),
    )
    index("contacts", "company", "lookup")
    index("contacts", "company", "domain")


def _invoices() -> None:
    op.create_table(
        "invoices",
        *texts("company", "number", "normalised", "customer"),
        day("issued_on"),
        day("due_on"),
        big("total"),
        text("currency"),
        big("paid"),
        big("credited"),
        text("books"),
        text("document", nullable=True),
        text("purchase_order"),
        check("invoices", "books", "books IN ('open', 'void', 'written_off')"),
        of_customer("invoices"),
        key("invoices", "company", "number"),
    )
    index("invoices", "company", "customer")
    index("invoices", "company", "normalised")
    for table, booked_on in (("payments", "paid_on"), ("credit_notes", "issued_on")):
        op.create_table(
            table,
            *texts("company", "key", "invoice"),
            big("amount"),
            text("currency"),
            day(booked_on),
            text("reference"),
            of_invoice(table),
            key(table, "company", "key"),
        )
        index(table, "company", "invoice")


def _holds_and_promises() -> None:
    op.create_table(
        "holds",
        text("company"),
        big("id"),
        text("customer"),
        text("invoice", nullable=True),
        text("reason"),
        moment("since"),
        moment("until", nullable=True),
        text("evidence"),
        text("mail", nullable=True),
        moment("lifted_at", nullable=True),
        check(
            "holds",
            "reason",
            "reason IN ('reply', 'not_understood', 'payment_claim', 'promise', 'payment_plan', "
            "'dispute', 'out_of_office', 'human_talk', 'insolvency', 'bounced', 'staff_order')",
        ),
        of_customer("holds"),
        of_invoice("holds"),
        key("holds", "company", "id"),
    )
    index("holds", "company", "customer")
    partial_index("ix_holds_expiring", "holds", ("company", "until"), "lifted_at IS NULL")
    op.create_table(
        "promises",
        text("company"),
        big("id"),
        *texts("customer", "invoice"),
        day("pay_by"),
        big("amount", nullable=True),
        moment("made_at"),
        *texts("evidence", "state"),
        check("promises", "state", "state IN ('open', 'kept', 'broken', 'replaced')"),
        of_customer("promises"),
        of_invoice("promises"),
        key("promises", "company", "id"),
    )
    index("promises", "company", "customer")
    index("promises", "company", "state", "pay_by")


def _reminders() -> None:
    reminder = ("company", "customer", "step", "cycle")
    op.create_table(
        "reminders",
        *texts("company", "customer", "step"),
        sa.Column("cycle", sa.Integer(), autoincrement=False, nullable=False),
        text("channel"),
        day("planned_for"),
        flag("live"),
        moment("sent_at", nullable=True),
        big("outbox_id", nullable=True),
        check("reminders", "channel", "channel IN ('email', 'letter', 'call', 'hand_over')"),
        check("reminders", "cycle", "cycle >= 0"),
        of_customer("reminders"),
        refers("reminders", ("company", "outbox_id"), "outbox", ("company", "id")),
        key("reminders", *reminder),
    )
    op.create_table(
        "reminder_invoices",
        *texts("company", "customer", "step"),
        sa.Column("cycle", sa.Integer(), autoincrement=False, nullable=False),
        text("invoice"),
        number("position"),
        text("advanced_to", nullable=True),
        flag("live"),
        refers("reminder_invoices", reminder, "reminders", reminder),
        of_invoice("reminder_invoices"),
        key("reminder_invoices", *reminder, "invoice"),
    )
    partial_index(
        "uq_reminder_invoices_live",
        "reminder_invoices",
        ("company", "invoice", "advanced_to"),
        "live",
        unique=True,
    )
