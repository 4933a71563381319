"""What is due today and why nothing is; TODAY is Tuesday 10 March 2026, noon in Paris."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from mailagent.core.company import Policy, SendingWindow
from mailagent.core.customer import Account, Contact, PromiseState
from mailagent.core.hold import HoldReason
from mailagent.core.invoice import Books
from mailagent.core.plan import DueMail, DueTask, Silence, SilenceReason, forecast, plan
from mailagent.core.sequence import Channel, Sequence
from tests.core.make import (
    NOON,
    TODAY,
    make_account,
    make_calendar,
    make_customer,
    make_hold,
    make_invoice,
    make_promise,
    make_reminder,
    make_sequence,
    make_step,
)

ONE = "FA-2026-0042"


def plan_today(
    account: Account,
    sequence: Sequence | None = None,
    policy: Policy | None = None,
    now: datetime = NOON,
) -> DueMail | DueTask | Silence:
    return plan(account, sequence or make_sequence(), make_calendar(), policy or Policy(), now)


def mail_of(found: DueMail | DueTask | Silence) -> DueMail:
    assert isinstance(found, DueMail), found
    return found


def silence_of(found: DueMail | DueTask | Silence) -> Silence:
    assert isinstance(found, Silence), found
    return found


def test_an_overdue_invoice_gets_the_mail_of_its_step() -> None:
    assert plan_today(make_account()) == DueMail(
        customer="C1",
        step=make_step("d+10", 10),
        invoices=(ONE,),
        advanced=((ONE, "d+10"),),
        skipped=((ONE, "d-3"), (ONE, "d+3")),
        cycle=0,
        promise_broken=(),
    )


def test_one_mail_speaks_of_all_invoices_with_a_due_step() -> None:
    account = make_account(
        make_invoice("FA-3", days_overdue=3),
        make_invoice("FA-20", days_overdue=20),
        make_invoice("FA-1", days_overdue=1),  # overdue, but its first step is not due
    )
    mail = mail_of(plan_today(account))
    assert mail.invoices == ("FA-20", "FA-3")  # oldest due first
    assert mail.advanced == (("FA-20", "d+20"), ("FA-3", "d+3"))
    assert mail.step.id == "d+20"  # worded by the most advanced


def test_an_invoice_on_hold_is_left_out_of_the_mail() -> None:
    account = make_account(
        make_invoice("FA-1"),
        make_invoice("FA-2"),
        holds=(make_hold(HoldReason.DISPUTE, invoice="FA-2"),),
    )
    assert mail_of(plan_today(account)).invoices == ("FA-1",)


@pytest.mark.parametrize(
    "settled",
    [
        {"paid": 120_000},
        {"paid": 119_500},  # 5,00 € left: within the tolerance
        {"credited": 120_000},
        {"paid": 70_000, "credited": 50_000},
        {"paid": 130_000},  # overpaid
        {"books": Books.VOID},
        {"books": Books.WRITTEN_OFF},
    ],
)
def test_a_settled_invoice_gets_no_reminder(settled: dict[str, Any]) -> None:
    account = make_account(make_invoice(**settled))
    assert plan_today(account) == Silence(SilenceReason.NOTHING_OPEN, None)


def test_a_partly_paid_invoice_is_still_reminded() -> None:
    assert mail_of(plan_today(make_account(make_invoice(paid=119_499)))).invoices == (ONE,)


def test_the_cycle_counts_every_reminder_of_the_step_live_or_not() -> None:
    cancelled = make_reminder("d+10", 20, live=False, invoices=("FA-1",))
    sent = make_reminder("d+10", 20, cycle=1, invoices=("FA-1",))
    other = make_reminder("d+3", 10)
    account = make_account(reminders=(cancelled, sent, other))
    assert mail_of(plan_today(account)).cycle == 2


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
        make_hold(since=NOON + timedelta(hours=1)),
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


def test_tasks_do_not_wait_for_the_gap_between_mails() -> None:
    account = make_account(
        make_invoice(days_overdue=30),
        make_invoice("FA-2", days_overdue=12),
        reminders=(make_reminder("d+20", 1), make_reminder("d+3", 1, invoices=("FA-2",))),
    )
    task = plan_today(account)
    assert isinstance(task, DueTask)
    assert (task.step.id, task.step.channel) == ("d+30", Channel.CALL)
    assert task.invoices == (ONE,)  # the mail of FA-2 waits


def test_a_task_needs_no_address() -> None:
    account = make_account(make_invoice(days_overdue=30), customer=make_customer(contacts=()))
    assert isinstance(plan_today(account), DueTask)


def test_the_mail_comes_before_the_task_of_the_same_day() -> None:
    account = make_account(make_invoice(days_overdue=30), make_invoice("FA-2", days_overdue=10))
    assert mail_of(plan_today(account)).invoices == ("FA-2",)
    after = make_account(
        *account.invoices, reminders=(make_reminder("d+10", 0, invoices=("FA-2",)),)
    )
    task = plan_today(after)
    assert isinstance(task, DueTask)
    assert task.invoices == (ONE,)


def test_tasks_of_one_kind_go_together_and_the_most_advanced_comes_first() -> None:
    account = make_account(
        make_invoice("FA-30", days_overdue=30),
        make_invoice("FA-31", days_overdue=31),
        make_invoice("FA-60", days_overdue=60),
    )
    task = plan_today(account)
    assert isinstance(task, DueTask)
    assert (task.step.channel, task.invoices) == (Channel.HAND_OVER, ("FA-60",))
    done = make_reminder("d+55", 0, invoices=("FA-60",), channel="hand_over")
    calls = plan_today(make_account(*account.invoices, reminders=(done,)))
    assert isinstance(calls, DueTask)
    assert (calls.step.channel, calls.invoices) == (Channel.CALL, ("FA-31", "FA-30"))


def test_a_broken_promise_is_named_and_keeps_the_gap() -> None:
    broken = make_promise(state=PromiseState.BROKEN)
    early = make_account(
        make_invoice(days_overdue=9), reminders=(make_reminder("d+3", 9),), promises=(broken,)
    )
    mail = mail_of(plan_today(early))
    assert (mail.step.id, mail.promise_broken) == ("d+10", (ONE,))
    yesterday = make_reminder("d+3", 1, invoices=("FA-1",))
    soon = make_account(
        *early.invoices, reminders=(*early.reminders, yesterday), promises=(broken,)
    )
    assert silence_of(plan_today(soon)).reason is SilenceReason.MIN_GAP


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


def test_a_forecast_walks_through_the_whole_sequence() -> None:
    account = make_account(make_invoice(days_overdue=-5))  # due on Sunday 15 March
    coming = forecast(account, make_sequence(), make_calendar(), Policy(), NOON)
    assert [(f.day, f.due.step.id) for f in coming] == [
        (date(2026, 3, 12), "d-3"),
        (date(2026, 3, 19), "d+3"),  # Wed 18 is three working days only after Thu 12; 5 make Thu 19
        (date(2026, 3, 26), "d+10"),  # Wed 25 is four working days after Thu 19
        (date(2026, 4, 7), "d+20"),  # Sat 4, then Easter Monday
        (date(2026, 4, 14), "d+30"),
        (date(2026, 4, 24), "d+40"),
        (date(2026, 5, 11), "d+55"),  # Sat 9
    ]


def test_a_forecast_takes_the_mail_in_the_outbox_as_sent() -> None:
    account = make_account(reminders=(make_reminder("d+10", 0, sent_at=None),))
    coming = forecast(account, make_sequence(), make_calendar(), Policy(), NOON, days=14)
    assert [(f.day, f.due.step.id) for f in coming] == [(date(2026, 3, 20), "d+20")]


def test_a_forecast_lets_holds_expire() -> None:
    account = make_account(holds=(make_hold(HoldReason.PROMISE, until=NOON + timedelta(days=3)),))
    coming = forecast(account, make_sequence(), make_calendar(), Policy(), NOON, days=4)
    assert [(f.day, f.due.step.id) for f in coming] == [(date(2026, 3, 13), "d+10")]
    assert not forecast(account, make_sequence(), make_calendar(), Policy(), NOON, days=3)


def test_a_forecast_of_today_is_what_is_planned_today() -> None:
    (first, *_) = forecast(make_account(), make_sequence(), make_calendar(), Policy(), NOON)
    assert (first.day, first.due) == (TODAY, plan_today(make_account()))


def test_a_window_on_saturdays_makes_them_working_days() -> None:
    window = SendingWindow(weekdays=frozenset({5}))
    calendar = make_calendar(window=window)
    coming = forecast(make_account(), make_sequence(), calendar, Policy(), NOON, days=30)
    assert {f.day.weekday() for f in coming} == {5}
