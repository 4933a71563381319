"""All tables. `company` leads every primary key and index, so they can be distributed by it."""

from mailagent.store.schema import METADATA
from mailagent.store.tables_mail import (
    UNFILED,
    ContentKind,
    contents,
    inbox,
    inbox_failures,
    mailboxes,
    outbox,
    suppressions,
)
from mailagent.store.tables_operation import installation, journal, leases, reviews, switches
from mailagent.store.tables_receivables import (
    companies,
    contacts,
    credit_notes,
    customers,
    holds,
    invoices,
    payments,
    promises,
    reminder_invoices,
    reminders,
)

__all__ = [
    "METADATA",
    "UNFILED",
    "ContentKind",
    "companies",
    "contacts",
    "contents",
    "credit_notes",
    "customers",
    "holds",
    "inbox",
    "inbox_failures",
    "installation",
    "invoices",
    "journal",
    "leases",
    "mailboxes",
    "outbox",
    "payments",
    "promises",
    "reminder_invoices",
    "reminders",
    "reviews",
    "suppressions",
    "switches",
]
