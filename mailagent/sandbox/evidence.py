"""What the self-check looks at: what happened outside the daemon, beside what the daemon wrote down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from mailagent.core.calendar import Calendar
from mailagent.core.customer import Account
from mailagent.core.journal import Entry
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.sandbox.acts import Pay, Post
from mailagent.sandbox.correspondence import ReadMail, read
from mailagent.sandbox.imap_server import StoredMail
from mailagent.sandbox.smtp_server import SubmittedMail
from mailagent.sandbox.story import Debtor, Story
from mailagent.store.database import Database
from mailagent.store.inbox import ReceivedMail
from mailagent.store.reviews import Review

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Reminded:
    """A mail to a customer as the SMTP server accepted it."""

    at: datetime
    debtor: Debtor
    mail: ReadMail
    submitted: SubmittedMail


@dataclass(frozen=True, slots=True)
class Books:
    """Everything the daemon wrote down."""

    received: tuple[ReceivedMail, ...]
    outbox: tuple[OutboxMail, ...]
    accounts: tuple[Account, ...]
    journal: tuple[Entry, ...]
    waiting: tuple[Review, ...]  # for a person


@dataclass(frozen=True)
class Evidence:
    """Both sides of the story, at its end."""

    story: Story
    calendar: Calendar
    # outside: the servers and the simulated people
    submitted: tuple[SubmittedMail, ...]
    mailbox: tuple[StoredMail, ...]  # INBOX and Sent
    posts: tuple[Post, ...]
    pays: tuple[Pay, ...]
    # inside: the database
    books: Books

    @cached_property
    def reminded(self) -> tuple[Reminded, ...]:
        """What went to customers, in order."""
        owner = {d.contact.address: d for d in self.story.debtors}
        return tuple(
            Reminded(m.at, owner[address], read(m.raw, m.at), m)
            for m in self.submitted
            for address in m.recipients
            if address in owner
        )

    @cached_property
    def filed_at(self) -> dict[str, datetime]:
        """When each mail was filed, by the hash of its bytes."""
        return {str(e.data["mail"]): e.at for e in self.books.journal if e.event == "mail.filed"}


async def read_books(db: Database, company: str) -> Books:
    """All of it, page by page."""
    async with db.snapshot(company) as tx:
        received: list[ReceivedMail] = []
        for filing in await tx.inbox.counts():
            received += await tx.inbox.list(filing, PAGE)
        outbox = await tx.outbox.list(tuple(OutboxState), PAGE)
        accounts = await tx.accounts.load_many(await tx.customers.all_refs())
        journal: list[Entry] = []
        while page := await tx.journal.entries(journal[-1].seq if journal else 0, PAGE):
            journal += page
        waiting = await tx.reviews.list_open()
    received.sort(key=lambda mail: mail.id)
    return Books(tuple(received), outbox, tuple(accounts.values()), tuple(journal), waiting)
