"""What customers, their machines and the accountant do in the demonstration, as values."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Author(StrEnum):
    """Who wrote a mail; the self-check asks more after a person than after a machine."""

    CUSTOMER = "customer"
    MACHINE = "machine"
    STAFF = "staff"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Hush:
    """The silence that a mail asks for: what the self-check will insist on."""

    until: date | None  # last silent day; None: to the end, unless paid or settled by staff
    invoices: tuple[str, ...] = ()  # empty: the whole customer


@dataclass(frozen=True, slots=True)
class Post:
    """A mail that arrives in a folder of the accountant's mailbox."""

    at: datetime
    customer: str  # reference; empty for strangers
    author: Author
    raw: bytes
    gist: str  # what it truly means, in a few words
    hush: Hush | None = None
    folder: str = "INBOX"

    @property
    def digest(self) -> str:
        """Sha256 of the bytes: by it the daemon knows the mail."""
        return hashlib.sha256(self.raw).hexdigest()


@dataclass(frozen=True, slots=True)
class Pay:
    """Money, in the bank file of that morning."""

    at: datetime
    customer: str
    invoice: str
    amount: int  # cents
    reference: str
    is_credit_note: bool = False


Act = Post | Pay
