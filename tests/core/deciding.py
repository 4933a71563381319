"""One mail decided, and what came of it: shared by the tests of decide, answer and bounced.

TODAY is Tuesday 10 March 2026; midnight in Paris is 23:00 UTC in winter.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar

from mailagent.core.company import Policy
from mailagent.core.customer import Account
from mailagent.core.decide import Role, decide
from mailagent.core.decisions import (
    AskStaff,
    ConfirmSent,
    Decision,
    FileMail,
    Filing,
    PlaceHold,
    RecordPromise,
    Suppress,
)
from mailagent.core.hold import HoldReason
from mailagent.core.mail import Bounce, BounceRecipient, Machine, Reading
from mailagent.core.match import Level, Match
from tests.core.make import (
    NOON,
    make_account,
    make_calendar,
    make_company,
    make_customer,
    make_invoice,
    make_mail,
    make_reading,
)

ONE, TWO = "FA-2026-0042", "FA-2026-0043"
Kind = TypeVar("Kind", PlaceHold, AskStaff, RecordPromise, Suppress, ConfirmSent, FileMail)


def end_of(day: int, month: int = 3) -> datetime:
    """The end of a day of 2026 in Paris, before the clocks change."""
    return datetime(2026, month, day, 23, 0, tzinfo=UTC)


def make_match(**changes: Any) -> Match:
    """A reply of Anne Petit in the thread of our mail 7 about FA-2026-0042."""
    facts: dict[str, Any] = {
        "customer": "C1",
        "invoices": (ONE,),
        "level": Level.REFERENCE,
        "evidence": ("it answers our mail 7",),
        "rivals": (),
        "outbox_ids": (7,),
        "known_sender": True,
        "recipients": ("anne@petit.example",),
    }
    return Match(**facts | changes)


def two_invoices(**changes: Any) -> Account:
    return make_account(make_invoice(ONE), make_invoice(TWO), **changes)


def decided(
    reading: Reading | None = None,
    *,
    match: Match | None = None,
    account: Account | None = None,
    role: Role = Role.CUSTOMER,
    policy: Policy | None = None,
    received_at: datetime = NOON,
    **mail: Any,
) -> tuple[Decision, ...]:
    others = {ref: make_account(customer=make_customer(ref=ref)) for ref in ("C2", "C3")}
    return decide(
        make_mail(**mail),
        match or make_match(),
        reading or make_reading(),
        others | {"C1": account or two_invoices()},
        make_company(policy=policy or Policy()),
        make_calendar(),
        received_at,
        NOON,
        role,
    )


def of(kind: type[Kind], decisions: tuple[Decision, ...]) -> list[Kind]:
    return [d for d in decisions if isinstance(d, kind)]


def holds(decisions: tuple[Decision, ...]) -> set[tuple[Any, ...]]:
    """(customer, invoices, reason, until) of each hold."""
    return {(h.customer, h.invoices, h.reason, h.until) for h in of(PlaceHold, decisions)}


def filing(decisions: tuple[Decision, ...]) -> Filing:
    last = decisions[-1]
    assert isinstance(last, FileMail)
    return last.filing


REPLY = ("C1", (), HoldReason.REPLY, end_of(13))  # three working days: Wed, Thu, Fri
STOPPED = ("C1", (), HoldReason.NOT_UNDERSTOOD, None)
UNKNOWN = Match(None, (), None, (), (), (), known_sender=False)


def report(*addresses: str, hard: bool = True) -> dict[str, Any]:
    recipients = tuple(
        BounceRecipient(a, "failed" if hard else "delayed", "5.1.1" if hard else "4.4.1", hard=hard)
        for a in addresses
    )
    return {"machine": Machine.BOUNCE, "bounce": Bounce(recipients, "<seven@martin.example>")}


RETURNED = make_match(level=Level.RETURNED_MAIL, known_sender=False)
BOUNCED = ("C1", (), HoldReason.BOUNCED, None)
