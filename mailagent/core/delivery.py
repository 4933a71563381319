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

    def __str__(self) -> str:
        """The server's words as an administrator knows them: "550 5.1.1 User unknown"."""
        return " ".join(part for part in (str(self.code or ""), self.enhanced, self.text) if part)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What to record after an attempt."""

    state: OutboxState
    reason: str
    next_attempt_at: datetime | None = None  # only when deferred
    suppress: bool = False  # the address does not exist: stop writing there
    rest_until: datetime | None = None  # the whole account pauses (421, 4.7.x, throttling)
    stop_account: bool = False  # login or sender refused: a person must act
    ask_staff: bool = False


RETRY_AFTER = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(days=1),
)
GIVE_UP_AFTER = timedelta(days=5)  # RFC 5321 §4.5.4.1
REST = timedelta(minutes=15)
JITTER = 0.2  # a delay is up to this much longer, so that mails do not return all at once

NO_SUCH_ADDRESS = frozenset(
    {
        "5.1.1",  # no such mailbox
        "5.1.2",  # no such domain
        "5.1.3",  # not an address
        "5.1.6",  # moved, no forwarding address
        "5.1.10",  # the domain takes no mail (RFC 7505)
        "5.2.1",  # mailbox disabled
    }
)
NO_SUCH_ADDRESS_CODES = frozenset(
    {
        550,  # mailbox unavailable
        551,  # user not local; the address offered instead is never followed
        553,  # mailbox name not allowed
        556,  # the domain takes no mail (RFC 7504)
    }
)
LOGIN_REFUSED = frozenset({"5.7.8", "5.7.9", "5.7.11"})  # RFC 4954 §6
LOGIN_REFUSED_CODES = frozenset({530, 534, 535, 538})
ABOUT_THE_MAIL = frozenset({"5.2.3", "5.3.4", "5.6.7"})  # size, size, non-ASCII address


def after_attempt(
    outcome: Outcome, attempts: int, first_attempt_at: datetime, now: datetime, jitter: float
) -> Delivery:
    """What to record after attempt number `attempts` (this one included); jitter is 0 to 1."""
    match outcome.result:
        case Result.ACCEPTED:
            return Delivery(OutboxState.SENT, str(outcome))
        case Result.UNKNOWN:
            # The next mail would likely end in doubt too: let the network or the server recover.
            return Delivery(
                OutboxState.UNKNOWN,
                f"the answer to DATA was lost: {outcome.text}",
                rest_until=now + REST * (1 + JITTER * jitter),
            )
        case Result.DEFERRED:
            return _later(outcome, attempts, first_attempt_at, now, jitter)
        case Result.REFUSED if _concerns_account(outcome):
            return _stop(outcome, attempts, now, jitter)
        case Result.REFUSED:
            return Delivery(
                OutboxState.REFUSED,
                f"refused: {outcome}",
                suppress=_has_no_such_address(outcome),
                ask_staff=True,
            )


def _later(
    outcome: Outcome, attempts: int, first_attempt_at: datetime, now: datetime, jitter: float
) -> Delivery:
    """Tried again on schedule, a last time when five days are over, then given up."""
    give_up_at = first_attempt_at + GIVE_UP_AFTER
    rest_until = now + REST * (1 + JITTER * jitter) if _is_throttled(outcome) else None
    if now >= give_up_at:
        return Delivery(
            OutboxState.REFUSED,
            f"given up after {attempts} attempts in {GIVE_UP_AFTER.days} days: {outcome}",
            rest_until=rest_until,
            ask_staff=True,
        )
    return Delivery(
        OutboxState.DEFERRED,
        f"not taken at {outcome.phase.upper()}: {outcome}",
        next_attempt_at=min(now + _delay(attempts, jitter), give_up_at),
        rest_until=rest_until,
    )


def _stop(outcome: Outcome, attempts: int, now: datetime, jitter: float) -> Delivery:
    """Nothing is wrong with the mail: it waits until a person has repaired the account."""
    return Delivery(
        OutboxState.DEFERRED,
        f"the server refuses this account: {outcome}",
        next_attempt_at=now + _delay(attempts, jitter),
        stop_account=True,
        ask_staff=True,
    )


def _delay(attempts: int, jitter: float) -> timedelta:
    place = min(max(attempts, 1), len(RETRY_AFTER)) - 1
    return RETRY_AFTER[place] * (1 + JITTER * jitter)


def _is_throttled(outcome: Outcome) -> bool:
    # 421 closes the channel, whatever the mail; 4.7.x is policy: too many, too fast, not trusted now.
    return outcome.code == 421 or outcome.enhanced.startswith("4.7.")


def _concerns_account(outcome: Outcome) -> bool:
    """Whether every other mail would be refused the same way."""
    if outcome.enhanced in LOGIN_REFUSED or outcome.code in LOGIN_REFUSED_CODES:
        return True
    # Before RCPT the server knows only who we are, how large the mail is, and whether it needs UTF-8.
    before_recipient = outcome.phase in (Phase.CONNECT, Phase.MAIL)
    return before_recipient and outcome.code != 552 and outcome.enhanced not in ABOUT_THE_MAIL


def _has_no_such_address(outcome: Outcome) -> bool:
    if outcome.enhanced:
        return outcome.enhanced in NO_SUCH_ADDRESS and outcome.phase is not Phase.MAIL
    # Without an enhanced code, 550 after DATA is mostly about the content.
    return outcome.code in NO_SUCH_ADDRESS_CODES and outcome.phase is Phase.RCPT
