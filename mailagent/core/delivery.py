"""The outcome of one SMTP attempt, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mailagent.core.outbox import OutboxState


class Phase(StrEnum):
    """How far an SMTP transaction came (RFC 5321 §3.3)."""

    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"


class Result(StrEnum):
    """How one attempt ended."""

    ACCEPTED = "accepted"  # 2xx after the final dot
    DEFERRED = "deferred"  # 4xx, or lost before DATA: nothing is out
    REFUSED = "refused"  # 5xx
    UNKNOWN = "unknown"  # lost from DATA on: may be out


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the server said to one message."""

    result: Result
    phase: Phase
    code: int = 0  # SMTP reply code; 0: no answer
    enhanced: str = ""  # enhanced status code "4.7.1" (RFC 3463); empty when not given
    text: str = ""  # reply text, one line


@dataclass(frozen=True, slots=True)
class Delivery:
    """What to record after an attempt."""

    state: OutboxState
    reason: str
    next_attempt_at: datetime | None = None  # only when deferred
    suppress: bool = False  # the address does not exist: stop writing there
    rest_until: datetime | None = None  # the whole account pauses (421, 4.7.x, throttling)
    stop_account: bool = False  # login refused: a person must act
    ask_staff: bool = False


RETRY_AFTER = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(days=1),
)
GIVE_UP_AFTER = timedelta(days=5)  # RFC 5321 §4.5.4.1
