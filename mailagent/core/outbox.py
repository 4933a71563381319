"""A mail to send and the states it goes through (promise P5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class OutboxState(StrEnum):
    """Where a mail stands. `unknown` is never left without evidence or a person."""

    QUEUED = "queued"  # ready to be claimed
    CLAIMED = "claimed"  # one sender owns it, under a lease and a fence number
    TRANSMITTING = "transmitting"  # committed before DATA: from here on it may be out
    SENT = "sent"  # the server answered 250
    DEFERRED = "deferred"  # refused for now, tried again at next_attempt_at
    REFUSED = "refused"  # refused for good
    UNKNOWN = "unknown"  # the answer to DATA was lost
    HELD = "held"  # waits for a person (approval, shadow, brake)
    CANCELLED = "cancelled"  # no longer wanted, never sent


@dataclass(frozen=True, slots=True)
class OutboxMail:
    """One outgoing mail: exact bytes (by digest), envelope, and what became of it."""

    id: int
    company: str
    customer: str
    step: str
    cycle: int
    sender: str  # envelope sender
    recipient: str  # envelope recipient; always exactly one
    message_id: str
    raw: str  # sha256 of the exact bytes in the content store
    invoices: tuple[str, ...]
    balances: tuple[
        tuple[str, int, str], ...
    ]  # (invoice, minor units, currency) as written in the mail
    subject: str
    planned_for: date
    state: OutboxState
    reason: str  # why held, cancelled, deferred, refused, unknown
    attempts: int
    next_attempt_at: datetime
    fence: int  # fence of the sender's lease that claimed it
    claimed_by: str
    lease_until: datetime | None
    reply: str  # the server's last words
    created_at: datetime
    sent_at: datetime | None
    filed_in_sent: bool  # a copy lies in the Sent folder
    first_attempt_at: datetime | None = None  # when a server was first asked to take it


_S = OutboxState
TRANSITIONS: Mapping[OutboxState, frozenset[OutboxState]] = {
    _S.QUEUED: frozenset({_S.CLAIMED, _S.HELD, _S.CANCELLED}),
    _S.CLAIMED: frozenset(
        {_S.TRANSMITTING, _S.QUEUED, _S.DEFERRED, _S.REFUSED, _S.HELD, _S.CANCELLED}
    ),
    _S.TRANSMITTING: frozenset({_S.SENT, _S.DEFERRED, _S.REFUSED, _S.HELD, _S.UNKNOWN}),
    _S.DEFERRED: frozenset({_S.CLAIMED, _S.HELD, _S.CANCELLED}),
    # left by evidence (a copy in Sent, a bounce, an answer) or by a person
    _S.UNKNOWN: frozenset({_S.SENT, _S.REFUSED, _S.QUEUED, _S.HELD}),
    # to sent: it was in doubt before it was held, and then evidence came
    _S.HELD: frozenset({_S.QUEUED, _S.SENT, _S.CANCELLED}),
    _S.SENT: frozenset(),
    _S.REFUSED: frozenset(),
    _S.CANCELLED: frozenset(),
}
"""Every move a mail may make; the store refuses any other."""
