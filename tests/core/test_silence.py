"""Why nothing is due, and when to look again; TODAY is Tuesday 10 March 2026, noon in Paris."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from mailagent.core.company import Policy
from mailagent.core.customer import Contact
from mailagent.core.hold import HoldReason
from mailagent.core.plan import DueMail, Silence, SilenceReason
from tests.core.make import (
    NOON,
    TODAY,
    make_account,
    make_calendar,
    make_customer,
    make_hold,
    make_invoice,
    make_reminder,
    make_sequence,
)
from tests.core.planning import plan_today, silence_of


@pytest.mark.parametrize(
    ("holds", "until", "next_on"),
    [
        # two holds: the later end counts; Saturday 14 moves to Monday 16
        ((3, 4), date(2026, 3, 14), date(2026, 3, 16)),
        ((1,), date(2026, 3, 11), date(2026, 3, 11)),
        ((3, None), None, None),  # one has no end
        ((0.1,), date(2026, 3, 10), date(2026, 3, 10)),  # ends this afternoon
    ],
)
def test_a_held_customer_is_left_alone_until_the_last_hold_ends(
    holds: tuple[float | None, ...], until: date | None, next_on: date | None
) -> None:
    account = make_account(
        holds=tuple(
            make_hold(id=n, until=days and NOON + timedelta(days=days))
            for n, days in enumerate(holds)
        )
    )
    silence = silence_of(plan_today(account))
    assert silence.reason is SilenceReason.HELD
    assert silence.until == (until and max(until, TODAY + timedelta(days=1)))
    (why,) = silence.per_invoice
    assert (why.until, why.hold) == (until, account.holds[-1])
    assert (why.next_step, why.next_on) == ("d+10", next_on)


@pytest.mark.parametrize(
    "over",
    [
        make_hold(until=NOON),  # ends this moment
        make_hold(lifted_at=NOON - timedelta(hours=1)),
        make_hold(invoice="FA-OTHER"),
    ],
)
def test_a_hold_that_is_over_or_about_something_else_stops_nothing(over: Any) -> None:
    assert isinstance(plan_today(make_account(holds=(over,))), DueMail)


def test_before_the_next_step_the_day_is_told() -> None:
    account = make_account(reminders=(make_reminder("d+10", 1),))
    silence = silence_of(plan_today(account))
    # due on Sat 28 February, plus 20 days
    assert (silence.reason, silence.until) == (SilenceReason.BEFORE_NEXT_STEP, date(2026, 3, 20))
    assert silence.per_invoice[0].next_step == "d+20"


def test_after_the_last_step_it_is_exhausted() -> None:
    account = make_account(make_invoice(days_overdue=90), reminders=(make_reminder("d+55", 30),))
    silence = silence_of(plan_today(account))
    assert (silence.reason, silence.until) == (SilenceReason.EXHAUSTED, None)


@pytest.mark.parametrize(
    ("last_mail", "min_gap", "until"),
    [
        (date(2026, 3, 9), 5, date(2026, 3, 16)),  # Tue Wed Thu Fri Mon
        (date(2026, 3, 4), 5, date(2026, 3, 11)),  # Thu Fri Mon Tue Wed
        (date(2026, 3, 3), 5, None),  # Wed Thu Fri Mon Tue: over today
        (date(2026, 3, 10), 0, date(2026, 3, 11)),  # never two mails on one day
        (date(2026, 3, 9), 0, None),
    ],
)
def test_mails_keep_their_distance_in_working_days(
    last_mail: date, min_gap: int, until: date | None
) -> None:
    about_another = make_reminder(
        "d+3", (TODAY - last_mail).days, invoices=("FA-1",), planned_for=last_mail
    )
    found = plan_today(make_account(reminders=(about_another,)), make_sequence(min_gap=min_gap))
    if until is None:
        assert isinstance(found, DueMail)
    else:
        assert found == Silence(SilenceReason.MIN_GAP, until, silence_of(found).per_invoice)


def test_a_mail_that_was_put_off_counts_from_the_day_it_left() -> None:
    put_off = make_reminder("d+3", 10, invoices=("FA-1",), sent_at=NOON - timedelta(days=1))
    silence = silence_of(plan_today(make_account(reminders=(put_off,))))
    assert (silence.reason, silence.until) == (SilenceReason.MIN_GAP, date(2026, 3, 16))


def test_a_mail_in_the_outbox_is_waited_for() -> None:
    queued = make_reminder("d+3", 1, invoices=("FA-1",), sent_at=None)
    assert silence_of(plan_today(make_account(reminders=(queued,)))).reason is SilenceReason.WAITING


def test_a_cancelled_mail_neither_waits_nor_counts() -> None:
    cancelled = make_reminder("d+10", 1, live=False, sent_at=None)
    assert isinstance(plan_today(make_account(reminders=(cancelled,))), DueMail)


def test_one_customer_gets_only_so_many_mails_in_a_month() -> None:
    policy = Policy(customer_limit=2, customer_limit_days=30)
    mails = tuple(make_reminder("d+3", ago, invoices=("FA-1",)) for ago in (40, 20, 10))
    silence = silence_of(plan_today(make_account(reminders=mails), policy=policy))
    # the older of the two is of 18 February; 30 days on is 20 March
    assert (silence.reason, silence.until) == (SilenceReason.CUSTOMER_LIMIT, date(2026, 3, 20))
    assert isinstance(plan_today(make_account(reminders=mails[:2]), policy=policy), DueMail)


def test_a_limit_of_zero_is_none() -> None:
    mails = tuple(make_reminder("d+3", ago, invoices=("FA-1",)) for ago in (20, 10))
    account = make_account(reminders=mails)
    assert isinstance(plan_today(account, policy=Policy(customer_limit=0)), DueMail)


def test_what_ends_first_is_the_reason_when_nothing_is_due() -> None:
    account = make_account(
        make_invoice("FA-1", days_overdue=1),
        make_invoice("FA-2"),
        make_invoice("FA-3"),
        holds=(
            make_hold(invoice="FA-2"),
            make_hold(id=2, invoice="FA-3", until=NOON + timedelta(days=9)),
        ),
    )
    silence = silence_of(plan_today(account))
    assert (silence.reason, silence.until) == (SilenceReason.BEFORE_NEXT_STEP, date(2026, 3, 12))


def test_without_an_address_left_nothing_is_mailed() -> None:
    customer = make_customer(contacts=(Contact("anne@petit.example", suppressed="bounced"),))
    silence = silence_of(plan_today(make_account(customer=customer)))
    # due on 28 February; the call on its 30th day, 30 March, needs no address
    assert (silence.reason, silence.until) == (SilenceReason.NO_CONTACT, date(2026, 3, 30))
    assert silence.per_invoice[0].until is None


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (datetime(2026, 3, 10, 4, 0, tzinfo=UTC), None),  # before opening: planned already
        (datetime(2026, 3, 10, 16, 59, tzinfo=UTC), None),
        (datetime(2026, 3, 10, 17, 0, tzinfo=UTC), SilenceReason.WINDOW_CLOSED),  # 18:00 in Paris
        (datetime(2026, 3, 14, 11, 0, tzinfo=UTC), SilenceReason.NOT_WORKING_DAY),  # Saturday
        (datetime(2026, 5, 1, 11, 0, tzinfo=UTC), SilenceReason.NOT_WORKING_DAY),  # Labour Day
        (datetime(2026, 3, 10, 23, 30, tzinfo=UTC), None),  # 00:30 on the 11th in Paris
    ],
)
def test_what_is_due_waits_for_a_working_day(now: datetime, reason: SilenceReason | None) -> None:
    found = plan_today(make_account(), now=now)
    assert (found.reason if isinstance(found, Silence) else None) == reason
    if isinstance(found, Silence):
        opening = make_calendar().local_date(make_calendar().next_opening(now))
        assert found.until == found.per_invoice[0].until == opening


def test_every_open_invoice_has_its_own_reason() -> None:
    account = make_account(
        make_invoice("FA-EXHAUSTED", days_overdue=90),
        make_invoice("FA-GAP", days_overdue=11),
        make_invoice("FA-DISPUTED", days_overdue=8),
        make_invoice("FA-EARLY", days_overdue=-30),
        make_invoice("FA-PAID", paid=120_000),
        holds=(make_hold(HoldReason.DISPUTE, invoice="FA-DISPUTED"),),
        reminders=(
            make_reminder("d+55", 30, invoices=("FA-EXHAUSTED",), channel="hand_over"),
            make_reminder("d+3", 4, invoices=("FA-GAP",)),
        ),
    )
    silence = silence_of(plan_today(account))
    # The mail of Fri 6 keeps FA-GAP back for five working days: until Fri 13.
    assert (silence.reason, silence.until) == (SilenceReason.MIN_GAP, date(2026, 3, 13))
    assert [(why.invoice, why.reason, why.until) for why in silence.per_invoice] == [
        ("FA-EXHAUSTED", SilenceReason.EXHAUSTED, None),
        ("FA-GAP", SilenceReason.MIN_GAP, date(2026, 3, 13)),
        ("FA-DISPUTED", SilenceReason.HELD, None),
        ("FA-EARLY", SilenceReason.BEFORE_NEXT_STEP, date(2026, 4, 7)),  # Mon 6 is Easter Monday
    ]
