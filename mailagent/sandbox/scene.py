"""What a customer has before him when a reminder arrives, and the means he has to react."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time

from mailagent.core.calendar import Calendar
from mailagent.sandbox.acts import Author, Hush, Pay, Post
from mailagent.sandbox.clients import Client, write
from mailagent.sandbox.correspondence import Letter, ReadMail
from mailagent.sandbox.machines import arrived
from mailagent.sandbox.story import ACCOUNTANT, ZONE, Bill, Debtor, Story


@dataclass(frozen=True, slots=True)
class Scene:
    """A customer who has just read a reminder."""

    story: Story
    debtor: Debtor
    calendar: Calendar
    mails: tuple[ReadMail, ...]  # all reminders so far, this one last

    @property
    def mail(self) -> ReadMail:
        """The reminder just read."""
        return self.mails[-1]

    @property
    def today(self) -> date:
        """The day it was read."""
        return self.mail.at.astimezone(ZONE).date()

    def first_time(self, bill: Bill) -> bool:
        """True when no earlier reminder named this invoice."""
        return not any(bill.number in mail.invoices for mail in self.mails[:-1])

    def is_after_due(self, bill: Bill) -> bool:
        """True when the invoice is overdue today."""
        return self.today > bill.due

    def named(self) -> tuple[Bill, ...]:
        """The invoices that this reminder names."""
        return tuple(b for b in self.debtor.bills if b.number in self.mail.invoices)

    def moment(self, working_days: int) -> datetime:
        """Some time in the office hours, so many working days later."""
        day = self.calendar.add_working_days(self.today, working_days)
        dice = self._dice()
        return datetime.combine(day, time(dice.randrange(9, 17), dice.randrange(60)), ZONE)

    def one_of(self, *wordings: str) -> str:
        """One way to say it; another seed may choose another."""
        return self._dice().choice(wordings)

    def answer(
        self, text: str, at: datetime, gist: str, hush: Hush, *, loses_thread: bool = False
    ) -> Post:
        """The customer's answer, in the form of his mail client."""
        letter = Letter(
            author=self.debtor.contact,
            to=self.mail.reply_to,
            subject="",
            text=text,
            at=at,
            language=self.debtor.language,
            answers=self.mail,
            loses_thread=loses_thread,
        )
        return self.post(letter, gist, hush, self.debtor.client)

    def post(self, letter: Letter, gist: str, hush: Hush, client: Client) -> Post:
        """A letter on its way to us."""
        sent = write(letter, client)
        raw = arrived(sent, letter.at, ACCOUNTANT.address, letter.author.address)
        return Post(letter.at, self.debtor.ref, Author.CUSTOMER, raw, gist, hush)

    def pay(self, bill: Bill, on: date, amount: int | None = None, part: str = "") -> Pay:
        """Money that leaves the customer's bank that day and is in our bank file the next morning."""
        booked = self.calendar.add_working_days(max(on, self.today), 1)
        reference = f"VIR {self.debtor.name} {bill.number}{part}"
        at = datetime.combine(booked, time(7, 30), ZONE)
        return Pay(at, self.debtor.ref, bill.number, amount or bill.amount, reference)

    def _dice(self) -> random.Random:
        """The same for the same seed, customer and number of reminders."""
        return random.Random(f"{self.story.seed} {self.debtor.ref} {len(self.mails)}")  # noqa: S311 - a story, not a secret
