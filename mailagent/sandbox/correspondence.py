"""What customers and mail clients of the demonstration hold in their hands: people, mails read, letters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.utils import parseaddr

INVOICE_NUMBER = re.compile(r"FA-\d{4}-\d{4}")


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with an address."""

    name: str
    address: str

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"

    @property
    def domain(self) -> str:
        """The part after the @."""
        return self.address.partition("@")[2]


@dataclass(frozen=True, slots=True)
class ReadMail:
    """A mail as its recipient sees it."""

    at: datetime
    message_id: str
    references: str  # as written in the header
    author: Person
    reader: Person
    reply_to: str  # where an answer goes
    subject: str
    text: str
    raw: bytes

    @property
    def invoices(self) -> tuple[str, ...]:
        """The invoice numbers it speaks of, in order of appearance."""
        found = INVOICE_NUMBER.findall(f"{self.subject}\n{self.text}")
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Letter:
    """What someone wants to say; the mail client gives it its form."""

    author: Person
    to: str  # address
    subject: str  # of a new mail; an answer takes the subject of what it answers
    text: str
    at: datetime  # local time of the author
    language: str = "fr"
    answers: ReadMail | None = None  # None: a new thread
    loses_thread: bool = False  # a gateway on the way drops In-Reply-To and References


def read(raw: bytes, at: datetime) -> ReadMail:
    """Open a mail."""
    mail = message_from_bytes(raw, policy=policy.default)
    body = mail.get_body(("plain",))
    author = parseaddr(str(mail["From"]))
    return ReadMail(
        at=at,
        message_id=str(mail["Message-ID"]).strip(),
        references=str(mail.get("References", "")).strip(),
        author=Person(*author),
        reader=Person(*parseaddr(str(mail["To"]))),
        reply_to=parseaddr(str(mail.get("Reply-To", "")))[1] or author[1],
        subject=str(mail["Subject"]),
        text=body.get_content() if body else "",
        raw=raw,
    )
