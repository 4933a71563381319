"""Everything known about one received mail when it is decided, and what every decision needs of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mailagent.core.calendar import Calendar
from mailagent.core.company import Company, Policy
from mailagent.core.customer import Account
from mailagent.core.decisions import AskStaff, ConfirmSent, Decision, FileMail, Filing
from mailagent.core.domains import business_domain, domain_of
from mailagent.core.mail import ParsedMail, Reading
from mailagent.core.match import Match

_WORDS = 300  # characters of evidence; the mail itself is kept whole


@dataclass(frozen=True, slots=True)
class Received:
    """One mail with its match, its reading and the accounts it may be about."""

    mail: ParsedMail
    match: Match
    reading: Reading
    accounts: Mapping[str, Account]
    company: Company
    calendar: Calendar
    received_at: datetime
    now: datetime

    @property
    def policy(self) -> Policy:
        return self.company.policy

    @property
    def today(self) -> date:
        """The day on which the mail is decided; pauses count from here, so none is over when it begins."""
        return self.calendar.local_date(self.now)

    @property
    def last_day(self) -> date:
        """The furthest day for which a mail alone may stop a sequence."""
        return self.today + timedelta(days=self.policy.promise_limit_days)

    @property
    def customers(self) -> tuple[str, ...]:
        """The customer and his rivals; empty when the mail fits nobody."""
        found = (self.match.customer, *self.match.rivals)
        return tuple(ref for ref in found if ref is not None)

    @property
    def account(self) -> Account | None:
        """The account of the customer, when he is known."""
        return self.accounts.get(self.match.customer or "")

    @property
    def is_his_address(self) -> bool:
        """True when the sender is a contact of the customer, or a colleague at a contact's domain."""
        contacts = self.account.customer.contacts if self.account else ()
        domain = business_domain(self.mail.sender)
        at_his = bool(domain) and any(domain_of(c.address) == domain for c in contacts)
        return self.match.known_sender or at_his

    @property
    def is_his_own_word(self) -> bool:
        """True when the sender himself, not one he forwards, is a contact of the customer."""
        contacts = self.account.customer.contacts if self.account else ()
        return any(c.address.lower() == self.mail.sender for c in contacts)

    @property
    def name(self) -> str:
        """The customer as a person calls him."""
        return self.account.customer.name if self.account else self.match.customer or "Nobody known"

    def after(self, working_days: int) -> datetime:
        """The end of today when zero, else of that many working days after it."""
        return self.calendar.end_of(self.calendar.add_working_days(self.today, working_days))

    def words(self, quote: str = "") -> str:
        """What the mail says, as evidence: the quote, else the beginning of the new text."""
        return " ".join((quote or self.mail.new_text or self.mail.subject).split())[:_WORDS]


def confirmations(it: Received) -> list[Decision]:
    """A mail that cites ours proves that ours arrived."""
    what = "a delivery report" if it.mail.bounce else f"an answer from {it.mail.sender}"
    return [ConfirmSent(outbox_id, what) for outbox_id in it.match.outbox_ids]


def filed(decisions: Iterable[Decision], reason: str) -> tuple[Decision, ...]:
    """The decisions with the end of the mail: it waits for a person whenever one was asked."""
    made = tuple(dict.fromkeys(decisions))
    asked = next((d.question for d in made if isinstance(d, AskStaff)), None)
    if asked is not None:
        return (*made, FileMail(Filing.WAITING, asked))
    return (*made, FileMail(Filing.APPLIED, reason))
