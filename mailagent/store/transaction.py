"""One unit of work over one company: every repository, on the same connection."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from mailagent.store.accounts import Accounts
from mailagent.store.companies import Companies
from mailagent.store.contents import Contents
from mailagent.store.customers import Customers
from mailagent.store.holds import Holds
from mailagent.store.inbox import Inbox
from mailagent.store.invoices import CreditNotes, Invoices, Payments
from mailagent.store.journal import Journal
from mailagent.store.mailboxes import Mailboxes
from mailagent.store.outbox import Outbox
from mailagent.store.promises import Promises
from mailagent.store.reminders import Reminders
from mailagent.store.reviews import Reviews
from mailagent.store.suppressions import Suppressions
from mailagent.store.switches import Switches


class Transaction:
    """What `Database.transaction` and `Database.snapshot` give; committed by them, never here."""

    def __init__(self, connection: AsyncConnection, company: str) -> None:
        self.company = company
        self.accounts = Accounts(connection, company)
        self.companies = Companies(connection, company)
        self.contents = Contents(connection, company)
        self.credit_notes = CreditNotes(connection, company)
        self.customers = Customers(connection, company)
        self.holds = Holds(connection, company)
        self.inbox = Inbox(connection, company)
        self.invoices = Invoices(connection, company)
        self.journal = Journal(connection, company)
        self.mailboxes = Mailboxes(connection, company)
        self.outbox = Outbox(connection, company)
        self.payments = Payments(connection, company)
        self.promises = Promises(connection, company)
        self.reminders = Reminders(connection, company)
        self.reviews = Reviews(connection, company)
        self.suppressions = Suppressions(connection, company)
        self.switches = Switches(connection, company)
