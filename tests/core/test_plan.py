"""What is due today, and what will be; TODAY is Tuesday 10 March 2026, noon in Paris."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from mailagent.core.company import Policy, SendingWindow
from mailagent.core.customer import PromiseState
from mailagent.core.hold import HoldReason
from mailagent.core.invoice import Books
from mailagent.core.plan import DueMail, DueTask, Silence, SilenceReason, forecast
from mailagent.core.sequence import Channel
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
from tests.core.planning import ONE, mail_of, plan_today, silence_of


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
