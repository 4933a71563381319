"""The closed set of things that can follow from a mail. `flows/apply.py` carries them out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mailagent.core.hold import HoldReason


class Filing(StrEnum):
    """Where each received message ends, exactly once (promise P4)."""

    APPLIED = "applied"
    WAITING = "waiting"  # for a person
    NOT_OURS = "not_ours"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class PlaceHold:
    """Stop the sequence of a customer, or of some of his invoices."""

    customer: str
    invoices: tuple[str, ...]  # empty: the whole customer
    reason: HoldReason
    until: datetime | None
    evidence: str


@dataclass(frozen=True, slots=True)
class RecordPromise:
    """Note the customer's word; the hold comes as its own decision."""

    customer: str
    invoices: tuple[str, ...]
    pay_by: date
    amount: int | None
    evidence: str


@dataclass(frozen=True, slots=True)
class Suppress:
    """Never write to this address again."""

    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class ConfirmSent:
    """Evidence that a mail in doubt reached the other side (its bounce, an answer to it)."""

    outbox_id: int
    evidence: str


@dataclass(frozen=True, slots=True)
class AskStaff:
    """Put something in front of a person."""

    customer: str | None
    invoices: tuple[str, ...]
    question: str  # one sentence: what happened and what is asked
    evidence: str
    urgent: bool = False  # today, not when the digest is read


@dataclass(frozen=True, slots=True)
class FileMail:
    """The end of the mail itself; exactly one per mail."""

    filing: Filing
    reason: str


Decision = PlaceHold | RecordPromise | Suppress | ConfirmSent | AskStaff | FileMail


class CauseKind(StrEnum):
    """What made a change happen (journal)."""

    MAIL = "mail"  # ref: content hash
    RULE = "rule"  # ref: name of the rule
    PERSON = "person"  # ref: who
    CLOCK = "clock"  # ref: what became due
    IMPORT = "import"  # ref: hash of the file
    SERVER = "server"  # ref: what the mail server said


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a change happened; each journal entry has one."""

    kind: CauseKind
    ref: str
