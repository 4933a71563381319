"""The world around the daemon in one run: people who read, write and pay, and a view of it all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from mailagent.core.calendar import Calendar
from mailagent.core.decisions import Filing
from mailagent.core.invoice import normalise_number
from mailagent.core.outbox import OutboxState
from mailagent.flows.intake import import_invoices, import_payments
from mailagent.flows.setup import Setup
from mailagent.sandbox.accountant import clear_the_desk
from mailagent.sandbox.acts import Act, Pay, Post
from mailagent.sandbox.board import rows
from mailagent.sandbox.characters import react
from mailagent.sandbox.correspondence import ReadMail, read
from mailagent.sandbox.evidence import Evidence, read_books
from mailagent.sandbox.fast_clock import FastClock
from mailagent.sandbox.imap_server import ImapServer
from mailagent.sandbox.news import Newsroom
from mailagent.sandbox.paper import invoice_pdf
from mailagent.sandbox.scene import Scene
from mailagent.sandbox.smtp_server import SmtpLog, SmtpServer, SubmittedMail
from mailagent.sandbox.story import Story, invoices_csv, payments_csv
from mailagent.sandbox.view import Row, Tally, View
from mailagent.store.database import Database

PAGE = 500
CURSORS = {"INBOX": "inbox", "Sent": "sent"}  # folder -> the daemon's name for it


class World:
    """Everyone outside the daemon, and what they have done so far."""

    def __init__(
        self, story: Story, calendar: Calendar, clock: FastClock, folder: Path, view: View
    ) -> None:
        self.story = story
        self.log = SmtpLog(folder / "smtp.jsonl")
        self.to_come: list[Act] = []  # not yet on the director's list
        self._calendar = calendar
        self._clock = clock
        self.view = view
        self._newsroom = Newsroom(ZoneInfo(story.company.timezone))
        self._exported_until = date.min
        self._told = 0  # journal entries the view has seen
        self._read: dict[str, list[ReadMail]] = {}  # customer -> reminders
        self._posts: list[Post] = []
        self._pays: list[Pay] = []
        self._last_uid: dict[str, int] = {}  # folder -> the newest mail that people put there

    def connect(self, setup: Setup, db: Database, imap: ImapServer, smtp: SmtpServer) -> None:
        """Give the people servers to write to, and books to write in."""
        self._setup, self._db, self._imap, self._smtp = setup, db, imap, smtp

    def accept(self, mail: SubmittedMail) -> None:
        """The SMTP server took a mail: log it, and let its reader make up his mind."""
        opened = read(mail.raw, mail.at)
        self.log.add(mail, opened.invoices)
        for debtor in self.story.debtors:
            if debtor.contact.address in mail.recipients:
                mails = self._read.setdefault(debtor.ref, [])
                mails.append(opened)
                self.to_come += react(Scene(self.story, debtor, self._calendar, tuple(mails)))

    async def perform(self, act: Act) -> None:
        """A mail arrives, or money does."""
        if isinstance(act, Post):
            stored = await self._imap.deliver(act.raw, act.folder, act.at)
            self._last_uid[act.folder] = stored.uid
            self._posts.append(act)
            return
        kind = "avoir" if act.is_credit_note else ""
        line = payments_csv(act.invoice, act.amount, act.at.date(), act.reference, kind)
        await import_payments("bank.csv", line, {}, self._setup, self._db, self._clock.now())
        self._pays.append(act)

    async def open_the_day(self, day: date) -> None:
        """The accounting program hands over what was invoiced since the last working day."""
        issued = self.story.issued(self._exported_until, day)
        self._exported_until = day
        if issued:
            papers = {
                normalise_number(bill.number): invoice_pdf(self.story.company, debtor, bill)
                for debtor, bill in issued
            }
            export, now = invoices_csv(issued), self._clock.now()
            await import_invoices("export.csv", export, {}, papers, self._setup, self._db, now)

    async def have_coffee(self) -> None:
        """Claire looks at what waits for her."""
        await clear_the_desk(self._setup, self._db, self._clock.now())

    async def is_at_rest(self) -> bool:
        """True when every mail that people wrote is filed and none is on its way out."""
        if self._smtp.is_busy:
            return False
        async with self._db.snapshot(self.story.company.id) as tx:
            for folder, uid in self._last_uid.items():
                cursor = await tx.mailboxes.get(CURSORS[folder])
                if cursor is None or cursor.last_uid < uid:
                    return False
        return True

    async def is_all_filed(self) -> bool:
        """True when the daemon's own copies in Sent are filed as well."""
        for folder in CURSORS:
            mails = await self._imap.mails(folder)
            self._last_uid[folder] = max((mail.uid for mail in mails), default=0)
        async with self._db.snapshot(self.story.company.id) as tx:
            unfiled = await tx.outbox.unfiled(1)
        return not unfiled and await self.is_at_rest()

    async def show(self) -> Mapping[str, Row]:
        """Tell the view what is new in the journal; returns how everyone stands."""
        company = self.story.company.id
        async with self._db.snapshot(company) as tx:
            entries = await tx.journal.entries(self._told, PAGE)
            accounts = await tx.accounts.load_many(await tx.customers.all_refs())
            sent = (await tx.outbox.counts())[OutboxState.SENT]
            filed = await tx.inbox.counts()
            waiting = await tx.reviews.count()
        standing = rows(
            accounts.values(), self._setup.sequence, self._clock.now(), self._newsroom.zone
        )
        understood = filed[Filing.APPLIED] + filed[Filing.WAITING]
        self.view.state(self._clock.now(), standing, Tally(sent, understood, waiting))
        for entry in entries:
            self._told = entry.seq
            if news := self._newsroom.tell(entry):
                self.view.news(news)
        return standing

    async def evidence(self) -> Evidence:
        """Both sides of the story, for the self-check."""
        mailbox = [mail for folder in CURSORS for mail in await self._imap.mails(folder)]
        return Evidence(
            story=self.story,
            calendar=self._calendar,
            submitted=tuple(self.log.mails),
            mailbox=tuple(mailbox),
            posts=tuple(self._posts),
            pays=tuple(self._pays),
            books=await read_books(self._db, self.story.company.id),
        )
