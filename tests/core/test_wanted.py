"""A queued reminder is asked again, on fresh facts, whether it may still leave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailagent.core.company import Policy
from mailagent.core.customer import Account, Contact
from mailagent.core.hold import HoldReason
from mailagent.core.invoice import Books
from mailagent.core.money import Money
from mailagent.core.outbox import OutboxMail
from mailagent.core.sequence import Channel
from mailagent.core.wanted import Freshness, NotNow, NotWanted, Wanted, still_wanted
from tests.core.make import (
    NOON,
    TODAY,
    make_account,
    make_calendar,
    make_customer,
    make_hold,
    make_invoice,
    make_outbox_mail,
    make_reminder,
    make_sequence,
    make_step,
)

MINUTE = timedelta(minutes=1)
QUEUED = make_reminder("d+10", 0, sent_at=None)


def asked(
    mail: OutboxMail | None = None,
    account: Account | None = None,
    now: datetime = NOON,
    read: tuple[timedelta | None, timedelta | None] = (MINUTE, MINUTE),
    paused: str = "",
    **sequence: Any,
) -> Wanted | NotNow | NotWanted:
    """The answer for the D+10 mail about FA-2026-0042; both folders were read a minute ago."""
    inbox, sent = (None if ago is None else now - ago for ago in read)
    return still_wanted(
        mail or make_outbox_mail(),
        account or make_account(reminders=(QUEUED,)),
        make_sequence(**sequence),
        make_calendar(),
        Policy(),
        Freshness(inbox, sent),
        paused,
        now,
    )


def test_a_due_mail_on_fresh_facts_may_leave() -> None:
    assert asked() == Wanted()


@pytest.mark.parametrize(
    ("invoice", "why"),
    [
        ({"paid": 120_000}, "is settled"),
        ({"paid": 119_600}, "is settled"),  # 4,00 € is within the tolerance
        ({"books": Books.VOID}, "is settled"),
        ({"paid": 20_000}, "balance"),
        ({"credited": 1}, "balance"),
        ({"total": Money(120_000, "CHF")}, "balance"),
        ({"number": "FA-2026-0043"}, "does not belong"),
    ],
)
def test_a_mail_whose_figures_are_no_longer_true_never_leaves(
    invoice: dict[str, Any], why: str
) -> None:
    answer = asked(account=make_account(make_invoice(**invoice)))
    assert isinstance(answer, NotWanted)
    assert why in answer.reason


@pytest.mark.parametrize(
    "mail",
    [
        make_outbox_mail(balances=()),  # an invoice whose balance is not known to be right
        make_outbox_mail(balances=(("FA-2026-0042", 120_000, "EUR"), ("FA-9", 1, "EUR"))),
        make_outbox_mail(customer="C2"),
        make_outbox_mail(company="dupont"),
        make_outbox_mail(recipient="someone@else.example"),
        make_outbox_mail(step="d+11"),
        make_outbox_mail(step="d+30"),  # a call
    ],
)
def test_a_mail_that_does_not_fit_the_account_never_leaves(mail: OutboxMail) -> None:
    assert isinstance(asked(mail), NotWanted)


@pytest.mark.parametrize(
    ("contacts", "wanted"),
    [
        ((Contact("anne@petit.example", suppressed="bounced"),), False),
        ((Contact("new@petit.example"), Contact("anne@petit.example")), False),  # changed
        ((Contact("Anne@Petit.example"),), True),
        ((Contact("old@petit.example", suppressed="left"), Contact("anne@petit.example")), True),
        ((), False),
    ],
)
def test_a_mail_goes_only_to_the_address_we_write_to_today(
    contacts: tuple[Contact, ...], wanted: bool
) -> None:
    answer = asked(account=make_account(customer=make_customer(contacts=contacts)))
    assert isinstance(answer, Wanted if wanted else NotWanted)


@pytest.mark.parametrize(
    ("hold", "wanted"),
    [
        (make_hold(), False),
        (make_hold(HoldReason.DISPUTE, invoice="FA-2026-0042"), False),
        (make_hold(HoldReason.DISPUTE, invoice="FA-2026-0001"), True),
        (make_hold(until=NOON), True),  # just over
        (make_hold(until=NOON + MINUTE), False),
    ],
)
def test_a_held_mail_never_leaves(hold: Any, wanted: bool) -> None:
    assert isinstance(asked(account=make_account(holds=(hold,))), Wanted if wanted else NotWanted)


def test_a_mail_whose_reminder_was_cancelled_never_leaves() -> None:
    cancelled = make_reminder("d+10", 0, live=False, sent_at=None)
    assert isinstance(asked(account=make_account(reminders=(cancelled,))), NotWanted)


def test_a_mail_whose_step_left_the_sequence_never_leaves() -> None:
    assert isinstance(asked(steps=(make_step("d+3", 3),)), NotWanted)
    assert isinstance(asked(steps=(make_step("d+10", 10, Channel.LETTER),)), NotWanted)


@pytest.mark.parametrize(
    ("days_ago", "attempts", "wanted"), [(0, 0, True), (1, 0, False), (1, 1, True), (3, 2, True)]
)
def test_a_mail_never_tried_on_its_day_is_planned_afresh(
    days_ago: int, attempts: int, wanted: bool
) -> None:
    mail = make_outbox_mail(planned_for=TODAY - timedelta(days=days_ago), attempts=attempts)
    assert isinstance(asked(mail), Wanted if wanted else NotWanted)


def test_a_mail_waits_for_its_day() -> None:
    # planned for Saturday 14: the window opens on Monday 16 at 08:30 in Paris
    answer = asked(make_outbox_mail(planned_for=TODAY + timedelta(days=4)))
    assert isinstance(answer, NotNow)
    assert answer.until == datetime(2026, 3, 16, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("read", "fresh"),
    [
        ((MINUTE, MINUTE), True),
        ((10 * MINUTE, 10 * MINUTE), True),
        ((11 * MINUTE, MINUTE), False),
        ((MINUTE, 11 * MINUTE), False),
        ((None, MINUTE), False),
        ((MINUTE, None), False),
        ((-11 * MINUTE, MINUTE), False),  # in the future: the clock was set back
    ],
)
def test_nothing_leaves_unless_inbox_and_sent_were_just_read(
    read: tuple[timedelta | None, timedelta | None], fresh: bool
) -> None:
    answer = asked(read=read)
    assert isinstance(answer, Wanted if fresh else NotNow)
    if isinstance(answer, NotNow):
        assert "read to its end" in answer.reason
        assert answer.until is None


def test_a_pause_holds_everything_back() -> None:
    answer = asked(paused="audit week")
    assert answer == NotNow("sending is paused: audit week", None)


def test_what_is_wrong_for_good_is_told_even_while_paused() -> None:
    account = make_account(make_invoice(paid=120_000))
    assert isinstance(asked(account=account, paused="audit week"), NotWanted)


def test_outside_the_window_it_waits_for_the_opening() -> None:
    early = datetime(2026, 3, 10, 7, 0, tzinfo=UTC)
    opening = datetime(2026, 3, 10, 7, 30, tzinfo=UTC)
    assert asked(now=early) == NotNow("outside the sending window", opening)


@pytest.mark.parametrize(
    ("other", "wanted"),
    [
        (make_reminder("d+3", 0, invoices=("FA-1",)), False),
        (make_reminder("d+3", 1, invoices=("FA-1",)), True),
        (make_reminder("d+30", 0, invoices=("FA-1",), channel="call"), True),
        (make_reminder("d+10", 0), True),  # its own
    ],
)
def test_no_second_mail_leaves_on_one_day(other: Any, wanted: bool) -> None:
    late = make_outbox_mail(planned_for=TODAY - timedelta(days=1), attempts=1)
    answer = asked(late, make_account(reminders=(other,)))
    tomorrow = datetime(2026, 3, 11, 7, 30, tzinfo=UTC)
    assert answer == (Wanted() if wanted else NotNow("another mail left today", tomorrow))
