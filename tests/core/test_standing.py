"""Where an invoice stands; TODAY is Tuesday 10 March 2026."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mailagent.core.customer import Account
from mailagent.core.hold import Hold, HoldReason
from mailagent.core.invoice import Books
from mailagent.core.standing import Standing, StandingKind, standing
from tests.core.make import (
    NOON,
    make_account,
    make_hold,
    make_invoice,
    make_reminder,
    make_sequence,
)

ONE = "FA-2026-0042"


def stands(account: Account, now: datetime = NOON) -> Standing:
    """The standing of the only invoice."""
    return standing(account.invoices[0], account, make_sequence(), now)


@pytest.mark.parametrize(
    ("invoice", "kind"),
    [
        ({"books": Books.VOID}, StandingKind.VOID),
        ({"books": Books.WRITTEN_OFF}, StandingKind.WRITTEN_OFF),
        ({"paid": 120_000}, StandingKind.SETTLED),
        ({"credited": 119_500}, StandingKind.SETTLED),  # 5,00 € left: within the tolerance
    ],
)
def test_the_books_go_before_everything_else(invoice: dict[str, Any], kind: StandingKind) -> None:
    account = make_account(make_invoice(**invoice), holds=(make_hold(HoldReason.DISPUTE),))
    assert stands(account).kind is kind


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (HoldReason.PROMISE, StandingKind.PROMISED),
        (HoldReason.DISPUTE, StandingKind.DISPUTED),
        (HoldReason.PAYMENT_CLAIM, StandingKind.CLAIMED),
        (HoldReason.PAYMENT_PLAN, StandingKind.ON_PLAN),
        *(
            (r, StandingKind.HELD)
            for r in (HoldReason.REPLY, HoldReason.INSOLVENCY, HoldReason.BOUNCED)
        ),
    ],
)
def test_an_active_hold_gives_its_name_to_the_standing(
    reason: HoldReason, kind: StandingKind
) -> None:
    hold = make_hold(reason, invoice=ONE, until=NOON + timedelta(days=3))
    expected = Standing(kind, date(2026, 3, 9), date(2026, 3, 13), hold, "he wrote")
    assert stands(make_account(holds=(hold,))) == expected


def test_every_reason_to_hold_has_a_standing() -> None:
    for reason in HoldReason:
        assert stands(make_account(holds=(make_hold(reason),))).hold


@pytest.mark.parametrize(
    ("holds", "telling"),
    [
        ((HoldReason.REPLY, HoldReason.PROMISE), HoldReason.PROMISE),
        ((HoldReason.PROMISE, HoldReason.DISPUTE), HoldReason.DISPUTE),
        ((HoldReason.HUMAN_TALK, HoldReason.PAYMENT_CLAIM), HoldReason.PAYMENT_CLAIM),
    ],
)
def test_of_several_holds_the_most_telling_one_speaks(
    holds: tuple[HoldReason, ...], telling: HoldReason
) -> None:
    until = NOON + timedelta(days=3)
    both = tuple(make_hold(reason, id=n, until=until) for n, reason in enumerate(holds))
    hold = stands(make_account(holds=both)).hold
    assert hold
    assert hold.reason is telling


@pytest.mark.parametrize(
    "hold", [make_hold(invoice="FA-OTHER"), make_hold(until=NOON), make_hold(lifted_at=NOON)]
)
def test_a_hold_that_is_over_or_about_something_else_says_nothing(hold: Hold) -> None:
    assert stands(make_account(holds=(hold,))).kind is StandingKind.DUE


def test_a_hold_without_an_end_speaks_before_one_that_ends() -> None:
    promise = make_hold(HoldReason.PROMISE, until=NOON + timedelta(days=3))
    unread = make_hold(HoldReason.NOT_UNDERSTOOD, id=2)
    assert stands(make_account(holds=(promise, unread))).hold == unread


@pytest.mark.parametrize(
    ("days_overdue", "reminders", "expected"),
    [
        # due on Thu 19 March; "d-3" comes on Mon 16
        (-9, (), Standing(StandingKind.NOT_DUE, None, date(2026, 3, 19), detail="d-3")),
        (0, (), Standing(StandingKind.NOT_DUE, None, date(2026, 3, 10), detail="d-3")),
        # due yesterday; "d+3" comes on Thu 12
        (1, (), Standing(StandingKind.DUE, date(2026, 3, 9), date(2026, 3, 12), detail="d+3")),
        (10, (), Standing(StandingKind.DUE, date(2026, 2, 28), None, detail="d+10")),
        # due on Sat 28 February; "d+10" went out today, "d+20" comes on Fri 20
        (
            10,
            (make_reminder("d+10", 0),),
            Standing(StandingKind.REMINDED, date(2026, 3, 10), date(2026, 3, 20), detail="d+10"),
        ),
        # reminded, but the next step waits
        (
            10,
            (make_reminder("d+3", 7),),
            Standing(StandingKind.DUE, date(2026, 2, 28), detail="d+10"),
        ),
        (
            90,
            (make_reminder("d+55", 30),),
            Standing(StandingKind.EXHAUSTED, date(2026, 2, 8), detail="d+55"),
        ),
    ],
)
def test_without_a_hold_the_sequence_tells(
    days_overdue: int, reminders: tuple[Any, ...], expected: Standing
) -> None:
    account = make_account(make_invoice(days_overdue=days_overdue), reminders=reminders)
    assert stands(account) == expected


def test_today_is_the_day_in_the_zone_of_now() -> None:
    account = make_account(make_invoice(due_on=date(2026, 3, 10)))
    midnight = datetime(2026, 3, 11, 0, 30, tzinfo=ZoneInfo("Europe/Paris"))
    assert stands(account, midnight).kind is StandingKind.DUE
    assert stands(account, midnight - timedelta(hours=1)).kind is StandingKind.NOT_DUE
